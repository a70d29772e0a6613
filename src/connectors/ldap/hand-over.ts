import { z } from 'zod';
import { byId } from '#connector-kit/by-id.ts';
import { blocked, change, type Owned, type Plan, transition } from '#connector-kit/contract.ts';
import { person } from '#connector-kit/fields.ts';
import type { LdapServer } from '#connector-kit/ldap.ts';
import { type LdapEntry, textOf, textsOf } from '#connector-kit/ldap-entry.ts';
import { resultCode } from '#connector-kit/ldap-failure.ts';
import { equals } from '#connector-kit/ldap-person.ts';
import { namesOf } from '#connector-kit/names-of.ts';
import { ConnectorError } from '#core/failure.ts';
import { comparable, type Directory } from './api.ts';
import { doneOnEvery, readWithReplicas, replicas, replicasSettleWithinMs } from './replicas.ts';

/** One way in which entries of a directory name somebody who answers for them. */
interface Relation {
  readonly attribute: 'owner' | 'manager';
  basesOf(settings: Directory['settings']): readonly string[];
  readonly kind: Owned['kind'];
}

const owner: Relation = {
  attribute: 'owner',
  basesOf: ({ groupBases }) => groupBases,
  kind: 'group',
};
const manager: Relation = {
  attribute: 'manager',
  basesOf: ({ peopleBases }) => peopleBases,
  kind: 'direct report',
};

const thing = z.strictObject({
  /** The key of the entry, which outlives a new name. */
  id: z.string(),
  dn: z.string(),
  name: z.string(),
  /** Full names (DN). */
  owners: z.array(z.string()),
});
type Thing = z.infer<typeof thing>;

const state = z.strictObject({
  account: z.string(),
  /** Who receives; null: no account has that address. */
  receiver: z.string().nullable(),
  /** What the account owns, and what it owned before the first change. */
  things: z.array(thing),
  replicas,
});

interface Edit extends Thing {
  readonly add: readonly string[];
  readonly remove: readonly string[];
}

/** What an account owns, and whose manager it is. */
export async function ownedBy(directory: Directory, accountId: string): Promise<readonly Owned[]> {
  const account = await directory.entry(directory.first, accountId, ['1.1']);
  const found: Owned[] = [];
  for (const relation of [owner, manager]) {
    for (const it of await thingsOf(directory, directory.first, relation, account.dn)) {
      const soleOwner = it.owners.length === 1;
      found.push({ id: it.id, kind: relation.kind, name: it.name, soleOwner });
    }
  }
  return found;
}

export const transferOwnership = handOver('ownership.transfer', owner, {
  summary: 'Makes somebody else the owner of the groups that the account owns.',
  nothing: 'The account owns no group.',
});

export const moveReports = handOver('reports.move', manager, {
  summary: 'Gives the people whose manager the account is another manager.',
  nothing: 'The account is nobody’s manager.',
});

/**
 * Puts another account into the place of this one, wherever entries name it. The new one goes in
 * first and is read back; only then does the old one go out, so that nothing is ever without.
 */
