import { z } from 'zod';
import { secret, text, url } from '#connector-kit/fields.ts';

export const settings = z.strictObject({
  company: text('Company', 'The company’s UUID in Gusto'),
  accessToken: secret('Access token', 'Of this company, with the scopes that setup names'),
  address: url('Address', 'https://api.gusto.com, or https://api.gusto-demo.com to try it').default(
    'https://api.gusto.com',
  ),
});
export type Settings = z.infer<typeof settings>;
