import { z } from 'zod';
import { secret, text, url } from '#connector-kit/fields.ts';

/** What it takes to get new access tokens. */
const renewal = ['clientId', 'clientSecret', 'refreshToken'] as const;

export const settings = z
  .strictObject({
    company: text('Company', 'The company’s UUID in Gusto'),
    clientId: text('Client ID', 'Of your application in Gusto’s developer portal').optional(),
    clientSecret: secret('Client secret', 'Of that application').optional(),
    refreshToken: secret(
      'Refresh token',
      'Of this company, with the scopes that setup names. Gatehouse replaces it with each new one',
    ).optional(),
    redirectUri: url(
      'Redirect URI',
      'Only if Gusto asks for it: the one that the application was registered with',
    ).optional(),
    accessToken: secret(
      'Access token',
      'Left out, it comes by the refresh token. Alone, it is good for two hours',
    ).optional(),
    address: url(
      'Address',
      'https://api.gusto.com, or https://api.gusto-demo.com to try it',
    ).default('https://api.gusto.com'),
  })
  .superRefine((it, context) => {
    const missing = renewal.filter((name) => it[name] === undefined);
    if (missing.length === 0 || (missing.length === renewal.length && it.accessToken)) return;
    for (const name of missing) {
      const message = 'Client ID, client secret and refresh token belong together';
      context.addIssue({ code: 'custom', path: [name], message });
    }
  });
export type Settings = z.infer<typeof settings>;
