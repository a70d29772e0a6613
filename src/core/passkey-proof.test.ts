import assert from 'node:assert/strict';
import {
  createHash,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify as verifyByNode,
} from 'node:crypto';
import { describe, it } from 'node:test';
import { encodeCBOR } from '@levischuck/tiny-cbor';
import type { Verify } from './note.ts';
import { assertionProblem } from './passkey-proof.ts';

const sha256 = (...parts: readonly Uint8Array[]) =>
  createHash('sha256').update(Buffer.concat(parts)).digest();
const bytesOf = (text = '') => new Uint8Array(Buffer.from(text, 'base64url'));
const base64url = (bytes: Uint8Array | string) => Buffer.from(bytes).toString('base64url');

const keys = {
  EdDSA: generateKeyPairSync('ed25519'),
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
};

/** A public key as an authenticator hands it over. */
function coseOf(algorithm: keyof typeof keys): Uint8Array {
  const { x, y, n, e } = keys[algorithm].publicKey.export({ format: 'jwk' });
  const parts: Record<keyof typeof keys, [number, number | Uint8Array][]> = {
    EdDSA: [
      [1, 1],
      [3, -8],
      [-1, 6],
      [-2, bytesOf(x)],
    ],
    ES256: [
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, bytesOf(x)],
      [-3, bytesOf(y)],
    ],
    RS256: [
      [1, 3],
      [3, -257],
      [-1, bytesOf(n)],
      [-2, bytesOf(e)],
    ],
  };
  return encodeCBOR(new Map(parts[algorithm]));
}

const verify: Verify = ({ publicKey }, message, signature) => {
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), publicKey]);
  const key = { key: der, format: 'der', type: 'spki' } as const;
  return verifyByNode(null, message, key, signature);
};

const challenge = base64url('what is asked');

function assertionBy(privateKey: KeyObject, algorithm: keyof typeof keys) {
  const client = Buffer.from(
    JSON.stringify({ type: 'webauthn.get', challenge, origin: 'https://gatehouse.example' }),
  );
  const data = Buffer.concat([
    sha256(Buffer.from('gatehouse.example')),
    Buffer.of(0x05, 0, 0, 0, 1),
  ]);
  const message = Buffer.concat([data, sha256(client)]);
  const signature = sign(algorithm === 'EdDSA' ? null : 'sha256', message, privateKey);
  return {
    id: 'aXZ5',
    rawId: 'aXZ5',
    type: 'public-key',
    response: {
      clientDataJSON: base64url(client),
      authenticatorData: base64url(data),
      signature: base64url(signature),
    },
  };
}

describe('the signature of a passkey', () => {
  const expected = (publicKey: Uint8Array) => ({
    publicKey: base64url(publicKey),
    credentialId: 'aXZ5',
    rpId: 'gatehouse.example',
    challenge,
  });

  for (const algorithm of ['EdDSA', 'ES256', 'RS256'] as const) {
    it(`holds by ${algorithm}, over exactly what was signed and by exactly that key`, async () => {
      const key = coseOf(algorithm);
      // ECDSA signs differently each time, and its numbers differ in length.
      for (let i = 0; i < (algorithm === 'ES256' ? 50 : 1); i += 1) {
        const good = assertionBy(keys[algorithm].privateKey, algorithm);
        assert.equal(await assertionProblem(good, expected(key), { sha256, verify }), null);
      }

      const good = assertionBy(keys[algorithm].privateKey, algorithm);
      for (const name of ['clientDataJSON', 'authenticatorData', 'signature'] as const) {
        const bytes = Buffer.from(good.response[name], 'base64url');
        for (const at of [0, bytes.length >> 1, bytes.length - 1]) {
          const other = Buffer.from(bytes);
          other[at]! ^= 1;
          const changed = {
            ...good,
            response: { ...good.response, [name]: base64url(other) },
          };
          const problem = await assertionProblem(changed, expected(key), { sha256, verify });
          assert.notEqual(problem, null, `${name}, byte ${at}`);
        }
      }
    });
  }

  it('does not hold by a key that cannot be read, or is of a kind that is not registered', async () => {
    const good = assertionBy(keys.ES256.privateKey, 'ES256');
    const odd = [new Uint8Array(), Uint8Array.of(1), encodeCBOR(new Map([[3, -36]]))];
    for (const key of odd) {
      assert.equal(
        await assertionProblem(good, expected(key), { sha256, verify }),
        'was not signed by the passkey that was registered',
      );
    }
    assert.equal(
      await assertionProblem(null, expected(coseOf('ES256')), { sha256, verify }),
      'cannot be read',
    );
  });
});
