import { PresenceFilter } from 'ldapts';
import { z } from 'zod';
import type { LdapServer } from '#connector-kit/ldap.ts';
import { type LdapEntry, textOf, textsOf } from '#connector-kit/ldap-entry.ts';
import { resultCode } from '#connector-kit/ldap-failure.ts';
import { equals } from '#connector-kit/ldap-person.ts';
import { ConnectorError } from '#core/failure.ts';
import type { Directory } from './api.ts';

/** The attributes in which the three usual kinds of group name their members. */
const memberAttributes = ['member', 'uniqueMember', 'memberUid'] as const;
type MemberAttribute = (typeof memberAttributes)[number];

/** The classes that may never be without a member (RFC 4519, 3.5 and 3.6). */
const neverEmpty: Readonly<Record<MemberAttribute, string | null>> = {
  member: 'groupofnames',
  uniqueMember: 'groupofuniquenames',
  memberUid: null,
};

/** One way in which one group names the account. */
export const membership = z.strictObject({
  /** The group's key, which outlives a new name. */
  id: z.string(),
  dn: z.string(),
  name: z.string(),
  attribute: z.enum(memberAttributes),
  /** The only member of a group that may not be empty. */
  last: z.boolean(),
  /** The server works the members out by a rule, so that nobody can be taken out. */
  byRule: z.boolean(),
});
export type Membership = z.infer<typeof membership>;

/** What stands in a group for a person: the DN, or in POSIX groups the plain user name. */
const valuesFor = (account: LdapEntry, attribute: MemberAttribute): readonly string[] =>
  attribute === 'memberUid' ? textsOf(account, 'uid') : [account.dn];

/** Every group that names the account itself. Groups within groups are left as they are. */
export async function membershipsOf(
  { settings }: Directory,
  server: LdapServer,
  account: LdapEntry,
): Promise<Membership[]> {
  const { groupBases, keyAttribute } = settings;
  const found: Membership[] = [];
  for (const base of groupBases) {
    for (const attribute of memberAttributes) {
      for (const value of valuesFor(account, attribute)) {
        const attributes = [keyAttribute, 'cn', 'objectClass', attribute];
        const groups = await server.search({ base, filter: equals(attribute, value), attributes });
        found.push(...groups.map((group) => membershipIn(group, attribute, keyAttribute)));
      }
    }
  }
  const distinct = new Map(found.map((it) => [nameOf(it), it]));
  return [...distinct.keys()].sort().map((key) => distinct.get(key)!);
}

const nameOf = ({ dn, attribute }: Membership) => `${dn.toLowerCase()} ${attribute}`;

function membershipIn(
  group: LdapEntry,
  attribute: MemberAttribute,
  keyAttribute: string,
): Membership {
  const classes = textsOf(group, 'objectClass').map((it) => it.toLowerCase());
  const mandatory = neverEmpty[attribute];
  const id = textOf(group, keyAttribute);
  if (id === null) {
    throw new ConnectorError({
      kind: 'unexpected',
      detail: `The server shows no ${keyAttribute} of the group ${group.dn}. Name another attribute.`,
    });
  }
  return {
    id,
    dn: group.dn,
    name: textOf(group, 'cn') ?? group.dn,
    attribute,
    last:
      mandatory !== null && classes.includes(mandatory) && textsOf(group, attribute).length === 1,
    byRule: classes.includes('groupofurls'),
  };
}

/** The present DN of a group. */
async function dnOf({ settings, first }: Directory, group: Membership): Promise<string> {
  const filter = equals(settings.keyAttribute, group.id);
  for (const base of settings.groupBases) {
    const [found] = await first.search({ base, filter, attributes: ['1.1'] });
    if (found) return found.dn;
  }
  throw new ConnectorError({
    kind: 'rejected',
    detail: `${first.name}: the group ${group.name} (${group.dn}) is no longer there.`,
  });
}

/** The group with this name (cn or DN), as a place to join. */
export async function groupCalled(
  { settings, first }: Directory,
  name: string,
): Promise<Membership> {
  const { groupBases, keyAttribute } = settings;
  const attributes = [keyAttribute, 'cn', 'objectClass', ...memberAttributes];
  const isDn = name.includes('=');
  const found: LdapEntry[] = [];
  for (const base of groupBases) {
    const filter = isDn ? new PresenceFilter({ attribute: 'objectClass' }) : equals('cn', name);
    const groups = await first.search({ base, filter, attributes });
    found.push(...groups.filter((it) => !isDn || it.dn.toLowerCase() === name.toLowerCase()));
  }
  const [group, second] = found;
  if (group && !second) return membershipIn(group, attributeOf(group), keyAttribute);
  const detail = second
    ? `${first.name}: several groups are called ${name}. Use the full name (DN) of one.`
    : `${first.name}: there is no group ${name} below ${groupBases.join(', ')}.`;
  throw new ConnectorError({ kind: 'rejected', detail });
}

/** How a group names its members follows from its class. */
function attributeOf(group: LdapEntry): MemberAttribute {
  const classes = textsOf(group, 'objectClass').map((it) => it.toLowerCase());
  if (classes.includes('posixgroup')) return 'memberUid';
  return classes.includes('groupofuniquenames') ? 'uniqueMember' : 'member';
}

/**
 * Takes the account out. Gone already counts as done. Where the group would be empty and may
 * not be, the placeholder takes the place in the same change.
 */
export async function leave(
  directory: Directory,
  account: LdapEntry,
  group: Membership,
): Promise<void> {
  const { first, settings } = directory;
  const { attribute } = group;
  const dn = await dnOf(directory, group);
  for (const value of valuesFor(account, attribute)) {
    const removal = { operation: 'delete', attribute, values: [value] } as const;
    const expected = [resultCode.noSuchAttribute];
    if (settings.placeholderMember === undefined || attribute === 'memberUid') {
      await first.modify(dn, [removal], expected);
      continue;
    }
    const code = await first.modify(dn, [removal], [...expected, resultCode.objectClassViolation]);
    if (code === resultCode.objectClassViolation) {
      const addition = {
        ...removal,
        operation: 'add',
        values: [settings.placeholderMember],
      } as const;
      await first.modify(dn, [addition, removal], expected);
    }
  }
}

/** Puts the account back in; a placeholder that stood in for the last member goes. */
export async function join(
  directory: Directory,
  account: LdapEntry,
  group: Membership,
): Promise<void> {
  const { first, settings } = directory;
  const { attribute } = group;
  const dn = await dnOf(directory, group);
  const values = valuesFor(account, attribute);
  const addition = { operation: 'add', attribute, values } as const;
  if (group.last && settings.placeholderMember !== undefined) {
    const removal = {
      ...addition,
      operation: 'delete',
      values: [settings.placeholderMember],
    } as const;
    const code = await first.modify(
      dn,
      [addition, removal],
      [resultCode.noSuchAttribute, resultCode.valueExists],
    );
    if (code === 0) return;
  }
  await first.modify(dn, [addition], [resultCode.valueExists]);
}
