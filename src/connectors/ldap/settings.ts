import { z } from 'zod';
import { secret, text } from '#connector-kit/fields.ts';
import { attributeName, personAttributes } from '#connector-kit/ldap-person.ts';

const address = z
  .string()
  .trim()
  .regex(
    /^ldaps?:\/\/(\[[0-9a-f:.]+\]|[^\s/:@?#[\]]+)(:\d{1,5})?\/?$/i,
    'An address such as ldaps://ldap.acme.com or ldap://10.0.0.5:1389.',
  );

const dn = z.string().trim().regex(/=/, 'A full name (DN) such as ou=people,dc=acme,dc=com.');

/** What the usual servers want to see in the attribute that locks an account. */
const usualLocks: Readonly<Record<string, string>> = {
  pwdaccountlockedtime: '000001010000Z', // OpenLDAP: locked until an administrator lifts it
  nsaccountlock: 'true', // 389 Directory Server, FreeIPA
};

export const settings = z
  .strictObject({
    servers: z
      .array(address)
      .min(1)
      .meta({
        title: 'Servers',
        description:
          'The first is where changes are made. Name every copy (replica) that people sign in at ' +
          'as well: a change counts only when all of them show it.',
      }),
    allowUnencrypted: z
      .boolean()
      .default(false)
      .meta({
        title: 'Allow unencrypted connections',
        description:
          'Off: an ldap:// connection is encrypted by StartTLS before the password is sent. ' +
          'On: it is not encrypted at all.',
      }),
    bindDn: dn.meta({ title: 'Bind account (DN)', description: 'Who Gatehouse signs in as.' }),
    password: secret('Password of the bind account', 'Stored encrypted.'),
    peopleBases: z.array(dn).min(1).meta({
      title: 'Where people are',
      description: 'For example ou=people,dc=acme,dc=com. Everything below is searched.',
    }),
    groupBases: z.array(dn).default([]).meta({
      title: 'Where groups are',
      description: 'For example ou=groups,dc=acme,dc=com. Leave empty if there are none.',
    }),
    loginAttribute: attributeName.default('uid').meta({
      title: 'Attribute that holds the login name',
      description: 'Entries without it are not accounts.',
    }),
    ...personAttributes(['mail'], ['employeeNumber']),
    keyAttribute: attributeName.default('entryUUID').meta({
      title: 'Attribute that never changes',
      description: 'entryUUID nearly everywhere; nsUniqueId on old 389 Directory Servers.',
    }),
    lockAttribute: attributeName.default('pwdAccountLockedTime').meta({
      title: 'Attribute that locks an account',
      description:
        'pwdAccountLockedTime for OpenLDAP with password policy, nsAccountLock for 389 ' +
        'Directory Server and FreeIPA, or another one that your server heeds.',
    }),
    lockedValue: text(
      'Its value for a locked account',
      'Only for attributes other than those two.',
    ).optional(),
    passwordPolicy: dn.optional().meta({
      title: 'Default password policy (DN)',
      description:
        'OpenLDAP only. Gatehouse then checks that the policy enforces locks (pwdLockout TRUE).',
    }),
    newAccountsIn: dn.optional().meta({
      title: 'Where new accounts go (DN)',
      description: 'For example ou=people,dc=acme,dc=com. Left out: Gatehouse makes none.',
    }),
    newAccountClasses: z.array(attributeName).min(1).default(['inetOrgPerson']).meta({
      title: 'Object classes of new accounts',
      description: 'They must allow cn, sn, givenName, mail, employeeNumber and the login name.',
    }),
    placeholderMember: dn.optional().meta({
      title: 'Member that keeps a group from being empty (DN)',
      description:
        'Many servers refuse to remove the last member. With this entry in their place it works.',
    }),
    adminGroups: z.array(dn).default([]).meta({
      title: 'Groups of administrators (DN)',
      description: 'Their members count as privileged: their access is cut first.',
    }),
  })
  .refine((it) => it.lockedValue !== undefined || lockedValueOf(it) !== null, {
    path: ['lockedValue'],
    message: 'Say which value of the attribute means locked.',
  });
export type Settings = z.infer<typeof settings>;

/** The value that locks: the one given, or the usual one of the attribute. */
const lockedValueOf = (it: { lockAttribute: string; lockedValue?: string | undefined }) =>
  it.lockedValue ?? usualLocks[it.lockAttribute.toLowerCase()] ?? null;

/** How this server locks an account. */
export interface Lock {
  readonly attribute: string;
  readonly value: string;
}

export const lockOf = (it: Settings): Lock => ({
  attribute: it.lockAttribute,
  value: lockedValueOf(it) ?? '', // `settings` refuses to be without
});

export const isLocked = (lock: Lock, values: readonly string[]): boolean =>
  values.some((it) => it.toLowerCase() === lock.value.toLowerCase());
