import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isoCBOR } from '@simplewebauthn/server/helpers';
import type { Assertion, Attestation } from '#core/passkey.ts';

/** Where a passkey is used: what a browser knows of the page and would put into its answer. */
export interface Page {
  readonly origin: string;
  readonly rpId: string;
}

export interface SoftwarePasskey {
  /** base64url. */
  readonly id: string;
  /** Answers `navigator.credentials.create()`. */
  attest(challenge: string, page: Page): Attestation;
  /** Answers `navigator.credentials.get()`. `userVerified` false: nobody touched a finger or typed a PIN. */
  sign(challenge: string, page: Page, it?: { userVerified?: boolean }): Assertion;
}

const userPresent = 0x01;
const userVerified = 0x04;
const attestedData = 0x40;

const sha256 = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest();
const base64url = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');

/**
 * An authenticator in memory, such as a security key is one in hardware: one ES256 key, attestation
 * `none`, and a counter that grows. It signs whatever page it is told to be on, as no real one does.
 */
export function makePasskey(): SoftwarePasskey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const credentialId = randomBytes(32);
  const id = base64url(credentialId);
  let counter = 0;

  const dataFor = (rpId: string, flags: number, more: Uint8Array = Buffer.alloc(0)) => {
    const head = Buffer.alloc(5);
    head.writeUInt8(flags);
    head.writeUInt32BE(counter, 1);
    return Buffer.concat([sha256(rpId), head, more]);
  };

  return {
    id,
    attest(challenge, { origin, rpId }) {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(credentialId.length);
      const attested = Buffer.concat([Buffer.alloc(16), length, credentialId, coseOf(publicKey)]);
      const authData = dataFor(rpId, userPresent | userVerified | attestedData, attested);
      const attestation = new Map<string, string | Uint8Array | Map<string, never>>([
        ['fmt', 'none'],
        ['attStmt', new Map<string, never>()],
        ['authData', new Uint8Array(authData)],
      ]);
      return {
        id,
        rawId: id,
        type: 'public-key',
        clientExtensionResults: {},
        response: {
          clientDataJSON: clientData('webauthn.create', challenge, origin),
          attestationObject: base64url(isoCBOR.encode(attestation)),
        },
      };
    },
    sign(challenge, { origin, rpId }, it = {}) {
      counter += 1;
      const verifiedFlag = it.userVerified === false ? 0 : userVerified;
      const authenticatorData = dataFor(rpId, userPresent | verifiedFlag);
      const clientDataJSON = clientData('webauthn.get', challenge, origin);
      const signed = Buffer.concat([
        authenticatorData,
        sha256(Buffer.from(clientDataJSON, 'base64url')),
      ]);
      return {
        id,
        rawId: id,
        type: 'public-key',
        clientExtensionResults: {},
        response: {
          clientDataJSON,
          authenticatorData: base64url(authenticatorData),
          signature: base64url(sign('sha256', signed, privateKey)),
        },
      };
    },
  };
}

const clientData = (type: string, challenge: string, origin: string): string =>
  base64url(Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false })));

/** A P-256 key in COSE: key type EC2, ES256, its curve and its point. */
function coseOf(key: KeyObject): Uint8Array {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64url'));
  return isoCBOR.encode(
    new Map<number, number | Uint8Array>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, bytes(x)],
      [-3, bytes(y)],
    ]),
  );
}
