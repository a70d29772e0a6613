import { z } from 'zod';
import { secret, url } from '#connector-kit/fields.ts';

export const settings = z.strictObject({
  address: url('Address', 'For example https://sample.meadow.example'),
  token: secret('Token', 'Of an administrator of Sample'),
});
export type Settings = z.infer<typeof settings>;
