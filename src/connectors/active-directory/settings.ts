import { z } from 'zod';
import { secret } from '#connector-kit/fields.ts';
import { personAttributes } from '#connector-kit/ldap-person.ts';

/** Only encrypted: Active Directory takes new passwords no other way. */
const controller = z
  .string()
  .trim()
  .regex(
    /^ldaps:\/\/(\[[0-9a-f:.]+\]|[^\s/:@?#[\]]+)(:\d{1,5})?\/?$/i,
    'An address such as ldaps://dc1.acme.com.',
  );

export const settings = z.strictObject({
  controllers: z
    .array(controller)
    .min(1)
    .meta({
      title: 'Domain controllers',
      description:
        'All that people sign in at and that accept changes, such as ldaps://dc1.acme.com. ' +
        'A change counts only when each of them shows it.',
    }),
  bindName: z.string().trim().min(1).meta({
    title: 'Account for Gatehouse',
    description: 'As gatehouse@acme.com, or as a full name (DN).',
  }),
  password: secret('Password of that account', 'Stored encrypted.'),
  baseDn: z.string().trim().regex(/=/, 'A full name (DN) such as DC=acme,DC=com.').meta({
    title: 'Where people are',
    description: 'For example DC=acme,DC=com. Groups are looked for in the whole domain.',
  }),
  newAccountsIn: z
    .string()
    .trim()
    .regex(/=/, 'A full name (DN) such as OU=Staff,DC=acme,DC=com.')
    .optional()
    .meta({
      title: 'Where new accounts go (DN)',
      description: 'Below the place where people are. Left out: Gatehouse makes none.',
    }),
  ...personAttributes(['mail', 'userPrincipalName', 'proxyAddresses'], ['employeeID']),
});
export type Settings = z.infer<typeof settings>;
