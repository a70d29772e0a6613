import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { until } from '#core/testing/until.ts';
import { sql } from '#store/sql.ts';
import { startFakeS3 } from '../../practice/servers/s3.ts';
import { ForkFound, foundFork, newestCheckpoint } from './fork-guard.ts';
import { markIn } from './mark.ts';
import { type MirrorStore, openMirror } from './mirror.ts';
import { mirrorBucket } from './mirror-bucket.ts';
import { mirrorFolder } from './mirror-folder.ts';
import { mirrorIsAmiss, mirrorState } from './mirror-state.ts';
import { startScribe } from './scribe.ts';
import { openSigner } from './signer.ts';
import { type SignedLog, startSignedLog } from './testing/signed-log.ts';
import { rootAt } from './tiles.ts';

let folder: string;
let log: SignedLog;

function withFolderAndLog(): void {
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'gatehouse-mirror-'));
  });
  afterEach(async () => {
    await log.stop();
    await rm(folder, { recursive: true, force: true });
  });
}

const newest = async () => newestCheckpoint(log.ledger.pools.web, log.origin);

/** Every file in a folder, by its name there. */
async function filesIn(place: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(place, { recursive: true, withFileTypes: true });
  const files = entries.filter((it) => it.isFile()).map((it) => path.join(it.parentPath, it.name));
  return new Map(
    await Promise.all(
      files.map(
        async (file) => [path.relative(place, file), await readFile(file, 'base64')] as const,
      ),
    ),
  );
}

/** What an export of this very state holds, as far as a mirror holds it too. */
async function exported(): Promise<ReadonlyMap<string, string>> {
  const place = path.join(folder, 'export');
  await rm(place, { recursive: true, force: true });
  await log.export(place);
  const files = [...(await filesIn(place))];
  return new Map(
    files.filter(([name]) => /^(tile\/|checkpoint$|log\.vkey|policy\.txt)/.test(name)),
  );
}

