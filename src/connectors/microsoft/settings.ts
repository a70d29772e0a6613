import { z } from 'zod';
import { secret, severalLines, text } from '#connector-kit/fields.ts';

/** By what people are known in Entra ID. */
export const keys = ['email', 'login', 'alias', 'employeeNumber'] as const;
export type Key = (typeof keys)[number];

export const settings = z
  .strictObject({
    // It becomes part of an address.
    tenantId: text('Tenant ID', 'Entra admin center → Overview, or a domain of the tenant').regex(
      /^[a-zA-Z0-9.-]+$/,
    ),
    clientId: text('Client ID', 'Of the app registration that stands for Gatehouse'),
    certificate: severalLines(
      text('Certificate', 'That the app registration has, as PEM'),
    ).optional(),
    privateKey: severalLines(secret('Private key', 'Of that certificate, as PEM; RSA')).optional(),
    clientSecret: secret(
      'Client secret',
      'Instead of a certificate. It runs out, and cannot be seen again',
    ).optional(),
    findBy: z.array(z.enum(keys)).min(1).default(['email', 'login', 'alias']).meta({
      title: 'People are known by',
      description:
        'employeeNumber only where Entra ID has the very numbers of the HR system, for everybody',
    }),
  })
  .superRefine(({ certificate, privateKey, clientSecret }, context) => {
    const complain = (field: string, message: string) =>
      context.addIssue({ code: 'custom', path: [field], message });
    if (clientSecret !== undefined && (certificate ?? privateKey) !== undefined) {
      complain('clientSecret', 'Enter the certificate or the client secret, not both');
    }
    if (clientSecret !== undefined) return;
    if (certificate === undefined) complain('certificate', 'Enter the certificate of the app');
    if (privateKey === undefined) complain('privateKey', 'Enter the private key of the app');
  });
export type Settings = z.infer<typeof settings>;
