import { z } from 'zod';
import { byId } from '#connector-kit/by-id.ts';
import { blocked, change, done, type Plan, transition } from '#connector-kit/contract.ts';
import { namesOf } from '#connector-kit/names-of.ts';
import type { Microsoft } from './api.ts';
import { noReceiver, receiverOf, to } from './receiver.ts';
import { scopes } from './scopes.ts';

const Report = z.strictObject({
  id: z.string(),
  name: z.string(),
  manager: z.string().nullable(),
});
type Report = z.infer<typeof Report>;

const state = z.strictObject({
  account: z.string(),
  receiver: z.string().nullable(),
  /** Who reports to the account, and who did before the first change. */
  reports: z.array(Report),
});

interface Change {
  readonly manager: string;
  readonly reports: readonly Report[];
}

/** Everybody has one manager, so the new one takes the place of the old one in one request. */
export const moveReports = transition({
  capability: 'reports.move',
  summary: 'Gives the people whose manager the account is another manager.',
  scopes: [scopes.manageUsers],
  mustPrecede: ['account.delete'],
  params: z.strictObject({ to }),
  state,
  settlesWithinMs: 5 * 60_000,
  repeatable: true,

  async read(microsoft: Microsoft, account, known) {
    const reports: Report[] = (await microsoft.reports(account)).map((it) => ({
      id: it.id,
      name: it.userPrincipalName ?? it.id,
      manager: account,
    }));
    for (const was of known?.before?.reports ?? []) {
      if (reports.some(({ id }) => id === was.id)) continue;
      reports.push({ ...was, manager: await microsoft.managerOf(was.id) });
    }
    const receiver = await receiverOf(microsoft, known);
    return { account, receiver, reports: reports.sort(byId) };
  },

  plan({ account, receiver, reports }, params): Plan<Change> {
    const left = reports.filter(({ manager }) => manager === account);
    if (left.length === 0) return done('The account is nobody’s manager.');
    if (receiver === null) return noReceiver(params.to);
    if (receiver === account) return blocked(`${params.to} is the account itself.`);
    if (left.some(({ id }) => id === receiver)) {
      return blocked(`${params.to} reports to the account, and cannot be their own manager.`);
    }
    return change(`Make ${params.to} the manager of ${namesOf(left)}.`, {
      manager: receiver,
      reports: left,
    });
  },

  async apply(microsoft, _account, { manager, reports }: Change) {
    for (const { id } of reports) await microsoft.setManager(id, manager);
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
