import { z } from 'zod';
import { byId } from '#connector-kit/by-id.ts';
import {
  blocked,
  change,
  done,
  type Owned,
  type Plan,
  transition,
} from '#connector-kit/contract.ts';
import { person } from '#connector-kit/fields.ts';
import type { Scim } from './api.ts';
import { filterIgnored, findAccounts } from './find-accounts.ts';
import { managerOf, type User } from './resources.ts';

const Report = z.strictObject({
  id: z.string(),
  name: z.string(),
  manager: z.string().nullable(),
});
type Report = z.infer<typeof Report>;

const state = z.strictObject({
  account: z.string(),
  /** Null: no open account alone has that address. */
  receiver: z.string().nullable(),
  /** Who reports to the account, and who did before the first change. */
  reports: z.array(Report),
});

interface Change {
  readonly manager: string;
  readonly reports: readonly Report[];
}

/** Whose manager the account is; nobody has two in SCIM. */
export async function ownedBy(scim: Scim, accountId: string): Promise<readonly Owned[]> {
  const reports = await reportsOf(scim, accountId);
  return reports.map(({ id, name }) => ({ id, name, kind: 'direct report', soleOwner: true }));
}

/** Everybody has one manager, so the new one takes the place of the old one in one request. */
export const moveReports = transition({
  capability: 'reports.move',
  summary: 'Gives the people whose manager the account is another manager.',
  scopes: [],
  // Once the account is deleted nobody knows any more whom it managed.
  mustPrecede: ['account.delete'],
  params: z.strictObject({
    to: person('Who receives', 'The e-mail address of a person with an account there.'),
  }),
  state,
  repeatable: true,

  async read(scim: Scim, account, known) {
    const reports = await reportsOf(scim, account);
    for (const was of known?.before?.reports ?? []) {
      if (reports.some(({ id }) => id === was.id)) continue;
      const user = await scim.user(was.id);
      if (user) reports.push(toReport(user)); // else there is nobody left to be managed
    }
    const receiver = known ? await receiverOf(scim, known.params.to) : null;
    return { account, receiver, reports: reports.sort(byId) };
  },

  plan({ account, receiver, reports }, { to }): Plan<Change> {
    const left = reports.filter(({ manager }) => manager === account);
    if (left.length === 0) return done('The account is nobody’s manager.');
    if (receiver === null) {
      return blocked(`No open account alone has the address ${to}. Name somebody else.`);
    }
    if (receiver === account) return blocked(`${to} is the account itself.`);
    if (left.some(({ id }) => id === receiver)) {
      return blocked(`${to} reports to the account, and cannot be their own manager.`);
    }
    const names = namesOf(left);
    return change(`Make ${to} the manager of ${names}.`, { manager: receiver, reports: left });
  },

  async apply(scim, _account, { manager, reports }: Change) {
    for (const { id } of reports) await scim.setManager(id, manager);
  },

  restore(now, before): Plan<Change> {
    const receiver = before.receiver ?? now.receiver;
    const moved = now.reports.filter(
      (it) => it.manager === receiver && before.reports.some(({ id }) => id === it.id),
    );
    if (moved.length === 0) return done('Managers are as before, or whom somebody chose since.');
    return change(`Give back ${namesOf(moved)}.`, { manager: now.account, reports: moved });
  },
});

async function reportsOf(scim: Scim, account: string): Promise<Report[]> {
  const isSearched = scim.settings.managers === 'search' && scim.settings.filters;
  const found: Report[] = [];
  for await (const user of isSearched ? scim.reportsOf(account) : scim.allUsers()) {
    if (managerOf(user) === account) found.push(toReport(user));
    else if (isSearched) throw filterIgnored('manager.value');
  }
  return found;
}

const toReport = (user: User): Report => ({
  id: user.id,
  name: user.userName ?? user.id,
  manager: managerOf(user),
});

/** The one open account of whoever receives. */
async function receiverOf(scim: Scim, email: string): Promise<string | null> {
  const found = await findAccounts(scim, { email, employeeNumber: null, name: email });
  const [account, second] = found.filter(({ status }) => status === 'active');
  return account && !second ? account.id : null;
}

const namesOf = (reports: readonly Report[]): string => reports.map(({ name }) => name).join(', ');
