import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { ulid } from 'ulid';
import { checkPack } from '#core/evidence-check.ts';
import { Trust } from '#core/trust.ts';
import { inSnapshot, inTransaction, sql } from '#store/sql.ts';
import { backUp } from '#store/testing/backup.ts';
import { keepBlob, keepOpenBlob, readOpenBlob } from './blob.ts';
import { evidenceOf } from './evidence.ts';
import { ForkFound } from './fork-guard.ts';
import { checkLog } from './fsck.ts';
import { sha256 } from './hash.ts';
import { verifySignature } from './log-keys.ts';
import { markIn } from './mark.ts';
import { mirrorFolder } from './mirror-folder.ts';
import { noteMirrorProblem } from './mirror-state.ts';
import { checkPackStamp } from './pack-stamp.ts';
import { planPruning } from './prune.ts';
import { clearFork, replayFromMirror } from './recover.ts';
import { rehash } from './rehash.ts';
import { granted, held, opened, registered, sealed, somebody, verified } from './testing/ledger.ts';
import { approved, behindTheGuards, makeOld, pruneApproved } from './testing/old-facts.ts';
import { type SignedLog, startSignedLog } from './testing/signed-log.ts';
import { checkDatabase, reindex } from './upkeep.ts';

const eightYears = 96;