function handOver(
  capability: 'ownership.transfer' | 'reports.move',
  relation: Relation,
  words: { readonly summary: string; readonly nothing: string },
) {
  const { attribute } = relation;
  return transition({
    capability,
    summary: words.summary,
    scopes: [`write ${attribute}`],
    // Once the account is deleted nobody knows any more what it owned.
    mustPrecede: ['account.delete'],
    params: z.strictObject({
      to: person(
        'Who receives',
        'The e-mail address of a person with an account in the directory.',
      ),
    }),
    state,
    settlesWithinMs: replicasSettleWithinMs,
    repeatable: true,

    read: (directory: Directory, accountId, known) =>
      readWithReplicas(directory, async (server) => {
        const { dn: account } = await directory.entry(server, accountId, ['1.1']);
        const own = await thingsOf(directory, server, relation, account);
        const before = known?.before?.things ?? [];
        const gone = before.filter(({ id }) => !own.some((it) => it.id === id));
        for (const { id } of gone) own.push(...(await thingWith(directory, server, relation, id)));
        const receiver = known ? await directory.dnOfPerson(server, known.params.to) : null;
        return { account, receiver, things: own.sort(byId) };
      }),

    plan(now, { to }): Plan<readonly Edit[]> {
      if (now.things.length === 0) return doneOnEvery(now.replicas, words.nothing);
      const { account, receiver } = now;
      if (receiver === null) {
        return blocked(`No account has the address ${to}. Name somebody else, or make an account.`);
      }
      if (isSame(receiver, account)) return blocked(`${to} is the account itself.`);
      const edits = now.things
        .map((it) => ({
          ...it,
          add: includes(it.owners, receiver) ? [] : [receiver],
          remove: includes(it.owners, account) ? [account] : [],
        }))
        .filter(isEdit);
      if (edits.length > 0) return change(`Hand over to ${to}: ${namesOf(edits)}.`, edits);
      return doneOnEvery(now.replicas, `${to} has all of it: ${namesOf(now.things)}.`);
    },

    async apply({ first, settings }, _accountId, edits: readonly Edit[]) {
      for (const { id, name, add, remove } of edits) {
        const entry = await entryWith(first, relation.basesOf(settings), settings.keyAttribute, id);
        if (!entry) throw rejected(`${first.name}: ${name} is no longer there.`);
        const { dn } = entry;
        for (const value of add) {
          const addition = { operation: 'add', attribute, values: [value] } as const;
          await first.modify(dn, [addition], [resultCode.valueExists]);
          const filter = equals(attribute, value);
          const shown = await first.search({
            base: dn,
            scope: 'base',
            filter,
            attributes: ['1.1'],
          });
          if (shown.length === 0) throw rejected(`${first.name}: ${name} does not show ${value}.`);
        }
        for (const value of remove) {
          const removal = { operation: 'delete', attribute, values: [value] } as const;
          await first.modify(dn, [removal], [resultCode.noSuchAttribute]);
        }
      }
    },

    restore(now, before): Plan<readonly Edit[]> {
      const receiver = before.receiver ?? now.receiver;
      const edits = before.things
        .flatMap((then) => {
          const it = now.things.find(({ id }) => id === then.id);
          if (!it) return []; // it no longer exists
          const put = receiver !== null && includes(it.owners, receiver);
          const add = includes(it.owners, now.account) ? [] : [now.account];
          const remove = put && !includes(then.owners, receiver) ? [receiver] : [];
          return [{ ...it, add, remove }];
        })
        .filter(isEdit);
      if (edits.length > 0) return change(`Give back: ${namesOf(edits)}.`, edits);
      return doneOnEvery(now.replicas, 'The owners are as they were before.');
    },
  });
}

async function thingsOf(
  { settings }: Directory,
  server: LdapServer,
  { attribute, basesOf }: Relation,
  dn: string,
): Promise<Thing[]> {
  const found: Thing[] = [];
  const attributes = [settings.keyAttribute, 'cn', attribute];
  for (const base of basesOf(settings)) {
    const entries = await server.search({ base, filter: equals(attribute, dn), attributes });
    found.push(...entries.map((it) => toThing(it, settings.keyAttribute, attribute)));
  }
  return [...new Map(found.map((it) => [it.id, it])).values()];
}

async function thingWith(
  { settings }: Directory,
  server: LdapServer,
  { attribute, basesOf }: Relation,
  id: string,
): Promise<Thing[]> {
  const { keyAttribute } = settings;
  const entry = await entryWith(server, basesOf(settings), keyAttribute, id, ['cn', attribute]);
  return entry ? [toThing(entry, keyAttribute, attribute)] : [];
}

async function entryWith(
  server: LdapServer,
  bases: readonly string[],
  keyAttribute: string,
  id: string,
  attributes: readonly string[] = [],
): Promise<LdapEntry | null> {
  for (const base of bases) {
    const filter = equals(keyAttribute, id);
    const wanted = [keyAttribute, ...attributes];
    const [found] = await server.search({ base, filter, attributes: wanted });
    if (found) return found;
  }
  return null;
}

function toThing(entry: LdapEntry, keyAttribute: string, attribute: string): Thing {
  const id = textOf(entry, keyAttribute);
  if (id === null) {
    throw new ConnectorError({
      kind: 'unexpected',
      detail: `The server shows no ${keyAttribute} of ${entry.dn}. Name another attribute.`,
    });
  }
  const owners = [...textsOf(entry, attribute)].sort();
  return { id, dn: entry.dn, name: textOf(entry, 'cn') ?? entry.dn, owners };
}

const isSame = (a: string, b: string): boolean => comparable(a) === comparable(b);
const includes = (owners: readonly string[], dn: string) => owners.some((it) => isSame(it, dn));
const isEdit = ({ add, remove }: Edit): boolean => add.length + remove.length > 0;
const rejected = (detail: string) => new ConnectorError({ kind: 'rejected', detail });
