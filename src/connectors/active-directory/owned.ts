import { z } from 'zod';
import type { Owned } from '#connector-kit/contract.ts';
import type { LdapServer } from '#connector-kit/ldap.ts';
import { type LdapEntry, textOf, textsOf } from '#connector-kit/ldap-entry.ts';
import { equals } from '#connector-kit/ldap-person.ts';
import { type Domain, idOf } from './api.ts';
import { guidBytes } from './identifiers.ts';

/** The attributes by which entries name who answers for them; each of them holds one name. */
export type Relation = 'managedBy' | 'manager';

/** Something that names somebody. */
export const thing = z.strictObject({
  /** objectGUID, which outlives a new name. */
  id: z.string(),
  name: z.string(),
  /** Full name (DN) of whoever answers for it; null: nobody. */
  owner: z.string().nullable(),
});
export type Thing = z.infer<typeof thing>;

/** What names the account: groups, computers and units as their owner, people as their manager. */
export const ownedBy = (domain: Domain, accountId: string): Promise<readonly Owned[]> =>
  domain.onFirst(async (controller) => {
    const { dn } = await domain.entry(controller, accountId, ['1.1']);
    const found: Owned[] = [];
    for (const relation of ['managedBy', 'manager'] as const) {
      for (const entry of await entriesNaming(domain, controller, relation, dn)) {
        const { id, name } = toThing(entry, relation);
        found.push({ id, kind: kindOf(entry, relation), name, soleOwner: true });
      }
    }
    return found;
  });

/** Everything in the domain that names this account. */
export async function thingsOf(
  domain: Domain,
  controller: LdapServer,
  relation: Relation,
  account: string,
): Promise<Thing[]> {
  const entries = await entriesNaming(domain, controller, relation, account);
  return entries.map((it) => toThing(it, relation));
}

/** The thing with this key, and its present DN; null: it no longer exists. */
export async function thingWith(
  domain: Domain,
  controller: LdapServer,
  relation: Relation,
  id: string,
): Promise<(Thing & { readonly dn: string }) | null> {
  const guid = guidBytes(id);
  if (guid === null) return null;
  const [entry] = await controller.search({
    base: await domain.domainDn(controller),
    filter: equals('objectGUID', guid),
    attributes: ['objectGUID', 'name', relation],
  });
  return entry ? { ...toThing(entry, relation), dn: entry.dn } : null;
}

const entriesNaming = async (
  domain: Domain,
  controller: LdapServer,
  relation: Relation,
  account: string,
): Promise<readonly LdapEntry[]> =>
  controller.search({
    base: await domain.domainDn(controller),
    filter: equals(relation, account),
    attributes: ['objectGUID', 'objectClass', 'name', relation],
  });

/** Every entry of a domain has a `name`: the value of its RDN. */
const toThing = (entry: LdapEntry, relation: Relation): Thing => ({
  id: idOf(entry),
  name: textOf(entry, 'name') ?? entry.dn,
  owner: textOf(entry, relation),
});

function kindOf(entry: LdapEntry, relation: Relation): Owned['kind'] {
  if (relation === 'manager') return 'direct report';
  const classes = textsOf(entry, 'objectClass');
  if (classes.includes('computer')) return 'computer';
  return classes.includes('group') ? 'group' : 'other';
}
