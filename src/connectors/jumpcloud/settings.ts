import { z } from 'zod';
import { secret, text, url } from '#connector-kit/fields.ts';

/** By what people are known in JumpCloud. */
export const keys = ['email', 'username', 'employeeIdentifier'] as const;

export const settings = z.strictObject({
  address: url(
    'Address',
    'Of the console; another one only where your data are in another region',
  ).default('https://console.jumpcloud.com'),
  apiKey: secret(
    'API key',
    'Of an administrator; best one of its own. It ends with that administrator',
  ),
  organisationId: text(
    'Organisation ID',
    'Only where the administrator is one of several organisations',
  ).optional(),
  findBy: z
    .array(z.enum(keys))
    .min(1)
    .default(['email'])
    .meta({
      title: 'People are known by',
      description:
        'username: it is the work address as well. employeeIdentifier only where JumpCloud has the very numbers of ' +
        'the HR system',
    }),
});
export type Settings = z.infer<typeof settings>;

/** The one permission there is. What is told when JumpCloud refuses a call. */
export const permission = 'the API key of an administrator with the role Administrator';
