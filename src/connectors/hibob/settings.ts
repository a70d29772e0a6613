import { z } from 'zod';
import { inboundSecret, secret, text, url } from '#connector-kit/fields.ts';
import { kindsField, zonesField } from '#connector-kit/hr-words.ts';

/** One field of Bob by its API path, such as `internal.customColumns.column_1655`. */
const fieldPath = (title: string, description: string) =>
  text(title, description)
    .regex(/^[a-zA-Z]\w*(\.\w+)+$/, {
      error: 'the API path of one field, with its category: internal.lastDay',
    })
    .optional();

export const settings = z.strictObject({
  serviceUserId: text('Service user ID', 'Bob → Settings → Integrations → Service users').regex(
    /^[^\s:]+$/,
    { error: 'an ID without blanks and colons, such as SERVICE-1234' },
  ),
  serviceUserToken: secret('Service user token', 'Shown once, when the service user is made'),
  webhookSecret: inboundSecret(
    'Secret of the webhook',
    'Bob shows it when the webhook is added. Without a webhook we only poll',
  ).optional(),
  previousWebhookSecret: inboundSecret(
    'Secret of the previous webhook',
    'Only while one webhook replaces another: deliveries of both are taken',
  ).optional(),
  terminationDateIs: z.enum(['the last day', 'the first day after']).default('the last day').meta({
    title: 'What you enter as termination date',
    description: 'The last day of the employment, or the first day after it',
  }),
  lastWorkingDayField: fieldPath(
    'Field with the last working day',
    'API path of your own date field. Empty: garden leave tells, or else the termination date',
  ),
  accessEndsField: fieldPath(
    'Field with the end of access',
    'API path of your own field with 2026-12-31T17:00, or a date for the end of that day',
  ),
  arrivals: z.boolean().default(true).meta({
    title: 'Arrivals',
    description: 'Whether a start date, or an employment that begins again, begins an arrival',
  }),
  roleChanges: z.boolean().default(true).meta({
    title: 'Changes of role',
    description: 'Whether another job in the table Work begins a change of role',
  }),
  kinds: kindsField,
  zones: zonesField('Bob, in the name of the site,'),
  baseUrl: url(
    'Other address',
    'Only for the sandbox (https://api.sandbox.hibob.com/v1) or a proxy of your own',
  ).optional(),
});
export type Settings = z.infer<typeof settings>;

/** Where Bob answers. */
export const addressOf = ({ baseUrl }: Pick<Settings, 'baseUrl'>): string =>
  baseUrl ?? 'https://api.hibob.com/v1';
