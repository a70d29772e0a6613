import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  BusyError,
  InsufficientAccessError,
  InvalidCredentialsError,
  NoSuchObjectError,
  ObjectClassViolationError,
  OperationsError,
  UnavailableError,
  UnknownStatusCodeError,
} from 'ldapts';
import { ConnectorError } from '#core/failure.ts';
import { failureOf } from './ldap-failure.ts';

const kindOf = (error: unknown) => failureOf(error, 'here').kind;

describe('what an LDAP ending means', () => {
  it('depends on the result code', () => {
    assert.equal(kindOf(new InvalidCredentialsError()), 'unauthenticated');
    assert.equal(kindOf(new InsufficientAccessError()), 'forbidden');
    assert.equal(kindOf(new NoSuchObjectError()), 'not-found');
    assert.equal(kindOf(new BusyError()), 'unavailable');
    assert.equal(kindOf(new UnavailableError()), 'unavailable');
    for (const code of [16, 19, 20, 21, 53, 65, 66, 68]) {
      assert.equal(kindOf(new UnknownStatusCodeError(code)), 'rejected', String(code));
    }
    assert.equal(kindOf(new OperationsError()), 'unexpected');
    assert.equal(kindOf(new UnknownStatusCodeError(123)), 'unexpected');
  });

  it('is unavailable for everything that happens below LDAP', () => {
    const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    assert.deepEqual(failureOf(refused, 'dc1:636, signing in'), {
      kind: 'unavailable',
      detail: 'dc1:636, signing in: ECONNREFUSED',
    });
    assert.equal(kindOf(new Error('Connection closed before message response')), 'unavailable');
  });

  it('tells apart a certificate that is not trusted', () => {
    const untrusted = Object.assign(new Error('no'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    assert.match(failureOf(untrusted, 'here').detail, /certificate of the server is not trusted/);
  });

  it('shows the words of the server, without what belongs to the wire', () => {
    assert.equal(
      failureOf(new ObjectClassViolationError("needs attribute 'member'\0"), 'changing x').detail,
      'changing x: the entry would lose something that it must have (result 65): ' +
        "needs attribute 'member'",
    );
  });

  it('leaves a failure that is one already as it is', () => {
    const failure = { kind: 'rejected', detail: 'refused by the guard' } as const;
    assert.equal(failureOf(new ConnectorError(failure), 'here'), failure);
  });
});
