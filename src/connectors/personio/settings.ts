import { z } from 'zod';
import { readZone } from '#connector-kit/facts.ts';
import { inboundSecret, secret, text, url } from '#connector-kit/fields.ts';
import { kindsField } from '#connector-kit/hr-words.ts';

const attribute = (title: string, description: string) => text(title, description).optional();

// It is all that tells a delivery of Personio from one of somebody else.
const token = (title: string, description: string) =>
  inboundSecret(title, description).min(20, {
    error: 'at least 20 characters, better 64 at random',
  });

export const settings = z.strictObject({
  clientId: text('Client ID', 'Personio → Settings → Integrations → API credentials'),
  clientSecret: secret('Client secret', 'Shown once, when the credentials are made'),
  webhookToken: token(
    'Token of the webhook',
    'What you gave as token when you made the webhook, with its prefix if it has one. Without a webhook we only poll',
  ).optional(),
  previousWebhookToken: token(
    'Token of the previous webhook',
    'Only while one token replaces another: deliveries with both are taken',
  ).optional(),
  accessEndsAttribute: attribute(
    'Attribute with the end of access',
    'ID of your own attribute, such as dynamic_305, with 2026-12-31T17:00, or a date for the end of that day',
  ),
  arrivals: z.boolean().default(true).meta({
    title: 'Arrivals',
    description: 'Whether the start of an employment begins an arrival',
  }),
  kinds: kindsField,
  offices: z
    .array(
      z.strictObject({
        id: text('Office ID', 'As Personio numbers it, such as 60302'),
        name: text('Name', 'For example: Berlin'),
        zone: text('Time zone', 'For example Europe/Berlin')
          .refine((name) => readZone(name).kind === 'value', {
            error: 'a known IANA time zone, such as Europe/Berlin',
          })
          .optional(),
        country: text('Country', 'Two letters, such as DE')
          .regex(/^[A-Z]{2}$/, { error: 'two capital letters, such as DE' })
          .optional(),
      }),
    )
    .default([])
    .meta({ title: 'Offices', description: 'Personio tells their numbers alone' }),
  departments: z
    .array(
      z.strictObject({
        id: text('Department ID', 'As Personio numbers it, such as 401'),
        name: text('Name', 'For example: Sales'),
      }),
    )
    .default([])
    .meta({ title: 'Departments', description: 'Personio tells their numbers alone' }),
  baseUrl: url(
    'Other address',
    'Only where Personio is reached through a proxy of your own',
  ).optional(),
});
export type Settings = z.infer<typeof settings>;

/** Where Personio answers. */
export const addressOf = ({ baseUrl }: Pick<Settings, 'baseUrl'>): string =>
  baseUrl ?? 'https://api.personio.de';
