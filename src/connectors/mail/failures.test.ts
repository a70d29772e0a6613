import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failureOf } from './failures.ts';

const kindOf = (error: object) => failureOf(error, 'smtp.acme.test:587').kind;
const answered = (responseCode: number, code = 'EENVELOPE') => ({
  code,
  responseCode,
  response: `${responseCode} said so`,
});

describe('what a mail server answers', () => {
  const meanings: [number, string][] = [
    [421, 'rate-limited'],
    [432, 'unavailable'],
    [450, 'unavailable'],
    [451, 'unavailable'],
    [452, 'rate-limited'],
    [454, 'unavailable'],
    [500, 'rejected'],
    [501, 'rejected'],
    [530, 'unauthenticated'],
    [534, 'unauthenticated'],
    [535, 'unauthenticated'],
    [538, 'unauthenticated'],
    [550, 'rejected'],
    [552, 'rejected'],
    [553, 'rejected'],
    [554, 'rejected'],
    [250, 'unexpected'],
  ];
  for (const [code, kind] of meanings) {
    it(`${code} is ${kind}`, () => assert.equal(kindOf(answered(code)), kind));
  }

  it('is told in its own words', () => {
    assert.deepEqual(failureOf(answered(452), 'smtp.acme.test:587'), {
      kind: 'rate-limited',
      detail: 'smtp.acme.test:587 answered: 452 said so',
      retryAfterMs: 60_000,
    });
  });

  it('is about who we are when it refuses the sign-in, whatever the code', () => {
    assert.equal(kindOf(answered(502, 'EAUTH')), 'unauthenticated');
    assert.equal(kindOf(answered(454, 'EAUTH')), 'unavailable');
    assert.equal(kindOf({ code: 'EAUTH' }), 'unauthenticated');
  });
});

describe('a mail server that does not answer', () => {
  for (const code of ['ECONNECTION', 'ETIMEDOUT', 'EDNS', 'ESOCKET', 'EABORT']) {
    it(`(${code}) is unavailable`, () => assert.equal(kindOf({ code }), 'unavailable'));
  }

  it('is named with the reason of the system', () => {
    const failure = failureOf({ code: 'ESOCKET', originalCode: 'ECONNREFUSED' }, 'smtp:25');
    assert.equal(failure.detail, 'smtp:25: ECONNREFUSED');
  });

  it('is not retried when its certificate is wrong: somebody has to mend that', () => {
    for (const originalCode of [
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'CERT_HAS_EXPIRED',
      'ERR_TLS_CERT_ALTNAME_INVALID',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'ERR_SSL_WRONG_VERSION_NUMBER',
    ]) {
      assert.equal(kindOf({ code: 'ESOCKET', originalCode }), 'unexpected', originalCode);
    }
  });

  it('makes no sense when it speaks something else', () => {
    assert.equal(kindOf({ code: 'EPROTOCOL' }), 'unexpected');
    assert.equal(kindOf(new Error('?')), 'unexpected');
    assert.equal(failureOf(null, 'smtp:25').kind, 'unexpected');
  });
});