describe('a mirror in a folder', () => {
  withFolderAndLog();
  const mirror = () => path.join(folder, 'mirror');
  const there = () => filesIn(path.join(mirror(), log.origin));
  const sign = () => log.signer.sign(log.ledger.pools.scribe);

  beforeEach(async () => {
    await mkdir(mirror());
    log = await startSignedLog(mirrorFolder(mirror()));
  });

  it('holds what an export holds, to the byte, after each signature', async () => {
    for (const count of [3, 300, 256]) {
      await log.state(count);
      assert.equal(await sign(), true);
      assert.deepEqual(await there(), await exported());
    }
    assert.equal((await mirrorState(log.ledger.pools.web))?.size, 559);
    assert.equal((await mirrorState(log.ledger.pools.web))?.lagMs, 0);
  });

  it('is written by what is new only', async () => {
    await log.state(600);
    await sign();
    const written: string[] = [];
    const store = mirrorFolder(mirror());
    const counting = signerWith({
      ...store,
      async write(name, bytes, how) {
        written.push(name.slice(log.origin.length + 1));
        return store.write(name, bytes, how);
      },
    });
    await log.state(1);
    await counting.sign(log.ledger.pools.scribe);
    assert.deepEqual(written.toSorted(), [
      'checkpoint',
      'log.vkey',
      'policy.txt',
      'tile/0/002.p/89',
      'tile/1/000.p/2',
      'tile/entries/002.p/89',
    ]);
  });

  it('is written before a state is published: while it cannot be, nothing is signed, and facts are taken', async () => {
    await log.state(2);
    await sign();
    await rename(mirror(), path.join(folder, 'elsewhere'));
    await writeFile(mirror(), 'a file in its place');
    const errors: unknown[] = [];
    const scribe = startScribe(log.ledger.pools.scribe, {
      signer: log.signer,
      signMs: 20,
      pollMs: 20,
      onError: (error) => errors.push(error),
    });
    await log.state(3);
    await scribe.flush();
    await until('it is noted', async () => {
      const state = await mirrorState(log.ledger.pools.web);
      return state !== null && mirrorIsAmiss(state);
    });
    assert.equal((await newest())?.size, 2);
    assert.equal(log.mirrorProblems.length, 1, 'told once');
    assert.match(log.mirrorProblems[0]!, /^The mirror of the record, .*mirror: /);
    assert.ok((await log.ledger.entries()).length >= 5);

    await rm(mirror());
    await rename(path.join(folder, 'elsewhere'), mirror());
    await until('it is signed again', async () => ((await newest())?.size ?? 0) >= 5);
    await scribe.stop();
    const state = (await mirrorState(log.ledger.pools.web))!;
    assert.deepEqual([mirrorIsAmiss(state), state.problem], [false, null]);
    assert.deepEqual(errors, []);
  });

  it('is not made where its folder is missing, since a disk may not be mounted', async () => {
    await rm(mirror(), { recursive: true });
    await log.state(1);
    assert.equal(await sign(), false);
    assert.match(log.mirrorProblems[0]!, /The folder is not there. Is its disk mounted\?/);
    assert.equal(await newest(), null);
  });

  it('stops the signing when it knows of more than the database', async () => {
    await log.state(5);
    await sign();
    await rm(log.markFolder, { recursive: true });
    const { admin, scribe } = log.ledger.pools;
    const root = await rootOfFirst(3);
    await admin.query(`begin; set local session_replication_role = replica;
      delete from ledger.entry where idx >= 3; delete from ledger.checkpoint;
      update ledger.head set size = 3, root = decode('${root}', 'hex'); commit`);

    await assert.rejects(log.newSigner().guard(scribe), (error: Error) => {
      assert.ok(error instanceof ForkFound);
      assert.match(error.message, /has 3 facts, and the checkpoint in the mirror .* says 5/);
      return true;
    });
    assert.match((await foundFork(log.ledger.pools.web))!.because, /gatehouse ledger recover/);
  });

  it('stops the signing when it holds another checkpoint than was put there, and names it', async () => {
    await log.state(5);
    await sign();
    const file = path.join(mirror(), log.origin, 'checkpoint');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('\n5\n', '\n4\n'));
    await log.state(1);
    assert.equal(await log.newSigner().sign(log.ledger.pools.scribe), false);
    assert.match(log.mirrorProblems[0]!, /checkpoint is not one that the keys of this log signed/);
  });

  it('never writes over what is complete, and says that it is another', async () => {
    await log.state(300);
    await sign();
    const at = (name: string) => path.join(mirror(), log.origin, name);
    await writeFile(at('tile/entries/000'), 'other facts');
    await rm(at('checkpoint'));
    await log.state(1);
    assert.equal(await log.newSigner().sign(log.ledger.pools.scribe), false);
    assert.match(log.mirrorProblems[0]!, /tile\/entries\/000 lies there with other content/);
    assert.equal(await readFile(at('tile/entries/000'), 'utf8'), 'other facts');
  });

  /** A signer of the same record whose mirror is another view of the folder. */
  function signerWith(store: MirrorStore) {
    return openSigner({
      secrets: log.secrets,
      mark: markIn(log.markFolder),
      mirror: openMirror(store),
    });
  }

  async function rootOfFirst(size: number): Promise<string> {
    return (await rootAt(log.ledger.pools.web, size)).toString('hex');
  }
});

