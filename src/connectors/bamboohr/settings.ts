import { z } from 'zod';
import { inboundSecret, secret, text, url } from '#connector-kit/fields.ts';
import { kindsField, zonesField } from '#connector-kit/hr-words.ts';

const webhookKey = (title: string, description: string) =>
  inboundSecret(title, description).optional();

/** One field of BambooHR by its API name; a comma would ask for a second one. */
const fieldName = (title: string, description: string) =>
  text(title, description)
    .regex(/^[^,\s]+$/, { error: 'the API name of one field, without commas and blanks' })
    .optional();

export const settings = z.strictObject({
  company: text('Company', 'The first part of your address: meadow for meadow.bamboohr.com').regex(
    /^[a-z0-9-]+$/i,
    { error: 'only the first part of the address, such as meadow' },
  ),
  apiKey: secret('API key', 'BambooHR → your picture → API Keys → Add New Key'),
  webhookKey: webhookKey(
    'Private key of the webhook',
    'BambooHR shows it once, when the webhook is created. Without a webhook we only poll',
  ),
  previousWebhookKey: webhookKey(
    'Private key of the previous webhook',
    'Only while one webhook replaces another: deliveries of both are taken',
  ),
  lastWorkingDayField: fieldName(
    'Field with the last working day',
    'API name of your own date field, such as customLastWorkingDay. Empty: there is none',
  ),
  accessEndsField: fieldName(
    'Field with the end of access',
    'API name of your own field with 2026-12-31T17:00, or a date for the end of that day',
  ),
  arrivals: z.boolean().default(true).meta({
    title: 'Arrivals',
    description: 'Whether a hire date, or an employment that begins again, begins an arrival',
  }),
  roleChanges: z.boolean().default(true).meta({
    title: 'Changes of role',
    description: 'Whether another job in the table Job Information begins a change of role',
  }),
  kinds: kindsField,
  zones: zonesField('BambooHR'),
  baseUrl: url(
    'Other address',
    'Only where BambooHR is reached through a proxy of your own',
  ).optional(),
});
export type Settings = z.infer<typeof settings>;

/** Where BambooHR answers. */
export const addressOf = ({ baseUrl, company }: Pick<Settings, 'baseUrl' | 'company'>): string =>
  baseUrl ?? `https://${company}.bamboohr.com`;
