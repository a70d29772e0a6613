import { z } from 'zod';
import { secret, text } from '#connector-kit/fields.ts';

export const settings = z.strictObject({
  organisationId: text(
    'Organisation ID',
    'It stands in the address of admin.atlassian.com, behind /o/, and beside a new API key',
  ),
  apiKey: secret(
    'API key',
    'Of the organisation, made without scopes: Atlassian refuses others where accounts are managed',
  ),
});
export type Settings = z.infer<typeof settings>;

/** The one permission there is. What is told when Atlassian refuses a call. */
export const permission = 'an API key of the organisation, made without scopes';
