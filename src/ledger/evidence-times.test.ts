import assert from 'node:assert/strict';
import { randomInt, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { RFC3161Timestamp } from '@sigstore/core';
import { ulid } from 'ulid';
import { z } from 'zod';
import { checkPack, type PackFiles } from '#core/evidence-check.ts';
import { readCheckpoint, readNote } from '#core/note.ts';
import { Trust } from '#core/trust.ts';
import { inSnapshot, inTransaction, sql } from '#store/sql.ts';
import { run } from '../../practice/servers/program.ts';
import {
  startTimeStampAuthority,
  type TimeStampAuthority,
} from '../../practice/servers/time-stamp-authority.ts';
import { beginEpoch, nextOrigin } from './epoch.ts';
import { evidenceOf } from './evidence.ts';
import { newestCheckpoint } from './fork-guard.ts';
import { base64url, sha256 } from './hash.ts';
import { headOf } from './head.ts';
import { verifySignature } from './log-keys.ts';
import { checkPackStamp } from './pack-stamp.ts';
import { aboutNobody, record } from './record.ts';
import { opened, sealed, somebody, verified } from './testing/ledger.ts';
import { type SignedLog, startSignedLog } from './testing/signed-log.ts';
import { asAuthority, stampNow } from './testing/time-stamps.ts';
import { timeStampQuery } from './time-stamp.ts';
import { addToken } from './time-stamp-rows.ts';
import type { TimeStampOptions } from './time-stamps.ts';

const Times = z.array(z.object({ by: z.string(), at: z.iso.datetime() }));
const Summary = z.object({
  steps: z.array(
    z.object({
      at: z.string(),
      graded: z.object({
        at: z.string(),
        system_at: z.string().nullable(),
        after: Times,
        before: Times,
      }),
    }),
  ),
});

describe('the times of an evidence pack', () => {
  let folder: string;
  let log: SignedLog;
  let one: TimeStampAuthority;
  let two: TimeStampAuthority;
  let old: TimeStampAuthority;
  let files: PackFiles;
  const caseId = ulid();
  const longAgo = new Date('2020-02-03T04:05:06.000Z');

  const text = (name: string, of = files) => Buffer.from(of.get(name)!).toString();
  const named = (pattern: RegExp) => [...files.keys()].filter((name) => pattern.test(name));
  const trust = () => Trust.parse(JSON.parse(text('trust.json')));
  const check = (of: PackFiles, known: Trust | null = trust()) =>
    checkPack(of, { sha256, verify: verifySignature, trust: known, checkStamp: checkPackStamp });
  const why = async (of: PackFiles, known?: Trust) => {
    const { fails } = await check(of, known);
    return `${fails?.name}: ${fails?.detail}`;
  };
  const changed = (name: string, content: Uint8Array | string | null): PackFiles => {
    const copy = new Map(files);
    if (content === null) copy.delete(name);
    else copy.set(name, Buffer.from(content as string));
    return copy;
  };
  const pool = () => log.ledger.pools.scribe;
  async function sign(): Promise<void> {
    await log.ledger.sequenceAll();
    await log.signer.sign(pool());
  }
  const stamp = (more: Partial<TimeStampOptions> = {}) =>
    stampNow(log, [asAuthority('tsa-a', one), asAuthority('tsa-b', two)], more);
  /** As it would be years later: the certificate has ended since. */
  async function stampLongAgo(): Promise<void> {
    const { note, size, origin } = (await newestCheckpoint(pool(), log.origin))!;
    const signer = await old.keys.issue('ended', { fromDay: -3_650, toDay: -900 });
    old.signWith(signer);
    old.setClock(longAgo);
    const query = timeStampQuery(sha256(Buffer.from(note)), Buffer.alloc(8, 0x42));
    const tsr = await old.answer(query);
    await inTransaction(pool(), async (tx) => {
      const chainPem = old.keys.caPem;
      await addToken(tx, { origin, size, tsa: 'old', generation: 0, tsr, at: longAgo, chainPem });
      await record(tx, aboutNobody, [
        {
          type: 'anchor.received',
          actor: { kind: 'system', id: 'scribe', auth: 'none' },
          data: { size, name: 'old', digest: base64url(sha256(tsr)) },
        },
      ]);
    });
    await sign();
  }
  async function pack(): Promise<PackFiles> {
    const found = await inSnapshot(pool(), (db) => evidenceOf(db, log.ledger.keys, caseId));
    assert.ok(found.kind === 'pack', found.kind);
    return found.files;
  }

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'gatehouse-times-'));
    const start = (name: string, more = {}) =>
      startTimeStampAuthority(path.join(folder, name), { name, ...more });
    one = await start('one');
    two = await start('two', { algorithm: 'rsa', digest: 'sha512' });
    old = await start('old');
    log = await startSignedLog();
    const { ledger } = log;
    await log.state(30);
    await sign();
    await stamp();
    await log.state(5);
    await sign();
    await stamp();
    await stampLongAgo();

    const person = somebody();
    await ledger.state('worker', opened(caseId));
    const remote = { date: '2026-11-23T05:42:20Z', status: 200 };
    await ledger.state('worker', { ...verified(caseId, person), remote }, verified(caseId, person));
    await ledger.state('worker', sealed(caseId, 2));
    await log.state(3);
    await sign();
    files = await pack();
    const { steps } = Summary.parse(JSON.parse(text('case.json')));
    assert.ok(steps.every(({ graded }) => graded.before.length === 0 && graded.after.length === 3));
    await stamp();
    await log.state(20);
    await sign();
    await stamp();
    files = await pack();
  });
  after(async () => {
    await Promise.all([one, two, old].map((it) => it.stop()));
    await log.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('are two outside times for each step, the nearest on both sides, one of each authority', async () => {
    const { rows } = await log.ledger.pools.web.query<{ tsa: string; at: Date }>(sql`
      select tsa, gen_time as at from ledger.tsa_token where tsa <> 'old' order by tsa, ledger.tsa_token.size
    `);
    const times = Map.groupBy(rows, ({ tsa }) => tsa);
    const nth = (n: number) =>
      ['tsa-a', 'tsa-b'].map((by) => ({ by, at: times.get(by)![n]!.at.toISOString() }));

    const { steps } = Summary.parse(JSON.parse(text('case.json')));
    assert.equal(steps.length, 2);
    for (const { graded, at } of steps) {
      const { after, before } = graded;
      assert.deepEqual(after, [{ by: 'old', at: longAgo.toISOString() }, ...nth(1)]);
      assert.deepEqual(before, nth(2));
      assert.equal(graded.at, at);
      assert.ok(
        after.every((it) => it.at <= graded.at) && before.every((it) => graded.at <= it.at),
      );
    }
    assert.deepEqual(steps.map(({ graded }) => graded.system_at).toSorted(), [
      '2026-11-23T05:42:20Z',
      null,
    ]);
    assert.equal(named(/\.tsr$/).length, 5, 'and no time stamp that is further away');
    const { fails, holds } = await check(files);
    assert.equal(fails, null, fails?.detail);
    const said = holds.find(({ name }) => name === 'time stamps');
    assert.equal(said?.detail, '5 of old and tsa-a and tsa-b hold, at the moments that they state');
  });

  it('hold for a page that cannot check them, which takes them as they are stated', async () => {
    const parts = { sha256, verify: verifySignature, trust: trust() };
    const { fails, holds } = await checkPack(files, { ...parts, checkStamp: null });
    assert.equal(fails, null);
    assert.ok(holds.every(({ name }) => name !== 'time stamps'));
  });

  it('do not hold once any bit of a time stamp, a stamped state, or a fact about them is another', async () => {
    const known = trust();
    const touched = named(/^(tsa|context)\//).filter((name) => !name.endsWith('.pem'));
    for (let i = 0; i < 1_000; i += 1) {
      const name = touched[i % touched.length]!;
      const bytes = Buffer.from(files.get(name)!);
      if (bytes.length === 0) continue; // no proof is needed between equal states
      const at = randomInt(bytes.length);
      bytes[at]! ^= 1 << randomInt(8);
      const { fails } = await check(changed(name, bytes), known);
      assert.ok(fails, `${name}, byte ${at}`);
    }
  });

  it('name what is wrong', async () => {
    const [token = ''] = named(/tsa-a\.0\.tsr$/);
    const [later = ''] = named(/tsa-a\.0\.tsr$/).slice(1);
    const [state = ''] = named(/^tsa\/\d+\.checkpoint$/);
    for (const name of named(/^context\/.*json$/)) {
      const proof = name.replace('.json', '.tlog-proof');
      const less = new Map([...files].filter(([it]) => it !== name && it !== proof));
      assert.match(await why(less), /^time stamps: No fact of the record names tsa\//);
    }
    assert.match(await why(changed(token, text(later))), /No fact of the record names/);
    assert.match(await why(changed(later, null)), /^summary: case.json is not what/);
    assert.match(await why(changed(state, null)), /checkpoint is missing/);
    const consistency = state.replace('checkpoint', 'consistency');
    assert.match(await why(changed(consistency, null)), /consistency is missing/);
    assert.match(await why(changed(consistency, `${'A'.repeat(43)}=\n`)), /no earlier state/);
    assert.match(await why(changed('tsa/tsa-a.chain.pem', null)), /chain\.pem is missing/);
    assert.match(await why(changed('tsa/tsa-a.chain.pem', two.keys.caPem)), /vouches for/);
    assert.match(await why(changed('tsa/more', 'x')), /tsa\/more is no file of a pack/);
    assert.match(
      await why(
        changed(
          'case.json',
          text('case.json').replace(longAgo.toISOString(), '2020-02-03T04:05:07.000Z'),
        ),
      ),
      /^summary/,
    );

    const tsas = trust().tsas!;
    const others = tsas.filter(({ name }) => name !== 'tsa-b');
    assert.match(await why(files, { ...trust(), tsas: others }), /knows no authority tsa-b/);
    const [swapped] = tsas.filter(({ name }) => name === 'tsa-a');
    const wrong = { name: 'tsa-b', ca_sha256: swapped!.ca_sha256 };
    assert.match(
      await why(files, { ...trust(), tsas: [...others, wrong] }),
      /vouches for at its time/,
    );
  });

  it('are found by openssl too, also when the certificate has ended since', async () => {
    for (const [name, bytes] of files) {
      await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
      await writeFile(path.join(folder, name), bytes);
    }
    const verify = async (token: string, by: string, ...more: string[]) => {
      const size = /^tsa\/(\d+)/.exec(token)![1]!;
      const inFolder = (name: string) => path.join(folder, name);
      const { code } = await run('openssl', [
        ...['ts', '-verify', '-data', inFolder(`tsa/${size}.checkpoint`), '-in', inFolder(token)],
        ...['-CAfile', inFolder(`tsa/${by}.chain.pem`), ...more],
      ]);
      return code;
    };
    for (const by of ['tsa-a', 'tsa-b']) {
      for (const token of named(new RegExp(`${by}\\.0\\.tsr$`))) {
        assert.equal(await verify(token, by), 0, token);
        const bytes = Buffer.from(files.get(token)!);
        bytes[bytes.length - 5]! ^= 1;
        await writeFile(path.join(folder, token), bytes);
        assert.equal(await verify(token, by), 1, `${token}, one byte changed`);
      }
    }
    const [ended = ''] = named(/old\.0\.tsr$/);
    assert.equal(await verify(ended, 'old'), 1);
    assert.equal(await verify(ended, 'old', '-attime', String(longAgo.getTime() / 1_000)), 0);
  });

  it('are found by the library of sigstore too', () => {
    const [token = ''] = named(/tsa-a\.0\.tsr$/);
    const note = Buffer.from(files.get(token.replace(/\.tsa-a.*/, '.checkpoint'))!);
    const parsed = RFC3161Timestamp.parse(Buffer.from(files.get(token)!));
    const { publicKey } = new X509Certificate(readFileSync(one.keys.signer.cert));
    parsed.verify(note, publicKey);
    assert.throws(() => parsed.verify(Buffer.concat([note, Buffer.of(10)]), publicKey));
  });

  it('come with the newer ones over them', async () => {
    for (let i = 0; i < 4; i += 1) await stamp({ renewAfterMs: 0, everyMs: 3_600_000 }); // the oldest first
    const all = await pack();
    const renewed = [...all.keys()].filter((name) => /\.1\.tsr$/.test(name));
    assert.ok(renewed.length > 0);
    const { fails } = await check(all);
    assert.equal(fails, null, fails?.detail);

    const broken = new Map(all);
    broken.delete(renewed[0]!.replace('.1.tsr', '.0.tsr'));
    assert.match(await why(broken), /\.0\.tsr is missing/);
  });

  it('are also those of an earlier epoch, as far as the record was continued', async () => {
    const { admin, scribe } = log.ledger.pools;
    const { origin } = await headOf(scribe);
    await beginEpoch({ admin, scribe }, log.markFolder, 'restored from a backup');
    await sign();
    await log.state(3);
    await sign();
    files = await pack();

    const note = text('checkpoint');
    assert.equal(readCheckpoint(readNote(note).body).origin, nextOrigin(origin));
    const { steps } = Summary.parse(JSON.parse(text('case.json')));
    assert.ok(steps.every(({ graded }) => graded.after.length === 3 && graded.before.length === 2));
    const { fails } = await check(files);
    assert.equal(fails, null, fails?.detail);

    const renaming = named(/^context\/.*json$/).find((it) => text(it).includes('log.continued'))!;
    const proof = renaming.replace('.json', '.tlog-proof');
    const less = new Map([...files].filter(([it]) => it !== renaming && it !== proof));
    assert.match(await why(less), /is no earlier state of this record/);
  });
});
