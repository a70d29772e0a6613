import { createHash } from 'node:crypto';
import { record } from '#ledger/record.ts';
import {
  countAttempt,
  countFailure,
  takeFailures,
  uncountAttempt,
} from '#store/sign-in-attempts.ts';
import { inTransaction } from '#store/sql.ts';
import type { App } from './app.ts';
import type { SignInMethod } from './sessions.ts';

type Local = Pick<App, 'pool' | 'keys'>;

const windowMs = 15 * 60_000;
const limits = { account: 5, address: 20, question: 200 } as const;

/** Who tries: from where, and as whom where that is said (an address of mail, known or not). */
export interface Attempt {
  readonly address: string;
  readonly account: string | null;
}

/**
 * Counts a try to sign in, before anything is checked, so that many at once count too. Answers how many seconds to
 * wait above the limit; null: it may be tried.
 */
export async function beginAttempt(app: Local, it: Attempt): Promise<number | null> {
  const fromThere = await count(app, 'address', it.address);
  if (fromThere !== null || it.account === null) return fromThere;
  return count(app, 'account', it.account);
}

/** It was good: it does not count, nor do earlier ones as this account. */
export async function endAttempt(app: Local, it: Attempt): Promise<void> {
  await uncountAttempt(app.pool, keyOf('address', it.address), false);
  if (it.account !== null) await uncountAttempt(app.pool, keyOf('account', it.account), true);
}

/** Asking what to sign is no try yet; without a limit it would fill the database. */
export const beginQuestion = (app: Local, address: string): Promise<number | null> =>
  count(app, 'question', address);

async function count(app: Local, kind: keyof typeof limits, of: string): Promise<number | null> {
  const { count, waitSeconds } = await countAttempt(app.pool, { key: keyOf(kind, of), windowMs });
  return count > limits[kind] ? Math.max(1, waitSeconds) : null;
}

// Hashed, since both are about somebody; it is gone with its window.
const keyOf = (kind: keyof typeof limits, of: string): Buffer =>
  createHash('sha256').update(`gatehouse:sign-in:v1|${kind}|${of.trim().toLowerCase()}`).digest();

/** A sign-in failed; the record counts that. `userId` null: as somebody whom we do not know. */
export const noteFailure = (app: Local, userId: string | null, method: SignInMethod) =>
  countFailure(app.pool, { account: userId ?? 'unknown', method });

/** States what failed in each quarter of an hour that is over, once for each account. */
export async function stateFailures(app: Local): Promise<void> {
  await inTransaction(app.pool, async (tx) => {
    const failed = await takeFailures(tx);
    await record(
      tx,
      app.keys,
      failed.map(({ account, method, count, windowStarts }) => ({
        type: 'login.failed',
        actor: { kind: 'system', id: 'sign-in', auth: 'none' },
        target: { ref: account },
        data: { method, count, window_starts: windowStarts.toISOString() },
      })),
    );
  });
}
