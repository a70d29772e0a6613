import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ulid } from 'ulid';
import { checkPack, type PackFiles } from '#core/evidence-check.ts';
import { Trust } from '#core/trust.ts';
import { destroySubjects } from '#store/erasures.ts';
import { inSnapshot, inTransaction } from '#store/sql.ts';
import { evidenceOf } from './evidence.ts';
import { sha256 } from './hash.ts';
import { headOf } from './head.ts';
import { verifySignature } from './log-keys.ts';
import { checkPackStamp } from './pack-stamp.ts';
import { record } from './record.ts';
import { rehash } from './rehash.ts';
import {
  erased,
  granted,
  opened,
  registered,
  sealed,
  somebody,
  verified,
} from './testing/ledger.ts';
import { type SignedLog, startSignedLog } from './testing/signed-log.ts';

describe('an evidence pack', () => {
  let log: SignedLog;
  let files: PackFiles;
  let folder: string;
  const caseId = ulid();
  const person = somebody();
  const text = (name: string) => Buffer.from(files.get(name)!).toString();
  const pack = (id = caseId, personal = true) =>
    inSnapshot(log.ledger.pools.scribe, (db) =>
      evidenceOf(db, personal ? log.ledger.keys : null, id),
    );
  const trust = () => Trust.parse(JSON.parse(text('trust.json')));
  const check = (of: PackFiles, known: Trust | null = trust()) =>
    checkPack(of, { sha256, verify: verifySignature, trust: known, checkStamp: checkPackStamp });
  const changed = (name: string, bytes: Uint8Array | string | null): PackFiles => {
    const copy = new Map(files);
    if (bytes === null) copy.delete(name);
    else copy.set(name, Buffer.from(bytes as string));
    return copy;
  };
  const events = () => [...files.keys()].filter((name) => /^events\/\d+\.json$/.test(name));

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'gatehouse-evidence-'));
    log = await startSignedLog();
    await log.state(40); // other people's
    const { ledger } = log;
    await ledger.state('web', registered('aXZ5'), registered('b21hcg'));
    await ledger.state('worker', opened(caseId));
    await ledger.state('web', granted(caseId, 'aXZ5'));
    await ledger.state('worker', verified(caseId, person), verified(caseId, person));
    await log.state(3);
    await ledger.state('worker', sealed(caseId, 2));
    await log.state(270);
    assert.deepEqual(await pack(), { kind: 'not signed yet' });
    await log.signer.sign(ledger.pools.scribe);
    const found = await pack();
    assert.equal(found.kind, 'pack');
    if (found.kind === 'pack') files = found.files;
  });
  after(async () => {
    await log.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('holds the facts of one case, to the byte, and shows that none was left out', async () => {
    const verdict = await check(files);
    assert.equal(verdict.fails, null);
    assert.deepEqual(
      verdict.holds.map(({ name }) => name),
      [
        'signature',
        'inclusion',
        'context',
        'completeness',
        'values',
        'grades',
        'approvals',
        'time stamps',
        'summary',
        'copies',
      ],
    );
    assert.equal(events().length, 5);
    assert.deepEqual(JSON.parse(text('case.json')).grades.verified, 2);
    assert.equal(verdict.keysFromPack, false);
    assert.equal((await check(files, null)).keysFromPack, true);
  });

  it('holds the passkeys of whoever decided, though they are of no case', async () => {
    const inContext = [...files.keys()].filter((name) => name.startsWith('context/'));
    const [name = '', proof] = inContext;
    assert.deepEqual(inContext, [name, name.replace('.json', '.tlog-proof')]);
    assert.equal(JSON.parse(text(name)).data.credential_id, 'aXZ5');

    const why = async (of: PackFiles) => (await check(of)).fails?.detail;
    assert.match((await why(changed(proof!, null)))!, /tlog-proof is missing/);
    assert.match((await why(changed(name, `${text(name)} `)))!, /is not in the signed tree/);
    const own = new Map(files);
    for (const end of ['json', 'tlog-proof']) {
      own.set(
        events()[0]!.replace('events', 'context').replace('json', end),
        Buffer.from(text(events()[0]!.replace('json', end))),
      );
    }
    assert.match((await why(own))!, /is of a case/);
  });

  it('has the same bytes when it is made again', async () => {
    const again = await pack();
    assert.deepEqual(again.kind === 'pack' && [...again.files], [...files]);
  });

  it('leaves out personal values for readers who may not see them, and holds all the same', async () => {
    const found = await pack(caseId, false);
    assert.ok(found.kind === 'pack');
    assert.equal(Buffer.from(found.files.get('disclosures.json')!).toString(), '[]\n');
    assert.equal((await check(found.files)).fails, null);
    assert.notEqual(text('disclosures.json'), '[]\n');
  });

  it('holds before and after the person was erased, and says so in the place of their values', async () => {
    const { ledger, signer } = log;
    const other = ulid();
    const leaver = somebody();
    await ledger.state('worker', opened(other), verified(other, leaver), sealed(other, 1));
    await ledger.sequenceAll();
    await signer.sign(ledger.pools.scribe);
    const before = await pack(other);
    const root = await headOf(ledger.pools.scribe);

    await inTransaction(ledger.pools.scribe, async (tx) => {
      await destroySubjects(tx, [leaver.subject]);
      await record(tx, ledger.keys, [erased(leaver.ref)]);
    });
    assert.deepEqual(await headOf(ledger.pools.scribe), root);
    await ledger.sequenceAll();
    await signer.sign(ledger.pools.scribe);
    assert.notEqual(await rehash(ledger.pools.scribe), null);
    const after = await pack(other);

    assert.ok(before.kind === 'pack' && after.kind === 'pack');
    const said = async (it: PackFiles) => {
      const { fails, holds } = await check(it);
      assert.equal(fails, null);
      return holds.find(({ name }) => name === 'values')?.detail;
    };
    assert.equal(await said(before.files), '2 values are those whose digests stand in the facts');
    const day = new Date().toISOString().slice(0, 10);
    assert.equal(
      await said(after.files),
      `0 values are those whose digests stand in the facts; those of 1 facts: erased ${day}; digest is in place`,
    );
    const facts = [...before.files].filter(([name]) => /^events\/\d+\.json$/.test(name));
    assert.equal(facts.length, 3);
    for (const [name, bytes] of facts) assert.deepEqual(after.files.get(name), bytes);
    const late = await pack(other, false);
    assert.ok(late.kind === 'pack');
    assert.match(String(await said(late.files)), /erased/);
    const withheld = await pack(caseId, false);
    assert.ok(withheld.kind === 'pack');
    assert.match(
      String(await said(withheld.files)),
      /; those of 2 facts were withheld, or erased$/,
    );
  });

  it('is not made of a case that is not complete', async () => {
    const open = ulid();
    await log.ledger.state('worker', opened(open));
    await log.ledger.sequenceAll();
    assert.deepEqual(await pack(open), { kind: 'not complete' });
    assert.deepEqual(await pack(ulid()), { kind: 'not complete' });
  });

  it('does not hold once any bit of a fact, proof, value, note or summary is another', async () => {
    const checked = [...files.keys()].filter(
      (name) =>
        ![
          'README.txt',
          'report.pdf', // for people; proves nothing
          'policy.txt',
          'verify.sh',
          'verify.html',
          'log.vkey',
          'trust.json',
        ].includes(name),
    );
    const known = trust();
    for (let i = 0; i < 2_000; i += 1) {
      const name = checked[i % checked.length]!;
      const bytes = Buffer.from(files.get(name)!);
      const at = randomInt(bytes.length);
      bytes[at]! ^= 1 << randomInt(8);
      const { fails } = await check(changed(name, bytes), known);
      assert.ok(fails, `${name}, byte ${at}`);
    }
  });

  it('names what is wrong', async () => {
    const why = async (of: PackFiles, known?: Trust) => (await check(of, known)).fails?.detail;
    const [first, second] = events();
    assert.match((await why(changed(first!, '{}')))!, /is no fact/);
    assert.match((await why(changed(second!, null)))!, /one of the case is missing/);
    assert.match((await why(changed('checkpoint', 'x')))!, /no signed note/);
    assert.match(
      (await why(changed('case.json', text('case.json').replace('2', '3'))))!,
      /case\.json/,
    );
    assert.match(
      (await why(changed(`events/0.tlog-proof`, null), { v: 1, logs: [] }))!,
      /No known key/,
    );
    const later = trust();
    for (const key of later.logs[0]!.keys) key.from_size = 10_000;
    assert.match((await why(files, later))!, /No known key/);
    const value = JSON.parse(text('disclosures.json')) as [string, string][];
    const moved = value.map(([entry], i) => [entry, value[(i + 1) % value.length]![1]]);
    assert.match(
      (await why(changed('disclosures.json', JSON.stringify(moved))))!,
      /A value of the fact/,
    );
    assert.match((await why(changed(`blobs/${'0'.repeat(64)}`, 'x')))!, /is another file/);
  });

  it('is checked fact by fact with bash and openssl, which say no to any other byte', async () => {
    for (const [name, bytes] of files) {
      await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
      await writeFile(path.join(folder, name), bytes);
    }
    const [name = ''] = events();
    const proof = name.replace('.json', '.tlog-proof');
    const run = (...args: string[]) => {
      const { stdout, stderr } = spawnSync('bash', ['verify.sh', ...args], {
        cwd: folder,
        encoding: 'utf8',
      });
      return `${stdout}${stderr}`.trim();
    };
    assert.match(run(name, proof, 'log.vkey'), /^OK \d+\.json is in log-.* @ size \d+$/);

    const flip = async (of: string, at: number) => {
      const bytes = Buffer.from(files.get(of)!);
      bytes[at]! ^= 1;
      await writeFile(path.join(folder, 'other'), bytes);
    };
    await flip(name, 20);
    assert.equal(run('other', proof, 'log.vkey'), 'FAIL inclusion');
    await flip(proof, text(proof).indexOf('\n\n') + 40);
    assert.equal(run(name, 'other', 'log.vkey'), 'FAIL checkpoint signature');
    await flip('log.vkey', text('log.vkey').indexOf('+') + 20);
    assert.match(run(name, proof, 'other'), /^FAIL (the key has another id|a line is no base64)$/);
  });
});
