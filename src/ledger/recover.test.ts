import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { ulid } from 'ulid';
import { inTransaction } from '#store/sql.ts';
import { type Backup, backUp } from '#store/testing/backup.ts';
import { ForkFound, newestCheckpoint } from './fork-guard.ts';
import { markIn } from './mark.ts';
import { mirrorFolder } from './mirror-folder.ts';
import { clearFork, replayFromMirror, stateRecovered, unstatedRecovery } from './recover.ts';
import { rehash } from './rehash.ts';
import { type Entry, entriesOf, held, opened } from './testing/ledger.ts';
import { type SignedLog, startSignedLog } from './testing/signed-log.ts';
import { checkDatabase } from './upkeep.ts';

describe('a database of an earlier day that was put back', () => {
  let folder: string;
  let log: SignedLog;
  let backup: Backup;
  let after: readonly Entry[];
  const running = ulid();

  /** 300 facts in the backup, 280 more signed after it: over the ends of two bundles. */
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'gatehouse-recover-'));
    await mkdir(path.join(folder, 'mirror'));
    log = await startSignedLog(mirrorFolder(path.join(folder, 'mirror')));
    await log.state(299);
    await log.ledger.state('worker', opened(running));
    await log.ledger.sequenceAll();
    await log.signer.sign(scribe());
    backup = await backUp(log.ledger.pools.admin);
    await log.ledger.state('worker', ...Array.from({ length: 10 }, () => held(running)));
    await log.state(270);
    await log.signer.sign(scribe());
    after = await log.ledger.entries();
    await backup.restore();
  });
  afterEach(async () => {
    await log.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const scribe = () => log.ledger.pools.scribe;
  const store = () => mirrorFolder(path.join(folder, 'mirror'));
  const at = (name: string) => path.join(folder, 'mirror', log.origin, name);
  const replay = () => replayFromMirror(log.ledger.pools.admin, store(), markIn(log.markFolder));
  const comparable = (entries: readonly Entry[]) =>
    entries.map(({ idx, leaf, hash, caseId, caseSeq }) => ({ idx, leaf, hash, caseId, caseSeq }));
  /** Refused, and nothing was changed. */
  async function refuses(expected: RegExp): Promise<void> {
    await assert.rejects(replay(), (error: Error) => {
      assert.equal(error.name, 'RecoveryRefused', error.stack);
      assert.match(error.message, expected);
      return true;
    });
    assert.equal((await log.ledger.entries()).length, 300);
  }

  it('gets back from the mirror what it lacks, to the byte, and goes on under the same name', async () => {
    await assert.rejects(log.newSigner().guard(scribe()), ForkFound);
    const it = await replay();
    assert.deepEqual(it, { origin: log.origin, from: 300, to: 580, missingRows: [] });
    assert.deepEqual(comparable(await entriesOf(log.ledger.pools.admin)), comparable(after));
    const recovered = (await unstatedRecovery(scribe()))!;
    assert.deepEqual([recovered.from, recovered.to, recovered.cases.length], [300, 580, 271]);
    assert.deepEqual(recovered.cases[0], { caseId: running, facts: 10, settled: [] });
    await inTransaction(scribe(), (tx) => stateRecovered(tx, { ...recovered, cases: 271 }));
    await clearFork(log.ledger.pools.admin);

    await log.ledger.state('worker', held(running));
    await log.ledger.sequenceAll();
    assert.equal(await log.newSigner().sign(scribe()), true);
    const newest = (await newestCheckpoint(scribe(), log.origin))!;
    assert.equal(newest.size, 582);
    assert.equal((await rehash(scribe()))?.size, 582);
    assert.deepEqual(
      (await checkDatabase(scribe(), markIn(log.markFolder)))?.problems,
      [],
      'tiles, chains, checkpoints and index fit',
    );
    assert.equal(await unstatedRecovery(scribe()), null, 'said once');
    const { rows } = await scribe().query('select count(*)::integer as count from ledger.event_ix');
    assert.deepEqual(rows, [{ count: 582 }]);
  });

  it('changes nothing when nothing is missing, and can be run again', async () => {
    await replay();
    const again = await replay();
    assert.deepEqual([again.from, again.to], [580, 580]);
    assert.equal((await log.ledger.entries()).length, 580);
  });

  it('keeps facts that were waiting in the backup, once', async () => {
    await log.stop();
    await rm(path.join(folder, 'mirror'), { recursive: true });
    await mkdir(path.join(folder, 'mirror'));
    log = await startSignedLog(store());
    await log.state(3);
    await log.signer.sign(scribe());
    await log.ledger.state('worker', opened(running));
    backup = await backUp(log.ledger.pools.admin);
    await log.ledger.sequenceAll();
    await log.ledger.state('worker', held(running));
    await log.ledger.sequenceAll();
    await log.signer.sign(scribe());
    after = await log.ledger.entries();
    await backup.restore();

    await replay();
    await log.ledger.state('worker', held(running));
    await log.ledger.sequenceAll();
    const entries = await log.ledger.entries();
    assert.deepEqual(comparable(entries.slice(0, 5)), comparable(after));
    assert.deepEqual([entries.length, entries.at(-1)?.caseSeq], [6, 3]);
  });

  it('is refused when the mirror ends before the mark', async () => {
    await markIn(log.markFolder).write({ origin: log.origin, size: 600, root: new Uint8Array(32) });
    await refuses(/is too short: it holds 580 facts, and the high-water mark says 600/);
  });

  it('is refused when the mark is of another history', async () => {
    await markIn(log.markFolder).write({ origin: log.origin, size: 400, root: new Uint8Array(32) });
    await refuses(/do not lead to the high-water mark/);
  });

  it('is refused when a fact in the mirror was changed, which is named', async () => {
    const file = at('tile/entries/001');
    const bundle = await readFile(file, 'latin1');
    await writeFile(file, bundle.replace(/(.*)"case"/s, '$1"cass"'), 'latin1');
    await refuses(/The fact 511 \(in tile\/entries\/001\) is not the one that was recorded/);
  });

  it('is refused when a fact in the database was changed, which is named', async () => {
    await log.ledger.pools.admin.query(`begin; set local session_replication_role = replica;
      update ledger.entry set leaf = convert_to('{"a":1}', 'UTF8') where idx = 7; commit`);
    await refuses(/The fact 7 in the database is not the one in the mirror/);
  });

  it('is refused when a bundle is missing, cut off, or the checkpoint is none of ours', async () => {
    const file = at('tile/entries/001');
    const bundle = await readFile(file);
    await writeFile(file, bundle.subarray(0, bundle.length - 1));
    await refuses(/tile\/entries\/001 .* does not hold 256 facts/);
    await rm(file);
    await refuses(/tile\/entries\/001 .* is missing/);
    const text = await readFile(at('checkpoint'), 'utf8');
    await writeFile(at('checkpoint'), text.replace('\n580\n', '\n581\n'));
    await refuses(/is not one that a key of the log .* has signed/);
    await rm(at('checkpoint'));
    await refuses(/holds nothing of the log/);
  });

  it('is refused when Gatehouse has meanwhile stated something else in the place of what is missing', async () => {
    await log.ledger.state('worker', held(running));
    await refuses(/has stated case\.held of the case .*Put the database back once more/);
  });

  it('is refused while a scribe is at work', async () => {
    const other = await log.ledger.pools.admin.connect();
    try {
      await other.query('select pg_advisory_lock(1734440037, 1)');
      await refuses(/A scribe is at work/);
    } finally {
      other.release(true);
    }
  });
});
