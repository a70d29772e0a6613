import { z } from 'zod';
import { secret, text } from '#connector-kit/fields.ts';

/**
 * One bare address, such as ada@meadow.example. Neither a list nor a name beside it, and nothing
 * that could end a header or an SMTP command.
 */
export const MailAddress = z
  .string()
  .regex(
    /^[^\s\p{Cc}@<>()[\]\\,;:"]+@[^\s\p{Cc}@<>()[\]\\,;:"]+$/u,
    'Expected one address, such as ada@meadow.example.',
  )
  .max(254); // RFC 5321, 4.5.3.1.3

export const settings = z
  .strictObject({
    host: text('Mail server', 'For example smtp.meadow.example').regex(
      /^([A-Za-z0-9._-]+|[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*)$/,
      'Only the name or the address of the server: no port, no "smtp://".',
    ),
    port: z.int().min(1).max(65_535).meta({
      title: 'Port',
      description: '465 with implicit TLS, 587 with STARTTLS, 25 without',
    }),
    tls: z.enum(['implicit', 'starttls', 'none']).meta({
      title: 'Encryption',
      description:
        'Implicit TLS from the first byte; STARTTLS before anything is said; or none, only for ' +
        'a server in your own network: mail and password can be read on the way',
    }),
    user: text('User', 'Leave empty if the server knows us by our address').optional(),
    password: secret('Password', 'Of that user').optional(),
    from: MailAddress.meta({
      title: 'Sender',
      description: 'The address that messages come from, and that failures go back to',
    }),
    recordsTo: MailAddress.optional().meta({
      title: 'Records to',
      description:
        'The one address that records of departures are sent to, as attachments; leave empty if none are',
    }),
    fromName: z
      .string()
      .trim()
      .min(1)
      .regex(/^[^\p{Cc}]+$/u, 'A name stands on one line.')
      .optional()
      .meta({ title: 'Name of the sender', description: 'For example Meadow & Co offboarding' }),
  })
  .refine((it) => (it.user === undefined) === (it.password === undefined), {
    path: ['password'],
    error: 'User and password belong together: fill in both or neither.',
  });
export type Settings = z.infer<typeof settings>;
