import { randomBytes, randomUUID } from 'node:crypto';
import type { Assertion, Attestation } from '#core/passkey.ts';
import { passkeyPlace, verified } from '#engine/signed-decision.ts';
import { record } from '#ledger/record.ts';
import {
  addPasskey,
  keepChallenge,
  notePasskeyUse,
  type PasskeyRow,
  passkeysOf,
  removePasskey as removeStored,
  takeChallenge,
} from '#store/passkeys.ts';
import { type Db, inTransaction } from '#store/sql.ts';
import type { App, Caller } from './app.ts';
import { authorize, demandFresh } from './authorize.ts';
import { notFound, Problem } from './problem.ts';
import { localActor, userWithEmail } from './users.ts';

export type { PasskeyRow };

/** How long there is to sign what was asked for. */
export const challengeLastsMs = 5 * 60_000;

const purpose = 'own-passkeys';

/** EdDSA, ES256, RS256. */
const algorithms = [-8, -7, -257];

/** What the caller's browser is asked to sign: by a new passkey, and by one they have already. */
export async function passkeyOptions(app: App, caller: Caller) {
  authorize(caller, 'passkey.own');
  const { user } = caller;
  const all = await passkeysOf(app.pool, user.id);
  const own = all.filter(countsFor(caller));
  const { rpId } = passkeyPlace(app.publicUrl);
  const challenge = randomBytes(32).toString('base64url');
  await keepChallenge(app.pool, {
    challenge,
    userId: user.id,
    purpose,
    forMs: challengeLastsMs,
  });
  const creation = {
    rp: { id: rpId, name: 'Gatehouse' },
    user: {
      id: Buffer.from(user.id).toString('base64url'),
      name: user.email,
      displayName: user.name,
    },
    challenge,
    pubKeyCredParams: algorithms.map((alg) => ({ type: 'public-key' as const, alg })),
    timeout: challengeLastsMs,
    excludeCredentials: knownTo(all),
    authenticatorSelection: {
      residentKey: 'required' as const,
      requireResidentKey: true,
      userVerification: 'required' as const,
    },
    attestation: 'none' as const,
  };
  const confirmation = {
    challenge,
    rpId,
    allowCredentials: knownTo(own),
    userVerification: 'required' as const,
    timeout: challengeLastsMs,
  };
  return { creation, confirmation: own.length > 0 ? confirmation : null };
}

/** In a session only those count that were registered in one: a key of the API that fell into wrong hands opens none. */
export const countsFor =
  (caller: Caller) =>
  ({ byKey }: PasskeyRow): boolean =>
    !byKey || caller.with?.kind !== 'session';

/** Passkeys as a browser is told of them. */
export const knownTo = (own: readonly PasskeyRow[]) =>
  own.map(({ credentialId, transports }) => ({
    id: credentialId.toString('base64url'),
    type: 'public-key' as const,
    transports: [...transports],
  }));

/** One's own, the oldest first. */
export async function listPasskeys(app: App, caller: Caller): Promise<readonly PasskeyRow[]> {
  authorize(caller, 'passkey.own');
  return passkeysOf(app.pool, caller.user.id);
}

/**
 * Registers a passkey of the caller. Whoever has one already confirms with it that they want
 * another: a key of the API that fell into wrong hands must not be enough.
 */
export async function registerPasskey(
  app: App,
  caller: Caller,
  it: { name: string; attestation: Attestation; confirmation: Assertion | null },
): Promise<PasskeyRow> {
  authorize(caller, 'passkey.own');
  const challenge = await take(app, caller, it.attestation.response.clientDataJSON);
  const { origin, rpId } = passkeyPlace(app.publicUrl);
  const { id: credentialName, rawId, type, response } = it.attestation;
  const { clientDataJSON, attestationObject, transports = [] } = response;
  // Loaded when it is needed: it brings 250 files along, which every command would read at its start.
  const { verifyRegistrationResponse } = await import('@simplewebauthn/server');
  const { registrationInfo } = await verifyRegistrationResponse({
    response: {
      id: credentialName,
      rawId,
      type,
      clientExtensionResults: {},
      response: { clientDataJSON, attestationObject },
    },
    expectedChallenge: challenge,
    expectedOrigin: origin,
    expectedRPID: rpId,
    requireUserVerification: true,
    supportedAlgorithmIDs: algorithms,
  }).catch((error: Error): { registrationInfo?: never } => {
    throw new Problem('not readable', `This passkey cannot be registered: ${error.message}.`);
  });
  if (!registrationInfo) {
    throw new Problem('not readable', 'This passkey cannot be registered: its proof is not good.');
  }
  const { credential } = registrationInfo;
  const id = randomUUID();
  const passkey = {
    id,
    userId: caller.user.id,
    name: it.name,
    credentialId: Buffer.from(credential.id, 'base64url'),
    publicKey: Buffer.from(credential.publicKey),
    counter: credential.counter,
    transports: transports.slice(0, 10),
    byKey: caller.with?.kind !== 'session',
  };
  return inTransaction(app.pool, async (tx) => {
    const own = (await passkeysOf(tx, caller.user.id)).filter(countsFor(caller));
    if (own.length > 0) await confirm(tx, app, own, { challenge, by: it.confirmation });
    else demandFresh(caller);
    await record(tx, app.keys, [
      passkeyFact(caller.actor, 'passkey.registered', passkey, 1, { rp_id: rpId }),
    ]);
    if (!(await addPasskey(tx, passkey))) {
      throw new Problem('not possible', 'This passkey is registered already.');
    }
    return (await passkeysOf(tx, caller.user.id)).find((one) => one.id === id)!;
  });
}

