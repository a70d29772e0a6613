import {
  findAnswer,
  forgetAnswers,
  giveKeyBack,
  keepAnswer as keepStored,
  takeKey,
} from '#store/idempotency.ts';
import type { App, Caller } from './app.ts';

/** What is to be done with a request that names an idempotency key. */
export type KeyVerdict =
  | { readonly kind: 'carry out' }
  | { readonly kind: 'answered'; readonly status: number; readonly body: unknown }
  | { readonly kind: 'underway' }
  | { readonly kind: 'another request' };

const dayMs = 24 * 60 * 60_000;
/** Longer than the longest act, the discovery of a whole system. */
const abandonedAfterMs = 15 * 60_000;

/**
 * Judges a request by its key: the first one is carried out, repeats get its answer for a
 * day. Keys belong to the user, so nobody ever gets an answer meant for somebody else.
 */
export async function judgeKey(
  app: App,
  caller: Caller,
  it: { key: string; fingerprint: string },
): Promise<KeyVerdict> {
  const actor = caller.user.id;
  await forgetAnswers(app.pool, { olderThanMs: dayMs });
  if (await takeKey(app.pool, { actor, ...it, abandonedAfterMs })) return { kind: 'carry out' };

  const found = await findAnswer(app.pool, { actor, key: it.key });
  if (found && found.fingerprint !== it.fingerprint) return { kind: 'another request' };
  if (!found || found.status === null) return { kind: 'underway' };
  return { kind: 'answered', status: found.status, body: found.body };
}

/** Keeps the answer of a request that was carried out. */
export async function keepAnswer(
  app: App,
  caller: Caller,
  it: { key: string; status: number; body: unknown },
): Promise<void> {
  await keepStored(app.pool, { actor: caller.user.id, ...it });
}

/** Nothing came of it through no fault of the caller; the same request may be sent again. */
export async function giveKeyBackOf(app: App, caller: Caller, key: string): Promise<void> {
  await giveKeyBack(app.pool, { actor: caller.user.id, key });
}
