import { z } from 'zod';

const base64url = z
  .string()
  .min(1)
  .max(16_384)
  .regex(/^[A-Za-z0-9_-]+$/, 'base64url without padding');

/** What both answers of an authenticator have in common. */
const credential = {
  id: base64url,
  rawId: base64url,
  type: z.literal('public-key'),
  authenticatorAttachment: z.enum(['cross-platform', 'platform']).optional(),
  clientExtensionResults: z.looseObject({}).default({}),
};

/** How an authenticator can be reached, as far as we know the words; others are left out. */
const Transports = z.array(z.string().max(32)).max(10);

/** A new passkey, as the browser's `navigator.credentials.create()` gives it in JSON. */
export const Attestation = z
  .strictObject({
    ...credential,
    response: z.looseObject({
      clientDataJSON: base64url,
      attestationObject: base64url,
      transports: Transports.optional(),
    }),
  })
  .meta({ id: 'Attestation' });
export type Attestation = z.infer<typeof Attestation>;

/** A signature by a passkey, as the browser's `navigator.credentials.get()` gives it in JSON. */
export const Assertion = z
  .strictObject({
    ...credential,
    response: z.strictObject({
      clientDataJSON: base64url,
      authenticatorData: base64url,
      signature: base64url,
      userHandle: base64url.nullish(),
    }),
  })
  .meta({ id: 'Assertion' });
export type Assertion = z.infer<typeof Assertion>;