/** Ends one of the caller's passkeys; they confirm it with one that they have. */
export async function removePasskey(
  app: App,
  caller: Caller,
  id: string,
  confirmation: Assertion,
): Promise<void> {
  authorize(caller, 'passkey.own');
  const challenge = await take(app, caller, confirmation.response.clientDataJSON);
  await inTransaction(app.pool, async (tx) => {
    const all = await passkeysOf(tx, caller.user.id);
    const passkey = all.find((one) => one.id === id);
    if (!passkey) throw notFound(`passkey ${id} of yours`);
    const own = all.filter(countsFor(caller));
    await confirm(tx, app, own, { challenge, by: confirmation });
    await end(tx, app, passkey, caller.actor);
  });
}

/** Ends every passkey of somebody who lost theirs; done on the server. Returns how many there were. */
export async function forgetPasskeys(
  app: Pick<App, 'pool' | 'keys'>,
  email: string,
): Promise<number> {
  return inTransaction(app.pool, async (tx) => {
    const user = await userWithEmail(tx, email);
    const own = await passkeysOf(tx, user.id);
    for (const passkey of own) await end(tx, app, passkey, localActor);
    return own.length;
  });
}

async function end(
  tx: Db,
  app: Pick<App, 'keys'>,
  passkey: PasskeyRow,
  actor: Caller['actor'],
): Promise<void> {
  const removed = await removeStored(tx, passkey.id);
  if (!removed) return;
  await record(tx, app.keys, [passkeyFact(actor, 'passkey.removed', passkey, removed.version)]);
}

const passkeyFact = (
  actor: Caller['actor'],
  type: 'passkey.registered' | 'passkey.removed',
  it: Pick<PasskeyRow, 'id' | 'userId' | 'credentialId' | 'publicKey'>,
  version: number,
  more: { readonly rp_id?: string } = {},
) => ({
  type,
  actor,
  row: { table: 'passkeys', id: it.id, version },
  data: {
    user: it.userId,
    credential_id: it.credentialId.toString('base64url'),
    public_key: it.publicKey.toString('base64url'),
    ...more,
  },
});

/** The challenge that was signed, which is good once, for whom it was made. */
export async function take(
  app: App,
  caller: Caller,
  clientDataJSON: string,
  wanted: 'own-passkeys' | 'step-up' = purpose,
): Promise<string> {
  const challenge = challengeIn(clientDataJSON);
  const userId = caller.user.id;
  const asked = { challenge: challenge ?? '', userId, purpose: wanted };
  if (challenge !== null && (await takeChallenge(app.pool, asked))) {
    return challenge;
  }
  throw new Problem(
    'not possible',
    'What was signed is not what was asked for, was used already, or is older than five minutes. Ask anew.',
  );
}

/** What a browser says was signed; null: it cannot be read. */
export function challengeIn(clientDataJSON: string): string | null {
  try {
    const { challenge } = JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString());
    return typeof challenge === 'string' ? challenge : null;
  } catch {
    return null;
  }
}

/** Throws unless one of the caller's own passkeys signed this challenge. */
export async function confirm(
  tx: Db,
  app: Pick<App, 'publicUrl'>,
  own: readonly PasskeyRow[],
  { challenge, by }: { challenge: string; by: Assertion | null },
): Promise<void> {
  const passkey = own.find((it) => it.credentialId.toString('base64url') === by?.id);
  const counter =
    by && passkey ? await verified(by, { challenge, publicUrl: app.publicUrl, passkey }) : null;
  if (passkey && counter !== null && (await notePasskeyUse(tx, { ...passkey, counter }))) return;
  throw new Problem(
    'not allowed',
    'Confirm this with a passkey that you have already. Was it lost? Then on the server: gatehouse user forget-passkeys.',
  );
}
