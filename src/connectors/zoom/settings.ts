import { z } from 'zod';
import { secret, text } from '#connector-kit/fields.ts';

export const settings = z.strictObject({
  accountId: text('Account ID', 'As the Server-to-Server OAuth app shows it'),
  clientId: text('Client ID', 'Of that app'),
  clientSecret: secret('Client secret', 'Of that app'),
});
export type Settings = z.infer<typeof settings>;
