import { z } from 'zod';
import { Assertion, Attestation } from '#core/passkey.ts';
import { Moment, orNull, pageOf } from './page.ts';

/** A passkey that somebody has already. */
const Known = z.object({
  id: z.string(),
  type: z.literal('public-key'),
  transports: z.array(z.string()),
});

/** What a passkey is asked to sign, for `navigator.credentials.get()`. */
export const SignatureAsked = z
  .object({
    challenge: z.string().meta({ description: 'base64url' }),
    rpId: z.string(),
    allowCredentials: z.array(Known),
    userVerification: z.literal('required'),
    timeout: z.int().optional().meta({ description: 'In milliseconds' }),
  })
  .meta({ id: 'SignatureAsked' });
export type SignatureAsked = z.infer<typeof SignatureAsked>;

export const PasskeyOptions = z
  .object({
    creation: z
      .object({
        rp: z.object({ id: z.string(), name: z.string() }),
        user: z.object({ id: z.string(), name: z.string(), displayName: z.string() }),
        challenge: z.string(),
        pubKeyCredParams: z.array(z.object({ type: z.literal('public-key'), alg: z.int() })),
        timeout: z.int(),
        excludeCredentials: z.array(Known),
        authenticatorSelection: z.object({
          residentKey: z.literal('required'),
          requireResidentKey: z.boolean(),
          userVerification: z.literal('required'),
        }),
        attestation: z.literal('none'),
      })
      .meta({ description: 'For `navigator.credentials.create()`' }),
    confirmation: orNull(SignatureAsked).meta({
      description: 'For whoever has a passkey already, who confirms with it; null: the first one',
    }),
  })
  .meta({ id: 'PasskeyOptions' });
export type PasskeyOptions = z.infer<typeof PasskeyOptions>;

export const Passkey = z
  .object({
    id: z.string(),
    name: z.string(),
    registeredAt: Moment,
    lastUsedAt: Moment.nullable(),
  })
  .meta({ id: 'Passkey' });
export type Passkey = z.infer<typeof Passkey>;

export const PasskeyPage = pageOf(Passkey).meta({ id: 'PasskeyPage' });
export type PasskeyPage = z.infer<typeof PasskeyPage>;

export const PasskeyInput = z
  .strictObject({
    name: z.string().trim().min(1).max(100).meta({ description: 'Such as “key ring”' }),
    attestation: Attestation,
    confirmation: Assertion.optional().meta({
      description: 'By a passkey that you have, where the options ask for it',
    }),
  })
  .meta({ id: 'PasskeyInput' });

export const PasskeyRemoval = z
  .strictObject({ confirmation: Assertion })
  .meta({ id: 'PasskeyRemoval' });
