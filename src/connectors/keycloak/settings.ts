import { z } from 'zod';
import { secret, text, url } from '#connector-kit/fields.ts';

/** By what people are known in Keycloak. */
export const keys = ['email', 'username', 'employeeNumber'] as const;

export const settings = z.strictObject({
  address: url(
    'Keycloak address',
    'For example https://id.meadow.example, with /auth behind it where your server wants that',
  ),
  realm: text('Realm', 'The one that the people are in'),
  clientId: text('Client ID', 'Of the client in that realm that stands for Gatehouse'),
  clientSecret: secret('Client secret', 'Of that client: Credentials'),
  findBy: z
    .array(z.enum(keys))
    .min(1)
    .default(['email', 'username'])
    .meta({
      title: 'People are known by',
      description:
        'username: the work address is the username as well. employeeNumber only where an attribute has the very ' +
        'numbers of the HR system',
    }),
  numberAttribute: text(
    'Attribute with the employee number',
    'Only looked at where people are known by it',
  ).default('employeeNumber'),
});
export type Settings = z.infer<typeof settings>;
