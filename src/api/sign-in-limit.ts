import type { Context } from 'hono';
import { subscriberOf } from './caller-address.ts';
import { Refusal } from './problems.ts';
import type { AnyRequest } from './route.ts';

/** Where a try to sign in comes from, as it is counted. */
export const addressOf = (c: Context<AnyRequest>): string =>
  subscriberOf(c.env?.address ?? 'unknown');

/** Refuses what comes too often; null: it may come. */
export function refuseAbove(seconds: number | null): void {
  if (seconds === null) return;
  throw new Refusal(
    'too-many-requests',
    `This was tried too often. Try again in ${Math.ceil(seconds / 60)} min.`,
    { 'retry-after': String(seconds) },
  );
}