describe('a mirror in a bucket', () => {
  withFolderAndLog();
  const keys = { accessKeyId: 'AKIAPRACTICE', secretAccessKey: 'not-so-secret' };
  let server: Awaited<ReturnType<typeof startFakeS3>>;
  const store = (more: object = {}) =>
    mirrorBucket(
      { bucket: 'records', prefix: 'gatehouse/' },
      { endpoint: server.url, region: 'eu-central-1', lock: null, ...keys, ...more },
      { fetch, now: () => new Date() },
    );
  const there = () => {
    const start = `gatehouse/${log.origin}/`;
    const found = [...server.objects].filter(([name]) => name.startsWith(start));
    return new Map(
      found.map(([name, it]) => [name.slice(start.length), it.bytes.toString('base64')]),
    );
  };
  const signer = () => log.signer;
  const scribe = () => log.ledger.pools.scribe;

  beforeEach(async () => {
    server = await startFakeS3({ ...keys, bucket: 'records' });
    log = await startSignedLog(store());
  });
  afterEach(() => server.close());

  it('follows what is signed, and holds what an export holds', async () => {
    for (const count of [3, 300]) {
      await log.state(count);
      await signer().sign(scribe());
      await signer().follow(scribe());
      assert.deepEqual(there(), await exported());
    }
    const state = (await mirrorState(log.ledger.pools.web))!;
    assert.deepEqual(
      { ...state, lagMs: 0 },
      {
        place: 's3://records/gatehouse/',
        comesFirst: false,
        size: 303,
        problem: null,
        lagMs: 0,
      },
    );
  });

  it('is followed by a scribe, the last state before it stops included', async () => {
    const scribe = startScribe(log.ledger.pools.scribe, {
      signer: log.signer,
      signMs: 20,
      pollMs: 20,
      followMs: 20,
      onError: (error) => assert.fail(String(error)),
    });
    await log.state(4);
    await until('it lies in the bucket', () => there().has('checkpoint'));
    await log.state(4);
    await scribe.flush();
    await scribe.stop();
    assert.equal(there().get('checkpoint'), Buffer.from((await newest())!.note).toString('base64'));
  });

  it('does not keep a state from being published, says how far behind it is, and catches up', async () => {
    await log.state(2);
    await signer().sign(scribe());
    server.failNext(503, 'SlowDown');
    await signer().follow(scribe());
    assert.equal((await newest())?.size, 2);
    assert.match(
      log.mirrorProblems[0]!,
      /s3:\/\/records\/gatehouse\/: GET .* answered 503 SlowDown/,
    );
    const { admin, web } = log.ledger.pools;
    assert.equal(mirrorIsAmiss((await mirrorState(web))!), false, 'not at once');
    await admin.query(sql`update ledger.mirror set noted_at = now() - interval '2 minutes'`);
    await admin.query(`begin; set local session_replication_role = replica;
      update ledger.checkpoint set signed_at = now() - interval '90 seconds'; commit`);
    const behind = (await mirrorState(web))!;
    assert.ok(behind.lagMs > 89_000 && behind.lagMs < 100_000, `${behind.lagMs} ms`);
    assert.equal(mirrorIsAmiss(behind), true);

    await signer().follow(scribe());
    const state = (await mirrorState(web))!;
    assert.deepEqual([state.lagMs, state.problem], [0, null]);
  });

  it('is locked where it is complete or signed, for as long as was set', async () => {
    await log.stop();
    log = await startSignedLog(store({ lock: { mode: 'compliance', days: 30 } }));
    await log.state(257);
    await log.signer.sign(scribe());
    await log.signer.follow(scribe());
    const modes = [...server.objects].map(([name, { mode }]) => [
      name.slice(`gatehouse/${log.origin}/`.length),
      mode ?? 'open',
    ]);
    assert.deepEqual(Object.fromEntries(modes), {
      checkpoint: 'COMPLIANCE',
      'log.vkey': 'open',
      'policy.txt': 'open',
      'tile/0/000': 'COMPLIANCE',
      'tile/0/001.p/1': 'open',
      'tile/1/000.p/1': 'open',
      'tile/entries/000': 'COMPLIANCE',
      'tile/entries/001.p/1': 'open',
    });
    const until = Date.parse([...server.objects.values()].find((it) => it.mode)!.retainUntil!);
    assert.ok(Math.abs(until - Date.now() - 30 * 86_400_000) < 60_000);
  });

  it('never writes over what is complete, and stops the signing where it leads elsewhere', async () => {
    await log.state(257);
    await signer().sign(scribe());
    await signer().follow(scribe());
    const key = `gatehouse/${log.origin}/`;
    server.objects.get(`${key}tile/0/000`)!.bytes = Buffer.from('other hashes');
    server.objects.delete(`${key}checkpoint`);
    await log.state(1);
    await log.newSigner().sign(scribe());
    await log.newSigner().follow(scribe());
    assert.match(log.mirrorProblems[0]!, /tile\/0\/000 lies there with other content/);
  });

  it('with the wrong key is a problem that is told, and no reason to stop', async () => {
    await log.stop();
    log = await startSignedLog(store({ secretAccessKey: 'wrong' }));
    await log.state(1);
    await log.signer.guard(scribe());
    assert.match(log.mirrorProblems[0]!, /answered 403 SignatureDoesNotMatch/);
    assert.equal(await log.signer.sign(scribe()), true);
  });
});
