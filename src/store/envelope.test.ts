import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  appPlace,
  openBlob,
  sealBlob,
  secretPlace,
  unwrapKey,
  wrapKey,
  wrappedUnder,
} from './envelope.ts';
import { openFromInbox, publicKeyOf, sealedFor, sealToInbox } from './inbox-seal.ts';

const id = (byte: string) =>
  `${byte.repeat(4)}-${byte.repeat(2)}-${byte.repeat(2)}-${byte.repeat(2)}-${byte.repeat(6)}`;
const key = { id: id('11'), bytes: Buffer.alloc(32, 0x01) };
const dataKey = { id: id('22'), bytes: Buffer.alloc(32, 0x02) };
const inboxId = id('33');
const inboxPrivate = Buffer.alloc(32, 0x05);

const place = secretPlace({
  installation: '00000000-0000-0000-0000-0000000000aa',
  connectionId: '00000000-0000-0000-0000-0000000000bb',
  field: 'token',
  version: 1,
  hosts: ['acme.okta.example'],
});
const secret = Buffer.from('s3cret');

const blobVector =
  '010122222222222222222222222222222222030303030303030303030303b6ce985b728b569b62940eac5ad0d1aa36aba39dee2e';
const wrappedVector =
  '0111111111111111111111111111111111040404040404040404040404eda359429bbab94ba54e9cbe9257ae80771aeba52e2ee736c981ffbfc13ab917d046d9e6b397e54eab47541fa5d480ad';
const publicVector = '50a61409b1ddd0325e9b16b700e719e9772c07000b1bd7786e907c653d20495d';
const sealedVector =
  '010133333333333333333333333333333333f5b2d6e60f9477e310c2982daaa6c9136c108a1777c5947e448fa37d68174557cf7e1a605293bb3da46f9ed7a6382cf9b548ca560886';

/** The same bytes with one bit changed, for each byte. */
const forged = (bytes: Buffer) =>
  Array.from(bytes, (byte, at) => {
    const copy = Buffer.from(bytes);
    copy[at] = byte ^ 0x01;
    return copy;
  });

describe('the envelope', () => {
  it('has exactly these bytes', () => {
    const nonce = (byte: number) => Buffer.alloc(12, byte);
    assert.equal(
      place,
      'gatehouse:secret:v1|00000000-0000-0000-0000-0000000000aa|00000000-0000-0000-0000-0000000000bb|token|1|acme.okta.example',
    );
    assert.equal(sealBlob(dataKey, place, secret, nonce(3)).toString('hex'), blobVector);
    assert.equal(wrapKey(key, dataKey, nonce(4)).toString('hex'), wrappedVector);
  });

  it('opens again, and what is wrapped says under which key', () => {
    assert.deepEqual(openBlob(dataKey, place, Buffer.from(blobVector, 'hex')), secret);
    const wrapped = Buffer.from(wrappedVector, 'hex');
    assert.equal(wrappedUnder(wrapped), key.id);
    assert.deepEqual(unwrapKey(key, dataKey.id, wrapped), dataKey.bytes);
  });

  it('never uses a nonce twice', () => {
    assert.notDeepEqual(sealBlob(dataKey, place, secret), sealBlob(dataKey, place, secret));
    assert.notDeepEqual(wrapKey(key, dataKey), wrapKey(key, dataKey));
  });

  it('does not open elsewhere: not for another connection, field, version or host', () => {
    const blob = sealBlob(dataKey, place, secret);
    for (const [from, to] of [
      ['00aa|', '00ab|'],
      ['00bb|', '00bc|'],
      ['|token|', '|secret|'],
      ['|1|', '|2|'],
      ['acme.okta.example', 'evil.example'],
      ['acme.okta.example', 'acme.okta.example,evil.example'],
    ] as const) {
      assert.equal(openBlob(dataKey, place.replace(from, to), blob), null);
    }
    assert.equal(openBlob({ ...dataKey, id: id('23') }, place, blob), null);
    assert.equal(unwrapKey(key, id('23'), wrapKey(key, dataKey)), null);
    assert.equal(unwrapKey({ ...key, id: id('12') }, dataKey.id, wrapKey(key, dataKey)), null);
  });

  it('does not open with a single bit changed, nor cut short', () => {
    const blob = Buffer.from(blobVector, 'hex');
    for (const it of forged(blob)) assert.equal(openBlob(dataKey, place, it), null);
    const wrapped = Buffer.from(wrappedVector, 'hex');
    for (const it of forged(wrapped)) assert.equal(unwrapKey(key, dataKey.id, it), null);
    for (const length of [0, 1, 18, 29, 30, 45, blob.length - 1]) {
      assert.equal(openBlob(dataKey, place, blob.subarray(0, length)), null);
      assert.equal(unwrapKey(key, dataKey.id, wrapped.subarray(0, length)), null);
    }
  });
});

