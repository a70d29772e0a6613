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
import { namesOf } from '#connector-kit/names-of.ts';
import { ConnectorError } from '#core/failure.ts';
import type { Google } from './api.ts';
import { membershipsOf } from './memberships.ts';
import { scopes } from './scopes.ts';

const OwnedGroup = z.strictObject({
  id: z.string(),
  name: z.string(),
  /** Whether the account owns it, and whether the receiver does. */
  own: z.boolean(),
  receivers: z.boolean(),
});
type OwnedGroup = z.infer<typeof OwnedGroup>;

const state = z.strictObject({
  account: z.string(),
  /** Id of who receives; null: no account has that address, or none that can be used. */
  receiver: z.string().nullable(),
  /** What the account owns, and what it owned before the first change. */
  groups: z.array(OwnedGroup),
});

/** Owners first come, and are read back; only then does somebody stop being one. */
interface Edit {
  readonly groupId: string;
  readonly name: string;
  readonly appoint: string | null;
  /** Stays a member: leaving is another step. */
  readonly dismiss: string | null;
}

/** The groups that an account owns. */
export async function ownedBy(google: Google, accountId: string): Promise<readonly Owned[]> {
  const owned = (await membershipsOf(google, accountId)).filter(({ role }) => role === 'OWNER');
  return owned.map(({ id, name, onlyOwner }) => ({
    ...{ id, name, kind: 'group' as const },
    soleOwner: onlyOwner,
  }));
}

export const transferOwnership = transition({
  capability: 'ownership.transfer',
  summary: 'Makes somebody else the owner of the groups that the account owns.',
  scopes: [scopes.users, scopes.groups],
  // Groups that nobody else owns are not left.
  mustPrecede: ['groups.leave', 'account.delete'],
  params: z.strictObject({
    to: person(
      'Who receives',
      'The e-mail address of a person with an account in Google Workspace',
    ),
  }),
  state,
  repeatable: true,

  async read(google: Google, accountId, known) {
    const owned = (await membershipsOf(google, accountId)).filter(({ role }) => role === 'OWNER');
    const before = known?.before?.groups ?? [];
    const groups = [...owned, ...before.filter(({ id }) => !owned.some((it) => it.id === id))];
    const to = known ? await google.userWith(known.params.to) : null;
    const receiver = to && !to.suspended && !to.archived ? to.id : null;

    const shown: OwnedGroup[] = [];
    for (const { id, name } of groups) {
      const owners = new Set((await google.ownersOf(id)).map((it) => it.id));
      const receivers = receiver !== null && owners.has(receiver);
      shown.push({ id, name, own: owners.has(accountId), receivers });
    }
    return {
      account: accountId,
      receiver,
      groups: shown.sort(byId),
    };
  },

  plan({ account, receiver, groups }, { to }): Plan<readonly Edit[]> {
    if (groups.length === 0) return done('The account owns no group.');
    if (receiver === null) {
      return blocked(`No account that can be used has the address ${to}. Name somebody else.`);
    }
    if (receiver === account) return blocked(`${to} is the account itself.`);
    const rest = groups.filter(({ own, receivers }) => own || !receivers);
    if (rest.length === 0) return done(`${to} owns all of it: ${namesOf(groups)}.`);
    return change(
      `Hand over to ${to}: ${namesOf(rest)}.`,
      rest.map(({ id, name, own, receivers }) => ({
        ...{ groupId: id, name },
        appoint: receivers ? null : receiver,
        dismiss: own ? account : null,
      })),
    );
  },

  async apply(google, _accountId, edits: readonly Edit[]) {
    for (const { groupId, name, appoint, dismiss } of edits) {
      if (appoint !== null) await makeOwner(google, groupId, name, appoint);
      if (dismiss !== null && (await google.membership(groupId, dismiss)))
        await google.setRoleIn(groupId, dismiss, 'MEMBER');
    }
  },

  restore({ groups: now }, before): Plan<readonly Edit[]> {
    const edits = before.groups
      .filter(({ own }) => own)
      .flatMap((then): Edit[] => {
        const it = now.find(({ id }) => id === then.id);
        if (!it) return [];
        const appoint = it.own ? null : before.account;
        const dismiss = it.receivers && !then.receivers ? before.receiver : null;
        const { id: groupId, name } = it;
        return appoint === null && dismiss === null ? [] : [{ groupId, name, appoint, dismiss }];
      });
    if (edits.length === 0) return done('The owners are as they were before.');
    return change(`Give back: ${namesOf(edits)}.`, edits);
  },
});

async function makeOwner(google: Google, groupId: string, name: string, id: string): Promise<void> {
  const member = await google.membership(groupId, id);
  if (member) await google.setRoleIn(groupId, id, 'OWNER');
  else await google.join(groupId, (await google.user(id)).primaryEmail, 'OWNER');
  if ((await google.membership(groupId, id))?.role === 'OWNER') return;
  const detail = `${name} does not show its new owner.`;
  throw new ConnectorError({ kind: 'rejected', detail });
}
