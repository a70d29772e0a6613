import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Assertion } from '#core/passkey.ts';
import { assertionOf, bytesOf } from './passkey.ts';

const buffer = (...bytes: number[]) => new Uint8Array(bytes).buffer;

describe('the signature of a passkey', () => {
  it('has the form that the API takes, whatever its bytes', () => {
    const every = buffer(...Array.from({ length: 256 }, (_, i) => i));
    const response = {
      clientDataJSON: every,
      authenticatorData: buffer(251, 255),
      signature: buffer(0),
      userHandle: null,
    };
    const signed = assertionOf({ id: '-_8', rawId: buffer(251, 255), response });
    assert.deepEqual(Assertion.parse(signed), signed);
    assert.equal(signed.rawId, '-_8');
    assert.deepEqual(bytesOf(signed.response.clientDataJSON).buffer, every);
    const named = assertionOf({
      id: 'x',
      rawId: every,
      response: { ...response, userHandle: buffer(1) },
    });
    assert.equal(Assertion.parse(named).response.userHandle, 'AQ');
  });

  it('reads what the server writes', () => {
    for (const bytes of [[], [0], [251, 255, 191], [1, 2, 3, 4]]) {
      const text = Buffer.from(bytes).toString('base64url');
      assert.deepEqual([...bytesOf(text)], bytes);
    }
  });
});
