import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { RFC3161Timestamp } from '@sigstore/core';
import { ulid } from 'ulid';
import { until } from '#core/testing/until.ts';
import { sql } from '#store/sql.ts';
import { run } from '../../practice/servers/program.ts';
import {
  type Misdeed,
  startTimeStampAuthority,
  type TimeStampAuthority,
} from '../../practice/servers/time-stamp-authority.ts';
import { newestCheckpoint } from './fork-guard.ts';
import { base64url, sha256 } from './hash.ts';
import { startScribe } from './scribe.ts';
import { opened, sealed, somebody, verified } from './testing/ledger.ts';
import { type SignedLog, startSignedLog } from './testing/signed-log.ts';
import { asAuthority } from './testing/time-stamps.ts';
import { timeStampQuery } from './time-stamp.ts';
import { failingAuthorities } from './time-stamp-rows.ts';
import { openTimeStamps, type TimeStampOptions, type TimeStamps } from './time-stamps.ts';

describe('time stamps', () => {
  let folder: string;
  let log: SignedLog;
  let one: TimeStampAuthority;
  let two: TimeStampAuthority;
  let errors: string[];
  const open: TimeStamps[] = [];

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'gatehouse-stamps-'));
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
  beforeEach(async () => {
    errors = [];
    log = await startSignedLog();
    await grow();
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((it) => it.stop()));
    for (const it of [one, two]) {
      it.misbehave(null);
      it.setClock(null);
      it.signWith(null);
    }
    await log.stop();
  });

  const pool = () => log.ledger.pools.scribe;
  async function grow(): Promise<void> {
    await log.state(3);
    await log.ledger.sequenceAll();
    await log.signer.sign(pool());
  }
  function asking(more: Partial<TimeStampOptions> = {}): TimeStamps {
    const it = openTimeStamps({
      authorities: [asAuthority('tsa-a', one)],
      onError: (error) => errors.push(String(error)),
      leastMs: 0,
      lookMs: 0,
      firstRetryMs: 0,
      timeoutMs: 5_000,
      ...more,
    });
    open.push(it);
    return it;
  }
  const tokens = async () => {
    const { rows } = await log.ledger.pools.web.query<{
      size: number;
      tsa: string;
      generation: number;
      tsr: Buffer;
      at: Date;
      chain: string;
    }>(sql`
      select size::float8 as size, tsa, generation, tsr, gen_time as at, chain_pem as chain
        from ledger.tsa_token
       order by ledger.tsa_token.size, tsa, generation
    `);
    return rows;
  };
  const facts = async (type: string) => {
    await log.ledger.sequenceAll();
    return (await log.ledger.entries()).map(({ body }) => body).filter((it) => it['type'] === type);
  };
  const note = async () => (await newestCheckpoint(pool(), log.origin))!;
  const openssl = async (
    data: Uint8Array | string,
    tsr: Uint8Array,
    ca: string,
    ...more: string[]
  ) => {
    await writeFile(path.join(folder, 'data'), data);
    await writeFile(path.join(folder, 'token.tsr'), tsr);
    const { code } = await run('openssl', [
      ...['ts', '-verify', '-data', path.join(folder, 'data')],
      ...['-in', path.join(folder, 'token.tsr'), '-CAfile', ca, ...more],
    ]);
    return code;
  };

  it('come from each authority over the newest signed state, and the record says so', async () => {
    const two_ = asAuthority('tsa-b', two);
    await asking({ authorities: [asAuthority('tsa-a', one), two_] }).look(pool());

    const { size, note: text } = await note();
    const found = await tokens();
    assert.deepEqual(
      found.map((it) => [it.tsa, it.size, it.generation]),
      [
        ['tsa-a', size, 0],
        ['tsa-b', size, 0],
      ],
    );
    const received = (await facts('anchor.received')).map(({ data }) => data as { name: string });
    assert.deepEqual(
      received.toSorted((a, b) => a.name.localeCompare(b.name)), // whichever answered first
      found.map((it) => ({ size, name: it.tsa, digest: base64url(sha256(it.tsr)) })),
    );
    assert.deepEqual(errors, []);
    for (const [i, { keys }] of [one, two].entries()) {
      const { tsr, chain } = found[i]!;
      assert.equal(await openssl(text, tsr, keys.ca), 0, 'openssl says yes');
      assert.equal(await openssl(`${text} `, tsr, keys.ca), 1, 'openssl says no to another note');
      assert.equal(
        new X509Certificate(chain).fingerprint256,
        new X509Certificate(keys.caPem).fingerprint256,
      );
    }
    const { tsr } = found[0]!;
    const parsed = RFC3161Timestamp.parse(Buffer.from(tsr));
    const { publicKey } = new X509Certificate(await readFile(one.keys.signer.cert));
    parsed.verify(Buffer.from(text), publicKey);
    assert.throws(() => parsed.verify(Buffer.from(`${text} `), publicKey));
  });

  it('are asked for by a query of 69 bytes that openssl reads', async () => {
    const query = timeStampQuery(sha256(Buffer.from('x')), Buffer.from('4142434445464748', 'hex'));
    assert.equal(query.length, 69);
    await writeFile(path.join(folder, 'query.tsq'), query);
    const { out } = await run('openssl', [
      ...['ts', '-query', '-in', path.join(folder, 'query.tsq'), '-text'],
    ]);
    assert.match(out, /Hash Algorithm: sha256/);
    assert.match(out, /0000 - 2d 71 16 42 b7 26 b0 44-01 62 7c a9 fb ac 32 f5/);
    assert.match(out, /Nonce: 0x4142434445464748\nCertificate required: yes/);
  });

  it('are asked for again when the last is old, and at once after the seal of a case', async () => {
    const hourly = asking();
    await hourly.look(pool());
    await hourly.look(pool());
    await grow();
    await hourly.look(pool());
    assert.equal((await tokens()).length, 1, 'not before an hour has passed');

    const caseId = ulid();
    await log.ledger.state('worker', opened(caseId));
    await log.ledger.state('worker', verified(caseId, somebody()), sealed(caseId, 1));
    await grow();
    await hourly.look(pool());
    await hourly.look(pool());
    assert.equal((await tokens()).length, 2, 'after a seal');

    await asking({ everyMs: 0 }).look(pool());
    assert.equal((await tokens()).length, 2, 'nothing new to stamp');
    await grow();
    await asking({ everyMs: 0 }).look(pool());
    assert.equal((await tokens()).length, 3, 'older than that');
  });

  it('leave an authority alone for a while', async () => {
    const patient = asking({ everyMs: 0, leastMs: 3_600_000 });
    await patient.look(pool());
    await grow();
    await patient.look(pool());
    assert.equal((await tokens()).length, 1);
  });

  const wrongs: readonly (readonly [Misdeed, RegExp])[] = [
    ['another nonce', /answers another question/],
    ['another imprint', /is of something else/],
    ['rejection', /was refused by the authority \(status 2\)/],
    ['a web page', /came as text\/html with status 200/],
    ['another media type', /came as application\/octet-stream/],
    ['a redirect', /with status 307/],
    ['down', /with status 503/],
    ['cut off', /cannot be read as a time stamp/],
    ['one byte changed', /has a signature that does not hold/],
    ['far too long', /did not come/],
  ];
  for (const [misdeed, says] of wrongs) {
    it(`are refused, and not kept: ${misdeed}`, async () => {
      one.misbehave(misdeed);
      await asking().look(pool());
      assert.match(errors.join(), says);
      await isRefused();
    });
  }

  async function isRefused(): Promise<void> {
    assert.deepEqual(await tokens(), []);
    assert.deepEqual(await facts('anchor.received'), []);
    const [failing] = await failingAuthorities(log.ledger.pools.web, 0);
    assert.equal(failing?.name, 'tsa-a');
  }

  it('are refused from an authority whose root is not the configured one', async () => {
    await asking({ authorities: [{ ...asAuthority('tsa-a', one), url: two.url }] }).look(pool());
    assert.match(errors.join(), /was signed by nobody whom the configured authority vouches for/);
    await isRefused();
  });

  it('are refused under a certificate that is not for time stamps alone, or need not be heeded', async () => {
    for (const use of ['not critical', 'time stamps and mail'] as const) {
      one.signWith(await one.keys.issue(use.replaceAll(' ', '-'), { use }));
      await asking().look(pool());
      assert.match(errors.splice(0).join(), /not for time stamps only/);
      await isRefused();
    }
  });

  it('are refused under a certificate that has ended', async () => {
    one.signWith(await one.keys.issue('ended', { fromDay: -20, toDay: -10 }));
    await asking().look(pool());
    assert.match(errors.join(), /was signed by nobody .* at its time/);
    await isRefused();
  });

  it('are refused when they say another time than the database, which the record states once', async () => {
    one.setClock(new Date(Date.now() - 6 * 60_000));
    const skewed = asking();
    await skewed.look(pool());
    await skewed.look(pool());
    assert.match(errors.join(), /more than 5 minutes from the clock of the database/);
    const [fact, ...more] = await facts('clock.skew');
    assert.deepEqual(more, []);
    const { against, by_ms } = fact!['data'] as { against: string; by_ms: number };
    assert.equal(against, 'tsa-a');
    assert.ok(Math.abs(by_ms + 6 * 60_000) < 60_000, String(by_ms));
    await isRefused();

    one.setClock(new Date(Date.now() - 4 * 60_000));
    await skewed.look(pool());
    assert.equal((await tokens()).length, 1);
    assert.deepEqual(await failingAuthorities(log.ledger.pools.web, 0), []);
  });

  it('of a good authority wait for no other that is dead or slow, and neither does the scribe', async () => {
    two.misbehave('never answers');
    const dead = { ...asAuthority('dead', one), url: 'http://127.0.0.1:1/tsr' };
    const scribe = startScribe(pool(), {
      signer: log.signer,
      signMs: 0,
      pollMs: 10,
      onError: (error) => errors.push(String(error)),
      timeStamps: asking({
        authorities: [dead, asAuthority('slow', two), asAuthority('good', one)],
        everyMs: 0,
        timeoutMs: 60_000,
        firstRetryMs: 60_000,
      }),
    });
    try {
      for (const count of [1, 2, 3]) {
        await log.ledger.state('worker', opened(ulid()));
        await scribe.flush();
        await until('one more time stamp', async () => (await tokens()).length >= count);
      }
    } finally {
      await scribe.stop(); // and does not wait for the slow one either
    }
    assert.ok((await tokens()).every(({ tsa }) => tsa === 'good'));
    assert.equal(errors.filter((it) => it.includes('ECONNREFUSED')).length, 1, errors.join());
  });

  it('get newer ones over them before they grow old', async () => {
    await asking().look(pool());
    const renewing = asking({ renewAfterMs: 0, everyMs: 3_600_000 });
    await renewing.look(pool());
    await renewing.look(pool());
    await asking({ renewAfterMs: 3_600_000 }).look(pool());

    const [first, second, third, ...more] = await tokens();
    assert.deepEqual(more, []);
    assert.deepEqual([first?.generation, second?.generation, third?.generation], [0, 1, 2]);
    assert.equal(await openssl(first!.tsr, second!.tsr, one.keys.ca), 0);
    assert.equal(await openssl(second!.tsr, third!.tsr, one.keys.ca), 0);
    assert.equal(await openssl(first!.tsr, third!.tsr, one.keys.ca), 1);
    assert.equal((await facts('anchor.received')).length, 3);
  });

  it('cannot be changed or taken away in the database', async () => {
    await asking().look(pool());
    for (const statement of [
      "update ledger.tsa_token set gen_time = '2020-01-01'",
      'delete from ledger.tsa_token',
      'truncate ledger.tsa_token',
    ]) {
      await assert.rejects(log.ledger.pools.owner.query(statement), /append-only/);
    }
  });
});
