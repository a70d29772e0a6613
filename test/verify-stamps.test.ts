import assert from 'node:assert/strict';
import { createHash, randomInt, X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import type { CheckStamp } from '#core/pack-times.ts';
import { certificateDigest } from '#ledger/certificate-chain.ts';
import { checkPackStamp } from '#ledger/pack-stamp.ts';
import { timeStampQuery } from '#ledger/time-stamp.ts';
import {
  startTimeStampAuthority,
  type TimeStampAuthority,
} from '../practice/servers/time-stamp-authority.ts';
import { checkStamp } from '../web/verify/time-stamp.ts';

const nonce = Buffer.from('0102030405060708', 'hex');
const dayMs = 24 * 3_600_000;

describe('a time stamp, checked as verify.html does it', () => {
  let folder: string;
  let one: TimeStampAuthority;
  let two: TimeStampAuthority;
  const data = Buffer.from('an earlier state of the record');

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'gatehouse-page-stamps-'));
    one = await startTimeStampAuthority(path.join(folder, 'one'), { name: 'One' });
    two = await startTimeStampAuthority(path.join(folder, 'two'), {
      name: 'Two',
      algorithm: 'rsa',
      digest: 'sha512',
    });
  });
  after(async () => {
    await Promise.all([one.stop(), two.stop()]);
    await rm(folder, { recursive: true, force: true });
  });
  afterEach(() => {
    for (const it of [one, two]) {
      it.setClock(null);
      it.signWith(null);
    }
  });

  const stamp = (by: TimeStampAuthority, over: Buffer = data) =>
    by.answer(timeStampQuery(createHash('sha256').update(over).digest(), nonce));
  const digestOf = (pem: string) => certificateDigest(new X509Certificate(pem));
  type Expected = Parameters<CheckStamp>[1];
  const expected = ({ keys: { caPem } }: TimeStampAuthority): Expected => ({
    data,
    chainPem: caPem,
    roots: [digestOf(caPem)],
  });
  /** What the page says, once `gatehouse verify` says the same. */
  async function both(tsr: Uint8Array, it: Expected): Promise<string> {
    const here = await checkStamp(tsr, it);
    assert.deepEqual(here, await checkPackStamp(tsr, it));
    return 'at' in here ? here.at.toISOString() : here.because;
  }

  it('holds at its moment, whether elliptic curve or RSA', async () => {
    for (const by of [one, two]) {
      const at = Date.parse(await both(await stamp(by), expected(by)));
      assert.ok(Math.abs(at - Date.now()) < 60_000);
    }
    const then = new Date(Math.floor((Date.now() - dayMs) / 1_000) * 1_000);
    const keys = { fromDay: -2, toDay: 1 };
    for (const by of [one, two]) {
      by.signWith(await by.keys.issue('yesterday', keys));
      by.setClock(then);
      assert.equal(await both(await stamp(by), expected(by)), then.toISOString());
    }
  });

  it('does not hold over anything else', async () => {
    const it = { ...expected(one), data: Buffer.from('another state of the record') };
    assert.equal(await both(await stamp(one), it), 'is of something else');
  });

  it('holds for nobody who trusts another authority, or none', async () => {
    const untrusted = /vouches for at its time/;
    const tsr = await stamp(one);
    assert.match(await both(tsr, { ...expected(one), roots: [] }), untrusted);
    assert.match(await both(tsr, expected(two)), untrusted);
    const chainPem = `${one.keys.caPem}${two.keys.caPem}`;
    assert.match(
      await both(tsr, { ...expected(one), chainPem, roots: expected(two).roots }),
      untrusted,
    );
    assert.match(await both(tsr, { ...expected(one), chainPem }), /Z$/);
  });

  it('needs a certificate that is for nothing else, and was good at the moment', async () => {
    for (const use of ['not critical', 'time stamps and mail'] as const) {
      one.signWith(await one.keys.issue(use.replaceAll(' ', '-'), { use }));
      const said = await both(await stamp(one), expected(one));
      assert.equal(said, 'was signed by a certificate that is not for time stamps only');
    }
    const ended = await one.keys.issue('ended', { fromDay: -20, toDay: -10 });
    one.signWith(ended);
    assert.match(await both(await stamp(one), expected(one)), /vouches for at its time/);
    one.setClock(new Date(Date.now() - 15 * dayMs));
    assert.match(await both(await stamp(one), expected(one)), /Z$/);
    const between = await one.keys.issue('between', { use: 'certificates' });
    one.setClock(null);
    one.signWith(await one.keys.issue('below', { by: between }));
    assert.match(await both(await stamp(one), expected(one)), /vouches for/, 'one is missing');
  });

  it('leads over the certificates in between, none of which may issue more than it may', async () => {
    const { keys } = one;
    const between = await keys.issue('over', { use: 'certificates' });
    const second = await keys.issue('over-second', { use: 'certificates', by: between });
    const chainOf = async (...signers: readonly { readonly cert: string }[]) => ({
      ...expected(one),
      chainPem: [
        keys.caPem,
        ...(await Promise.all(signers.map((it) => readFile(it.cert, 'utf8')))),
      ].join(''),
    });
    one.signWith(await keys.issue('over-below', { by: between }));
    assert.match(await both(await stamp(one), await chainOf(between)), /Z$/);
    one.signWith(await keys.issue('over-deep', { by: second }));
    assert.match(await both(await stamp(one), await chainOf(between, second)), /vouches for/);
    one.signWith(await keys.issue('forged', { by: keys.signer }));
    assert.match(await both(await stamp(one), await chainOf(keys.signer)), /vouches for/);
  });

  it('never states another moment once a bit of it is another, and hardly ever holds at all', async () => {
    for (const by of [one, two]) {
      const tsr = await stamp(by);
      const at = await both(tsr, expected(by));
      let refused = 0;
      for (let round = 0; round < 400; round += 1) {
        const bytes = Buffer.from(tsr);
        const place = randomInt(bytes.length);
        bytes[place]! ^= 1 << randomInt(8);
        const here = await checkStamp(bytes, expected(by));
        // What nothing is said by, such as the number of a version, may be another.
        if ('at' in here) assert.equal(here.at.toISOString(), at, `byte ${place}`);
        else refused += 1;
      }
      assert.ok(refused > 340, `${refused} of 400`);
    }
  });

  it('is none where it is cut off, empty, or something else', async () => {
    const tsr = await stamp(one);
    for (const bytes of [
      tsr.subarray(0, 200),
      tsr.subarray(0, tsr.length - 1),
      Buffer.alloc(0),
      Buffer.from('<!doctype html>'),
      randomBytesLike(tsr),
    ]) {
      assert.equal(await both(bytes, expected(one)), 'cannot be read as a time stamp');
    }
    const refusal = Buffer.from('30053003020102', 'hex');
    assert.match(await both(refusal, expected(one)), /cannot be read|refused by the authority/);
  });
});

const randomBytesLike = (it: Uint8Array): Buffer =>
  Buffer.from(it.map((byte, i) => (i < 4 ? byte : byte ^ 0xff)));
