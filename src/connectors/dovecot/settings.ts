import { z } from 'zod';
import { secret, text, url } from '#connector-kit/fields.ts';

export const settings = z.strictObject({
  address: url(
    'Address of the doveadm HTTP API',
    'For example https://mail.meadow.example:8443, as Dovecot itself listens there',
  ),
  apiKey: secret('API key', 'doveadm_api_key in the configuration of Dovecot'),
  domain: text(
    'Domain',
    'Only where people sign in with what stands before the @: the domain of their addresses',
  ).optional(),
  shared: text(
    'Where mailboxes of others show',
    'prefix of the shared namespace, with %u for the login, %n for what stands before its @, %d for what comes after',
  )
    .refine((it) => /^[^%]+%[un]/.test(it), {
      error: 'a fixed word, and then whose mailbox it is: %u or %n',
    })
    .default('shared/%u/'),
  without: z
    .array(z.enum(['acl', 'sieve']))
    .default([])
    .meta({
      title: 'What this server does without',
      description:
        'acl: nobody can show a mailbox to somebody else. sieve: nobody has rules that send mail on',
    }),
});
export type Settings = z.infer<typeof settings>;
