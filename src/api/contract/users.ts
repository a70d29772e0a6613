import { z } from 'zod';
import { Moment, orNull, pageOf } from './page.ts';

export const User = z
  .object({
    id: z.string(),
    name: z.string(),
    email: z.string(),
    roles: z.array(z.string()),
    disabledAt: Moment.nullable(),
    window: orNull(z.object({ from: z.iso.date(), to: z.iso.date() })).meta({
      description: 'The days in UTC, both included, that an auditor is let in for; null: all',
    }),
  })
  .meta({ id: 'User' });
export type User = z.infer<typeof User>;

export const UserPage = pageOf(User).meta({ id: 'UserPage' });
export type UserPage = z.infer<typeof UserPage>;

/** A key of the API. The key itself is shown once, when it is made. */
export const Token = z
  .object({
    id: z.string(),
    user: z.string(),
    name: z.string(),
    createdAt: Moment,
    expiresAt: Moment,
    revokedAt: Moment.nullable(),
    lastUsedAt: Moment.nullable(),
  })
  .meta({ id: 'Token' });
export type Token = z.infer<typeof Token>;

export const TokenPage = pageOf(Token).meta({ id: 'TokenPage' });
export type TokenPage = z.infer<typeof TokenPage>;