describe('old facts of which only the hashes are kept', () => {
  let folder: string;
  let log: SignedLog;
  /** A case that is over, and one that goes on behind what is pruned. */
  const [over, goesOn] = [ulid(), ulid()];
  const [gone, stays] = [somebody(), somebody()];
  let file: { sha256: string };
  let signature: { sha256: string };
  let shared: { sha256: string };

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'gatehouse-prune-'));
    await mkdir(path.join(folder, 'mirror'));
    log = await startSignedLog(store());
    const { ledger } = log;
    await ledger.state('web', registered('aXZ5'));
    await inTransaction(ledger.pools.web, async (tx) => {
      file = await keepBlob(tx, ledger.keys, gone.subject, Buffer.from('his file'));
      signature = await keepOpenBlob(tx, Buffer.from('of the case that is over'));
      shared = await keepOpenBlob(tx, Buffer.from('of both'));
    });
    const evidence = (it: { sha256: string }) => [{ kind: 'assertion', size: 8, ...it }];
    const both = [...evidence(signature), ...evidence(shared)];
    await ledger.state('worker', opened(over), opened(goesOn));
    await ledger.state('web', { ...granted(over, 'aXZ5'), evidence: both });
    await ledger.state('web', { ...granted(goesOn, 'aXZ5'), evidence: evidence(shared) });
    await ledger.state('worker', verified(over, gone), verified(goesOn, stays), sealed(over, 1));
    await log.state(600);
    await makeOld(ledger.pools.admin, 608, eightYears);
    await ledger.state('worker', verified(goesOn, stays), sealed(goesOn, 2));
    await log.state(50);
    await log.signer.sign(scribe());
  });
  afterEach(async () => {
    await log.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const scribe = () => log.ledger.pools.scribe;
  const store = () => mirrorFolder(path.join(folder, 'mirror'));
  const bundles = path.join('tile', 'entries');
  const pruneTo = async (size: number) => {
    const done = await pruneApproved(log, size);
    assert.ok(done.kind === 'pruned', JSON.stringify(done));
    return done.gone;
  };
  const signAll = async () => {
    await log.ledger.sequenceAll();
    await log.signer.sign(scribe());
  };
  const problemsHere = async () =>
    (await inSnapshot(scribe(), (db) => checkDatabase(db, markIn(log.markFolder))))!.problems;
  const packOf = (caseId: string) =>
    inSnapshot(scribe(), (db) => evidenceOf(db, log.ledger.keys, caseId));
  const idxs = async () => (await log.ledger.entries()).map(({ idx }) => idx);
  const refusals = async (size: number) =>
    (await planPruning(scribe(), size)).obstacles.map(({ kind }) => kind);

  it('go with their values and files, and all that is left is as it was signed', async () => {
    assert.deepEqual(await pruneTo(512), { facts: 508, values: 2, blobs: 2 });
    assert.deepEqual((await idxs()).slice(0, 5), [0, 2, 4, 6, 512], 'what others rely on stays');
    assert.equal(await readOpenBlob(scribe(), signature.sha256), null);
    assert.ok(await readOpenBlob(scribe(), shared.sha256));
    const { rows } = await scribe().query(sql`select encode(sha256, 'hex') as it from ledger.blob`);
    assert.ok(!rows.some((row) => Reflect.get(row, 'it') === file.sha256));

    assert.deepEqual(await problemsHere(), [], 'before the fact is signed');
    assert.ok(await rehash(scribe()));
    await signAll();
    assert.deepEqual(await problemsHere(), []);
    assert.equal((await rehash(scribe()))!.size, 661);
    await log.state(5);
    assert.equal(await log.newSigner().sign(scribe()), true, 'it goes on');
    assert.equal(await inTransaction(scribe(), reindex), (await idxs()).length);
    await assert.rejects(
      log.ledger.pools.owner.query('delete from ledger.entry where idx = 512'),
      /append-only/,
    );
  });

  it('leave the pack of a case that goes on whole, and say of one that is gone since when', async () => {
    await pruneTo(512);
    await signAll();
    const pack = await packOf(goesOn);
    assert.ok(pack.kind === 'pack');
    const trust = Trust.parse(JSON.parse(Buffer.from(pack.files.get('trust.json')!).toString()));
    const parts = { sha256, verify: verifySignature, trust, checkStamp: checkPackStamp };
    const verdict = await checkPack(pack.files, parts);
    assert.equal(verdict.fails, null);
    assert.equal([...pack.files.keys()].filter((it) => /^events\/\d+\.json$/.test(it)).length, 5);
    const other = await packOf(over);
    assert.ok(other.kind === 'pruned');
    assert.ok(Date.now() - other.at.getTime() < 60_000);
  });

  it('are left out of an export, which its check accepts as the log itself says so', async () => {
    await pruneTo(512);
    await signAll();
    const directory = path.join(folder, 'export');
    const exported = (await log.export(directory))!;
    assert.equal(exported.minIndex, 512);
    assert.deepEqual(await readdir(path.join(directory, bundles)), ['002.p']);
    const checked = (await checkLog(mirrorFolder(directory)))!;
    assert.deepEqual([checked.problems, checked.minIndex], [[], 512]);

    const mirror = mirrorFolder(path.join(folder, 'mirror', log.origin));
    const there = (await checkLog(mirror))!;
    assert.deepEqual([there.problems, there.minIndex], [[], 0], 'the mirror keeps what it has');
    await rm(path.join(folder, 'mirror', log.origin, bundles, '000'));
    assert.deepEqual([(await checkLog(mirror))!.problems], [[]]);
    await rm(path.join(folder, 'mirror', log.origin, bundles, '002.p'), { recursive: true });
    assert.match((await checkLog(mirror))!.problems.join(), /entries\/002.p\/149 is missing/);
  });

  it('are found to be missing where nothing says that they were pruned', async () => {
    const directory = path.join(folder, 'export');
    await log.export(directory);
    await rm(path.join(directory, bundles, '000'));
    assert.deepEqual((await checkLog(mirrorFolder(directory)))!.problems, [
      'tile/entries/000 is missing.',
    ]);
    const { admin } = log.ledger.pools;
    await behindTheGuards(
      admin,
      'update ledger.head set min_index = 256; delete from ledger.entry where idx < 256',
    );
    await assert.rejects(rehash(scribe()), (error) => {
      assert.ok(error instanceof ForkFound);
      assert.match(error.message, /below 256 are marked as pruned, and the record does not say/);
      return true;
    });
    assert.match((await problemsHere()).join(), /entries\/000 is missing/);
  });

  it('are still found to be changed where one stayed', async () => {
    await pruneTo(512);
    await signAll();
    await behindTheGuards(
      log.ledger.pools.admin,
      `update ledger.entry set leaf = leaf || ' ', leaf_hash = sha256('\\x00'::bytea || leaf || ' ') where idx = 4`,
    );
    assert.match((await problemsHere()).join(), /The fact 4, which stayed when others were pruned/);
    await assert.rejects(rehash(scribe()), ForkFound);
  });

  it('are pruned again when a database of an earlier day is put back and brought up to the mirror', async () => {
    const { admin } = log.ledger.pools;
    const replay = () => replayFromMirror(admin, store(), markIn(log.markFolder));
    const early = await backUp(admin);
    await pruneTo(512);
    await signAll();
    const left = await idxs();
    await early.restore();
    assert.equal((await replay()).to, 661);
    await clearFork(admin);
    assert.deepEqual(await idxs(), left);
    assert.deepEqual(await problemsHere(), []);

    const late = await backUp(admin);
    await log.state(20);
    await signAll();
    await late.restore();
    await rm(path.join(folder, 'mirror', log.origin, bundles, '000'));
    assert.equal((await replay()).to, 681);
    await clearFork(admin);
    assert.deepEqual(await problemsHere(), []);
    assert.ok(await rehash(scribe()));
  });

  it('may go a second time, with what stayed the first time and is over by then', async () => {
    await pruneTo(256);
    await log.ledger.state('worker', held(over));
    await signAll();
    await log.state(256);
    await makeOld(log.ledger.pools.admin, 768, eightYears);
    await signAll();
    await pruneTo(768);
    await signAll();
    const entries = await log.ledger.entries();
    const below = entries.filter(({ idx }) => idx < 768).map(({ body }) => body['type']);
    assert.deepEqual(below, ['passkey.registered', 'log.pruned']);
    assert.deepEqual(await problemsHere(), []);
    assert.ok(await rehash(scribe()));
    assert.equal((await packOf(over)).kind, 'pruned');
  });

  it('stay where they are too young, not signed, not in the mirror, or where the record is not whole', async () => {
    assert.deepEqual(await refusals(512), []);
    assert.deepEqual(await refusals(640), ['retention']);
    await log.state(300);
    assert.deepEqual(await refusals(768), ['not-signed', 'retention', 'mirror']);
    await noteMirrorProblem(scribe(), store(), 'The disk is full.');
    assert.deepEqual(await refusals(512), ['mirror']);
    const refused = await pruneApproved(log, 512);
    assert.deepEqual(refused.kind === 'refused' && refused.obstacles.map((it) => it.kind), [
      'mirror',
    ]);
    assert.equal((await idxs()).length, 960);
  });

  it('go only by what two people approved, also when the scribe itself asks', async () => {
    const ask = (id: string) =>
      scribe().query(sql`select * from ledger.carry_out_pruning(${id}::uuid)`);
    await assert.rejects(ask('6f0c6a3e-5f1f-4f0e-9d59-1d2f5f0a7c11'), /is not approved/);
    await assert.rejects(scribe().query(sql`select ledger.prune_below(256)`), /permission denied/);
    await assert.rejects(
      scribe().query(sql`update ledger.head set min_index = 256`),
      /permission denied/,
    );
    await makeOld(log.ledger.pools.admin, 512, -eightYears);
    const { id } = await approved(log.ledger.pools.admin, log.origin, 256);
    await assert.rejects(ask(id), /takes facts that have to be kept/);
  });
});
