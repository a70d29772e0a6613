import { decodeCBOR } from '@levischuck/tiny-cbor';
import { base64url, fromBase64url, type Verify } from './note.ts';
import { Assertion } from './passkey.ts';
import type { Sha256 } from './proof.ts';

/** What an assertion has to be about, and by which key. */
export interface Expected {
  /** COSE, base64url: as it stands in the fact that registered the passkey. */
  readonly publicKey: string;
  readonly credentialId: string;
  /** The host that the passkey is good for. */
  readonly rpId: string;
  /** base64url. */
  readonly challenge: string;
}

const userPresent = 0x01;
const userVerified = 0x04;
const flagsAt = 32;
const shortestDataBytes = 37;

/** Why an assertion does not show what it should, as the end of a sentence; null: it does. */
export async function assertionProblem(
  assertion: unknown,
  it: Expected,
  { sha256, verify }: { readonly sha256: Sha256; readonly verify: Verify },
): Promise<string | null> {
  const read = Assertion.safeParse(assertion);
  if (!read.success) return 'cannot be read';
  if (read.data.id !== it.credentialId) return 'is by another passkey';
  const { response } = read.data;
  const client = fromBase64url(response.clientDataJSON);
  const data = fromBase64url(response.authenticatorData);
  const signature = fromBase64url(response.signature);
  if (!client || !data || !signature || data.length < shortestDataBytes) return 'cannot be read';

  const said = clientDataIn(client);
  if (said?.type !== 'webauthn.get' || said.challenge !== it.challenge) {
    return 'is about another plan, another approval or another decision';
  }
  if (hostOf(said.origin) !== it.rpId || said.crossOrigin === true) {
    return `was made on another site than ${it.rpId}`;
  }
  const isSite = base64url(data.slice(0, flagsAt)) === base64url(sha256(encoded(it.rpId)));
  if (!isSite) return `was made for another site than ${it.rpId}`;
  const flags = data[flagsAt]!;
  if ((flags & userPresent) === 0 || (flags & userVerified) === 0) {
    return 'does not say that its owner was there and showed who they are';
  }
  if (!globalThis.crypto?.subtle) return 'cannot be checked by this browser; use gatehouse verify';
  const signed = Uint8Array.of(...data, ...sha256(client));
  const key = fromBase64url(it.publicKey);
  if (key && (await holds(key, signed, signature, verify))) return null;
  return 'was not signed by the passkey that was registered';
}

const encoded = (text: string): Uint8Array => new TextEncoder().encode(text);

interface ClientData {
  readonly type?: unknown;
  readonly challenge?: unknown;
  readonly origin?: unknown;
  readonly crossOrigin?: unknown;
}

function clientDataIn(bytes: Uint8Array): ClientData | null {
  try {
    const read: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof read === 'object' ? read : null;
  } catch {
    return null;
  }
}

const hostOf = (origin: unknown): string | null =>
  typeof origin === 'string' && URL.canParse(origin) ? new URL(origin).hostname : null;

/** Labels of a key in COSE, and the algorithms that passkeys are registered with. */
const cose = { algorithm: 3, curveOrModulus: -1, xOrExponent: -2, y: -3 } as const;
const algorithms = { eddsa: -8, es256: -7, rs256: -257 } as const;

/** Whether the signature is by this key. WebCrypto knows all but Ed25519 in every browser. */
async function holds(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
  verify: Verify,
): Promise<boolean> {
  try {
    const key = decodeCBOR(publicKey);
    if (!(key instanceof Map)) return false;
    const part = (label: number): Uint8Array => {
      const found = key.get(label);
      if (found instanceof Uint8Array) return found;
      throw new TypeError(`The key has no part ${label}.`);
    };
    switch (key.get(cose.algorithm)) {
      case algorithms.eddsa: {
        const ed25519 = { name: '', type: 'ed25519', publicKey: part(cose.xOrExponent) } as const;
        return await verify(ed25519, message, signature);
      }
      case algorithms.es256: {
        const [x, y] = [cose.xOrExponent, cose.y].map((it) => base64url(part(it)));
        const jwk = { kty: 'EC', crv: 'P-256', x: x!, y: y! };
        const kind = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
        return await holdsByWebCrypto(jwk, kind, message, rawEcdsa(signature));
      }
      case algorithms.rs256: {
        const [n, e] = [cose.curveOrModulus, cose.xOrExponent].map((it) => base64url(part(it)));
        const kind = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
        return await holdsByWebCrypto({ kty: 'RSA', n: n!, e: e! }, kind, message, signature);
      }
      default:
        return false;
    }
  } catch {
    return false; // key or signature is not of its form
  }
}

async function holdsByWebCrypto(
  jwk: JsonWebKey,
  kind: RsaHashedImportParams | (EcKeyImportParams & EcdsaParams),
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  const { subtle } = globalThis.crypto;
  const key = await subtle.importKey('jwk', jwk, kind, false, ['verify']);
  return subtle.verify(kind, key, Uint8Array.from(signature), Uint8Array.from(message));
}

const halfBytes = 32;

/** The two numbers of an ECDSA signature, one after the other, out of their DER. */
function rawEcdsa(der: Uint8Array): Uint8Array {
  const [sequence, length = 0] = der;
  if (sequence !== 0x30 || length !== der.length - 2) throw new TypeError('This is no DER.');
  const raw = new Uint8Array(2 * halfBytes);
  let at = 2;
  for (const end of [halfBytes, 2 * halfBytes]) {
    const size = der[at + 1] ?? 0;
    const number = der.subarray(at + 2, at + 2 + size);
    if (der[at] !== 0x02 || number.length !== size) throw new TypeError('This is no DER.');
    const digits = number[0] === 0 ? number.subarray(1) : number;
    if (digits.length > halfBytes) throw new TypeError('The number is too long.');
    raw.set(digits, end - digits.length);
    at += 2 + size;
  }
  if (at !== der.length) throw new TypeError('Something follows the signature.');
  return raw;
}
