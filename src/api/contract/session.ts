import { z } from 'zod';
import { languages } from '#core/language.ts';
import { Assertion } from '#core/passkey.ts';
import { type Right, rights } from '#core/user.ts';
import { Moment, pageOf } from './page.ts';
import { User } from './users.ts';

const allRights = Object.keys(rights) as Right[];

/** How somebody showed who they are. */
export const SignedInBy = z
  .enum(['oidc', 'oidc+webauthn', 'webauthn', 'password+totp', 'link', 'token'])
  .meta({
    id: 'SignedInBy',
    description: '`webauthn`: a passkey; `link`: made on the server; `token`: a key of the API',
  });

/** Who asks, what they may do, and all that a page needs to begin with. */
export const CurrentSession = z
  .object({
    user: User.omit({ disabledAt: true }),
    rights: z.array(z.enum(allRights)).meta({ description: 'Every right that the user holds' }),
    auth: SignedInBy,
    steppedUpUntil: Moment.nullable().meta({
      description: 'Until when acts that need a signature need no new one; null: the next one does',
    }),
    expiresAt: Moment.meta({ description: 'Unless the session is used before' }),
    company: z.object({ name: z.string(), language: z.enum(languages), zone: z.string() }),
    version: z.string(),
  })
  .meta({ id: 'CurrentSession' });
export type CurrentSession = z.infer<typeof CurrentSession>;

/** One browser that somebody is signed in with. */
export const SessionOfUser = z
  .object({
    id: z.string(),
    auth: SignedInBy,
    createdAt: Moment,
    usedAt: Moment,
    expiresAt: Moment.meta({ description: 'Unless it is used before' }),
    current: z.boolean().meta({ description: 'Whether this very request came in it' }),
  })
  .meta({ id: 'SessionOfUser' });
export type SessionOfUser = z.infer<typeof SessionOfUser>;

export const SessionPage = pageOf(SessionOfUser).meta({ id: 'SessionPage' });
export type SessionPage = z.infer<typeof SessionPage>;

export const SignedOut = z
  .object({ sessions: z.int().meta({ description: 'How many ended' }) })
  .meta({ id: 'SignedOut' });

/** A signature of a passkey over what was asked for. */
export const Signature = z.strictObject({ assertion: Assertion }).meta({ id: 'Signature' });

/** What stands behind the `#` of a link that signs in. */
export const Claim = z.strictObject({ link: z.string().min(1).max(200) }).meta({ id: 'Claim' });
