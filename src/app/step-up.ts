import { randomBytes } from 'node:crypto';
import type { Assertion } from '#core/passkey.ts';
import { passkeyPlace } from '#engine/signed-decision.ts';
import { newLinkToken } from '#store/link-tokens.ts';
import { keepChallenge, passkeysOf } from '#store/passkeys.ts';
import { stepUpSession } from '#store/sessions.ts';
import { inTransaction } from '#store/sql.ts';
import type { App, Caller } from './app.ts';
import { challengeLastsMs, confirm, countsFor, knownTo, take } from './passkeys.ts';
import { Problem } from './problem.ts';

/** What one of the caller's passkeys is asked to sign, for their session to go on with what weighs much. */
export async function stepUpOptions(app: App, caller: Caller) {
  sessionOf(caller);
  const own = (await passkeysOf(app.pool, caller.user.id)).filter(countsFor(caller));
  if (own.length === 0) throw noPasskey();
  const challenge = randomBytes(32).toString('base64url');
  await keepChallenge(app.pool, {
    challenge,
    userId: caller.user.id,
    purpose: 'step-up',
    forMs: challengeLastsMs,
  });
  return {
    challenge,
    rpId: passkeyPlace(app.publicUrl).rpId,
    allowCredentials: knownTo(own),
    userVerification: 'required' as const,
    timeout: challengeLastsMs,
  };
}

/** For five minutes the session may what takes a signature. Answers the secret under which it goes on. */
export async function stepUp(app: App, caller: Caller, by: Assertion): Promise<string> {
  const { id } = sessionOf(caller);
  const challenge = await take(app, caller, by.response.clientDataJSON, 'step-up');
  return inTransaction(app.pool, async (tx) => {
    const own = (await passkeysOf(tx, caller.user.id)).filter(countsFor(caller));
    if (own.length === 0) throw noPasskey();
    await confirm(tx, app, own, { challenge, by });
    const { token, hash } = newLinkToken();
    if (await stepUpSession(tx, { id, tokenHash: hash })) return token;
    throw new Problem('not signed in', 'Your session has ended meanwhile. Sign in again.');
  });
}

function sessionOf(caller: Caller) {
  if (caller.with?.kind === 'session') return caller.with;
  throw new Problem(
    'not possible',
    'You came with a key of the API, which needs no such signature.',
  );
}

const noPasskey = (): Problem =>
  new Problem(
    'not possible',
    'You have no passkey yet. Register one first; then it can sign this.',
  );
