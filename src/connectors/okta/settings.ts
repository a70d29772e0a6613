import { z } from 'zod';
import { secret, severalLines, text, url } from '#connector-kit/fields.ts';

/** By what people are known in Okta. */
export const keys = ['email', 'login', 'employeeNumber'] as const;
export type Key = (typeof keys)[number];

export const settings = z
  .strictObject({
    orgUrl: url('Okta address', 'For example https://meadow.okta.com, not the one of the console'),
    clientId: text('Client ID', 'Of the API services app that stands for Gatehouse').optional(),
    privateKey: severalLines(secret('Private key', 'Of that app, as PEM')).optional(),
    keyId: text('Key ID', 'Of that key (KID), as the app shows it').optional(),
    token: secret(
      'API token',
      'Instead of an app. It ends with the account of the administrator who made it',
    ).optional(),
    findBy: z.array(z.enum(keys)).min(1).default(['email', 'login']).meta({
      title: 'People are known by',
      description:
        'employeeNumber only where Okta has the very numbers of the HR system, for everybody',
    }),
  })
  .superRefine(({ clientId, privateKey, token }, context) => {
    const complain = (field: string, message: string) =>
      context.addIssue({ code: 'custom', path: [field], message });
    if (token !== undefined && (clientId ?? privateKey) !== undefined) {
      complain('token', 'Enter the app or the API token, not both');
    }
    if (token !== undefined) return;
    if (clientId === undefined) complain('clientId', 'Enter the client ID of the app');
    if (privateKey === undefined) complain('privateKey', 'Enter the private key of the app');
  });
export type Settings = z.infer<typeof settings>;