describe('the place of a secret', () => {
  const at = { installation: id('aa'), connectionId: id('BB'), field: 'token', version: 2 };

  it('is written in one way only', () => {
    assert.equal(
      secretPlace({ ...at, hosts: ['b.example:443', 'A.example', 'b.example:443'] }),
      `gatehouse:secret:v1|${id('aa')}|${id('bb')}|token|2|a.example,b.example:443`,
    );
    assert.equal(
      appPlace({ installation: id('aa'), purpose: 'web', name: 'oidc', version: 1 }),
      `gatehouse:app:v1|${id('aa')}|web|oidc|1`,
    );
  });

  it('has no parts that could be read in another way', () => {
    for (const hosts of [[], ['a.example,b.example'], ['a|b'], ['']])
      assert.throws(() => secretPlace({ ...at, hosts }), /host/);
    for (const field of ['', 'a|b', 'Token', 'x'.repeat(65)])
      assert.throws(() => secretPlace({ ...at, field, hosts: ['a.example'] }), /field/);
    assert.throws(() => secretPlace({ ...at, installation: 'x', hosts: ['a.example'] }), /UUID/);
    const own = { installation: id('aa'), purpose: 'web', version: 1 } as const;
    assert.throws(() => appPlace({ ...own, name: 'a|b' }), /name/);
  });
});

describe('the inbox', () => {
  const inbox = { id: inboxId, publicKey: publicKeyOf(inboxPrivate) };

  it('has exactly these bytes', () => {
    assert.equal(inbox.publicKey.toString('hex'), publicVector);
    const sealed = sealToInbox(inbox, place, secret, Buffer.alloc(32, 0x06));
    assert.equal(sealed.toString('hex'), sealedVector);
  });

  it('is opened with the private key alone, at the place it was sealed for', () => {
    const sealed = sealToInbox(inbox, place, secret);
    assert.equal(sealedFor(sealed), inboxId);
    assert.deepEqual(openFromInbox(inboxPrivate, place, sealed), secret);
    assert.equal(openFromInbox(Buffer.alloc(32, 0x07), place, sealed), null);
    assert.equal(openFromInbox(inboxPrivate, `${place},evil.example`, sealed), null);
    assert.notDeepEqual(sealToInbox(inbox, place, secret), sealed);
  });

  it('is not opened with a single bit changed, cut short, or with a key of small order', () => {
    const sealed = Buffer.from(sealedVector, 'hex');
    const bound = sealed.subarray(18); // the key id only says which key to take
    for (const it of forged(bound)) {
      const whole = Buffer.concat([sealed.subarray(0, 18), it]);
      assert.equal(openFromInbox(inboxPrivate, place, whole), null);
    }
    for (const length of [0, 2, 18, 49, 50, 65]) {
      assert.equal(openFromInbox(inboxPrivate, place, sealed.subarray(0, length)), null);
    }
    const zero = Buffer.concat([sealed.subarray(0, 18), Buffer.alloc(32), sealed.subarray(50)]);
    assert.equal(openFromInbox(inboxPrivate, place, zero), null);
  });
});
