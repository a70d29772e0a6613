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
import { unlessMissing } from '#connector-kit/http.ts';
import { namesOf } from '#connector-kit/names-of.ts';
import { ConnectorError } from '#core/failure.ts';
import type { Microsoft } from './api.ts';
import { noReceiver, receiverOf, to } from './receiver.ts';
import { scopes } from './scopes.ts';

const Thing = z.strictObject({
  list: z.enum(['groups', 'applications', 'servicePrincipals']),
  id: z.string(),
  name: z.string(),
  /** Ids of users and apps. */
  owners: z.array(z.string()),
});
type Thing = z.infer<typeof Thing>;

const state = z.strictObject({
  account: z.string(),
  receiver: z.string().nullable(),
  /** What the account owns, and what it owned before the first change. */
  things: z.array(Thing),
});

interface Edit extends Thing {
  readonly add: readonly string[];
  readonly remove: readonly string[];
}

/**
 * The new owner comes first and is read back, since Graph keeps the last owner of a group, and an app without
 * one is nobody's to look after.
 */
export const transferOwnership = transition({
  capability: 'ownership.transfer',
  summary:
    'Makes somebody else the owner of the groups, teams and app registrations of the account.',
  scopes: [scopes.readDirectory, scopes.manageGroups, scopes.manageApps],
  mustPrecede: ['account.delete'],
  params: z.strictObject({ to }),
  state,
  // Teams takes over owners of its groups within two hours.
  settlesWithinMs: 10 * 60_000,
  repeatable: true,

  async read(microsoft: Microsoft, account, known) {
    const things = await thingsOf(microsoft, account);
    for (const was of known?.before?.things ?? []) {
      if (things.some(({ id }) => id === was.id)) continue;
      const owners = await unlessMissing(microsoft.ownersOf(was.list, was.id));
      if (owners) things.push({ ...was, owners: owners.toSorted() });
    }
    const receiver = await receiverOf(microsoft, known);
    return { account, receiver, things: things.sort(byId) };
  },

  plan({ account, receiver, things }, params): Plan<readonly Edit[]> {
    if (things.length === 0) return done('The account owns nothing in Entra ID.');
    if (receiver === null) return noReceiver(params.to);
    if (receiver === account) return blocked(`${params.to} is the account itself.`);
    const edits = things.map((it) => ({
      ...it,
      add: it.owners.includes(account) && !it.owners.includes(receiver) ? [receiver] : [],
      remove: it.owners.includes(account) ? [account] : [],
    }));
    const open = edits.filter(isEdit);
    return open.length > 0
      ? change(`Hand over to ${params.to}: ${namesOf(open)}.`, open)
      : done(`The account owns none of it any more: ${namesOf(things)}.`);
  },

  async apply(microsoft, _account, edits: readonly Edit[]) {
    for (const { list, id, name, owners, add, remove } of edits) {
      const present = new Set(owners.length > 0 ? await microsoft.ownersOf(list, id) : []);
      for (const owner of add) if (!present.has(owner)) await microsoft.addOwner(list, id, owner);
      if (remove.length === 0) continue;
      const shown = await microsoft.ownersOf(list, id);
      if (!add.every((owner) => shown.includes(owner))) {
        const detail = `${name} does not show its new owner yet, so the old one stays.`;
        throw new ConnectorError({ kind: 'rejected', detail });
      }
      for (const owner of remove) await unlessMissing(microsoft.removeOwner(list, id, owner));
    }
  },

  restore(now, before): Plan<readonly Edit[]> {
    const edits = before.things.flatMap((then) => {
      const it = now.things.find(({ id }) => id === then.id);
      if (!it) return []; // it no longer exists
      const receiver = before.receiver ?? now.receiver;
      const wasGiven = receiver !== null && it.owners.includes(receiver);
      return [
        {
          ...it,
          add: it.owners.includes(now.account) ? [] : [now.account],
          remove: wasGiven && !then.owners.includes(receiver) ? [receiver] : [],
        },
      ];
    });
    const open = edits.filter(isEdit);
    return open.length > 0
      ? change(`Give back: ${namesOf(open)}.`, open)
      : done('The owners are as they were before.');
  },
});

/** What an account owns, and whose manager it is. */
export async function ownedBy(microsoft: Microsoft, id: string): Promise<readonly Owned[]> {
  const things = await thingsOf(microsoft, id);
  const reports = await microsoft.reports(id);
  return [
    ...things.map(
      (it): Owned => ({
        id: it.id,
        kind: it.list === 'groups' ? 'group' : 'integration',
        name: it.name,
        soleOwner: it.owners.length === 1,
      }),
    ),
    ...reports.map(
      (it): Owned => ({
        id: it.id,
        kind: 'direct report',
        name: it.displayName ?? it.userPrincipalName ?? it.id,
        soleOwner: true,
      }),
    ),
  ];
}

async function thingsOf(microsoft: Microsoft, account: string): Promise<Thing[]> {
  const found: Thing[] = [];
  for (const it of await microsoft.owned(account)) {
    const list = lists[it['@odata.type'] ?? ''];
    if (!list) continue;
    const owners = await microsoft.ownersOf(list, it.id);
    found.push({ list, id: it.id, name: it.displayName ?? it.id, owners: owners.toSorted() });
  }
  return found;
}

const lists: Readonly<Record<string, Thing['list']>> = {
  '#microsoft.graph.group': 'groups',
  '#microsoft.graph.application': 'applications',
  '#microsoft.graph.servicePrincipal': 'servicePrincipals',
};
const isEdit = ({ add, remove }: Edit) => add.length + remove.length > 0;
