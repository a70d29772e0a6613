import { z } from 'zod';
import { text } from '#connector-kit/fields.ts';

export const settings = z.strictObject({
  host: text('Receiver', 'Name or address of the syslog server or SIEM').regex(
    /^([A-Za-z0-9._-]+|[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*)$/,
    'Only the name or the address of the server: no port.',
  ),
  port: z
    .int()
    .min(1)
    .max(65_535)
    .meta({ title: 'Port', description: 'Usually 6514 with TLS, 514 or 601 without' }),
  tls: z.enum(['yes', 'no']).meta({
    title: 'Encryption',
    description: 'no: only inside your own network; the messages can be read on the way',
  }),
  hostname: text('Our name', 'What stands as the host in each message; leave empty for none')
    .regex(/^[!-~]{1,255}$/, 'Printable characters without blanks.')
    .optional(),
});
export type Settings = z.infer<typeof settings>;
