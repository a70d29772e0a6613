import { AndFilter } from 'ldapts';
import { z } from 'zod';
import type { LdapServer } from '#connector-kit/ldap.ts';
import { bytesOf, type LdapEntry, textOf } from '#connector-kit/ldap-entry.ts';
import { resultCode } from '#connector-kit/ldap-failure.ts';
import { equals } from '#connector-kit/ldap-person.ts';
import { ConnectorError } from '#core/failure.ts';
import { type Domain, idOf } from './api.ts';
import { guidBytes, relativeId } from './identifiers.ts';

export const group = z.strictObject({
  /** objectGUID, which outlives a new name. */
  id: z.string(),
  dn: z.string(),
  name: z.string(),
});
export type Group = z.infer<typeof group>;

/** The group that an account belongs to by a number of its own; no group lists it as a member. */
export const primaryGroup = z.strictObject({
  name: z.string(),
  dn: z.string().nullable(),
  /** Domain Users or Domain Guests: everybody has to be in one, and it opens no door. */
  ordinary: z.boolean(),
});
export type PrimaryGroup = z.infer<typeof primaryGroup>;

/** What reading the memberships of an account needs of it. */
export const memberAttributes = ['primaryGroupID', 'objectSid'];

/** The groups that list the account itself. Groups within groups are left as they are. */
export async function groupsOf(
  domain: Domain,
  controller: LdapServer,
  account: LdapEntry,
): Promise<Group[]> {
  const groups = await controller.search({
    base: await domain.domainDn(controller),
    filter: equals('member', account.dn),
    attributes: ['objectGUID', 'cn'],
  });
  return groups.map((it) => ({ id: idOf(it), dn: it.dn, name: textOf(it, 'cn') ?? it.dn }));
}

export async function primaryGroupOf(
  domain: Domain,
  controller: LdapServer,
  account: LdapEntry,
): Promise<PrimaryGroup> {
  const relative = Number(textOf(account, 'primaryGroupID') ?? relativeId.domainUsers);
  const sid = bytesOf(account, 'objectSid');
  const { domainUsers, domainGuests } = relativeId;
  const ordinary = relative === domainUsers || relative === domainGuests;
  if (sid === null) return { name: `group ${relative}`, dn: null, ordinary };
  sid.writeUInt32LE(relative, sid.length - 4); // the account's own SID differs in its last part
  const [found] = await controller.search({
    base: await domain.domainDn(controller),
    filter: equals('objectSid', sid),
    attributes: ['cn'],
  });
  const name = (found && textOf(found, 'cn')) ?? `group ${relative}`;
  return { name, dn: found?.dn ?? null, ordinary };
}

/** The group with this name (cn, or full name). */
export async function groupCalled(
  domain: Domain,
  controller: LdapServer,
  name: string,
): Promise<Group> {
  const isDn = name.includes('=');
  const found = await controller.search({
    base: isDn ? name : await domain.domainDn(controller),
    ...(isDn ? { scope: 'base' as const } : {}),
    filter: isDn
      ? equals('objectClass', 'group')
      : new AndFilter({ filters: [equals('objectClass', 'group'), equals('cn', name)] }),
    attributes: ['objectGUID', 'cn'],
  });
  const [group, second] = found;
  if (group && !second) {
    return { id: idOf(group), dn: group.dn, name: textOf(group, 'cn') ?? group.dn };
  }
  const detail = second
    ? `${controller.name}: several groups are called ${name}. Use the full name (DN) of one.`
    : `${controller.name}: there is no group ${name}.`;
  throw new ConnectorError({ kind: 'rejected', detail });
}

/** Takes the account out of a group. Gone already counts as done. */
export async function leave(
  domain: Domain,
  controller: LdapServer,
  account: LdapEntry,
  group: Group,
): Promise<void> {
  const dn = await dnOf(domain, controller, group);
  if (!(await isMember(controller, dn, account))) return;
  await controller.modify(dn, [{ operation: 'delete', attribute: 'member', values: [account.dn] }]);
}

/** Puts the account into a group. In already counts as done. */
export async function join(
  domain: Domain,
  controller: LdapServer,
  account: LdapEntry,
  group: Group,
): Promise<void> {
  const dn = await dnOf(domain, controller, group);
  await controller.modify(
    dn,
    [{ operation: 'add', attribute: 'member', values: [account.dn] }],
    [resultCode.entryExists, resultCode.valueExists],
  );
}

/** Asked first, since a second removal is refused as if it were forbidden (result 53). */
async function isMember(controller: LdapServer, dn: string, account: LdapEntry): Promise<boolean> {
  const filter = equals('member', account.dn);
  const found = await controller.search({ base: dn, scope: 'base', filter, attributes: ['1.1'] });
  return found.length > 0;
}

/** The present DN of a group. */
async function dnOf(domain: Domain, controller: LdapServer, group: Group): Promise<string> {
  const guid = guidBytes(group.id);
  const [found] =
    guid === null
      ? []
      : await controller.search({
          base: await domain.domainDn(controller),
          filter: equals('objectGUID', guid),
          attributes: ['1.1'],
        });
  if (found) return found.dn;
  throw new ConnectorError({
    kind: 'rejected',
    detail: `${controller.name}: the group ${group.name} (${group.dn}) is no longer there.`,
  });
}
