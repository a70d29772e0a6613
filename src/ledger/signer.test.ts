import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { ulid } from 'ulid';
import { readCheckpoint, readNote, readVkey, signersOf, vkeyOf } from '#core/note.ts';
import { grow, leafHash, rootOf } from '#core/proof.ts';
import { until } from '#core/testing/until.ts';
import { inSnapshot, inTransaction } from '#store/sql.ts';
import { leavesOf } from './bundle.ts';
import { beginEpoch, nextOrigin } from './epoch.ts';
import { ForkFound, foundFork, newestCheckpoint } from './fork-guard.ts';
import { sha256 } from './hash.ts';
import { lockHead } from './head.ts';
import { logKeysOf, rotateLogKeys, verifySignature, vkeysAt } from './log-keys.ts';
import { markIn } from './mark.ts';
import { rehash } from './rehash.ts';
import { type Scribe, startScribe } from './scribe.ts';
import type { Signer } from './signer.ts';
import { opened, type TestLedger } from './testing/ledger.ts';
import { type SignedLog, startSignedLog } from './testing/signed-log.ts';
import { exportTileTree, tilePath } from './tile-tree.ts';
import { rootAt } from './tiles.ts';

const crypto = { sha256, verify: verifySignature };

describe('a signed record', () => {
  let folder: string;
  let log: SignedLog;
  let ledger: TestLedger;
  let signer: Signer;
  let origin: string;
  const markFolder = () => log.markFolder;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'gatehouse-signer-'));
    log = await startSignedLog();
    ({ ledger, signer, origin } = log);
  });
  afterEach(async () => {
    await log.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const stateFacts = (count: number) => log.state(count);
  const newest = async (of = origin) => (await newestCheckpoint(ledger.pools.web, of))!;
  const keys = async (of = origin) =>
    (await logKeysOf(ledger.pools.web, of)).map(({ vkey }) => readVkey(sha256, vkey));
  /** As somebody who may do everything in the database, and knows of its triggers. */
  const tamper = (statement: string) =>
    ledger.pools.admin.query(
      `begin; set local session_replication_role = replica; ${statement}; commit`,
    );

  it('carries an Ed25519 and an ML-DSA-44 signature over origin, size and root', async () => {
    await stateFacts(3);
    assert.equal(await signer.sign(ledger.pools.scribe), true);

    const { note, size, root } = await newest();
    const read = readNote(note);
    const signed = await signersOf(read, await keys(), crypto);
    assert.deepEqual(
      signed.map(({ key }) => key.type),
      ['ed25519', 'mlDsa44'],
    );
    assert.ok(Math.abs(Number(signed[1]!.atSeconds) - Date.now() / 1_000) < 60);
    assert.deepEqual(readCheckpoint(read.body), { origin, size: 3, root: new Uint8Array(root) });
    assert.equal(size, 3);
    assert.deepEqual(root, await rootAt(ledger.pools.web, 3));
    assert.equal(await signer.sign(ledger.pools.scribe), false, 'signed already');
  });

  it('is signed so that openssl says yes, and no once a byte has changed', async () => {
    await stateFacts(2);
    await signer.sign(ledger.pools.scribe);
    const { body, signatures } = readNote((await newest()).note);
    const [key] = await keys();
    const prefix = Buffer.from('302a300506032b6570032100', 'hex');
    const file = (name: string) => path.join(folder, name);
    await writeFile(file('pub.der'), Buffer.concat([prefix, key!.publicKey]));
    await writeFile(file('sig'), signatures[0]!.bytes);
    const check = async (text: string) => {
      await writeFile(file('body'), text);
      const input = ['-inkey', file('pub.der'), '-in', file('body'), '-sigfile', file('sig')];
      const args = ['pkeyutl', '-verify', '-pubin', '-keyform', 'DER', '-rawin', ...input];
      return spawnSync('openssl', args).status;
    };
    assert.equal(await check(body), 0);
    assert.notEqual(await check(body.replace('\n2\n', '\n3\n')), 0);
  });

  it('is signed by a scribe within moments, the last facts before it stops included', async () => {
    const errors: unknown[] = [];
    const start = (): Scribe =>
      startScribe(ledger.pools.scribe, {
        signer,
        signMs: 50,
        pollMs: 20,
        onError: (error) => errors.push(error),
      });
    const scribe = start();
    await ledger.state('worker', opened(ulid()));
    await until(
      'a checkpoint',
      async () => (await newestCheckpoint(ledger.pools.web, origin)) !== null,
    );
    await ledger.state('worker', opened(ulid()));
    await scribe.flush();
    await scribe.stop();
    const { rows } = await ledger.pools.web.query<{ size: string }>('select size from ledger.head');
    assert.equal((await newest()).size, Number(rows[0]!.size));
    assert.deepEqual(errors, []);
  });

  it('leaves the largest size outside the database before it is published', async () => {
    await stateFacts(2);
    await signer.sign(ledger.pools.scribe);
    const stored = JSON.parse(await readFile(path.join(markFolder(), 'hwm.json'), 'utf8'));
    const { size, root } = await newest();
    assert.deepEqual(stored, { origin, size, root: Buffer.from(root).toString('base64') });
  });

  it('is signed no more when an earlier database was put back', async () => {
    await stateFacts(5);
    await signer.sign(ledger.pools.scribe);
    const earlier = (await rootAt(ledger.pools.web, 3)).toString('hex');
    await tamper(`delete from ledger.entry where idx >= 3; delete from ledger.event_ix where idx >= 3;
      delete from ledger.checkpoint;
      update ledger.head set size = 3, root = decode('${earlier}', 'hex')`);

    await assert.rejects(signer.guard(ledger.pools.scribe), (error: Error) => {
      assert.ok(error instanceof ForkFound);
      assert.match(error.message, /has 3 facts, and the high-water mark says 5/);
      return true;
    });
    assert.match((await foundFork(ledger.pools.web))!.because, /an earlier day was put back/);
  });

  it('is signed no more when a restored database has grown past the mark meanwhile', async () => {
    await stateFacts(5);
    await signer.sign(ledger.pools.scribe);
    const earlier = (await rootAt(ledger.pools.web, 3)).toString('hex');
    await tamper(`delete from ledger.entry where idx >= 3; delete from ledger.event_ix where idx >= 3;
      delete from ledger.checkpoint;
      update ledger.tile set width = 3, data = substr(data, 1, 96);
      update ledger.head set size = 3, root = decode('${earlier}', 'hex')`);
    await stateFacts(4);

    await assert.rejects(
      signer.sign(ledger.pools.scribe),
      /The first 5 facts of the record are not/,
    );
    await assert.rejects(signer.sign(ledger.pools.scribe), ForkFound, 'and stays so');
  });

  it('stops its scribe, which says why once, and integrates nothing', async () => {
    await stateFacts(4);
    await signer.sign(ledger.pools.scribe);
    await rm(path.join(markFolder(), 'hwm.json'));
    await markIn(markFolder()).write({ origin, size: 9, root: new Uint8Array(32) });
    await ledger.state('worker', opened(ulid()));
    const { promise, resolve } = Promise.withResolvers<string>();
    const scribe = startScribe(ledger.pools.scribe, { signer, onError() {}, onFork: resolve });
    assert.match(await promise, /the high-water mark says 9/);
    await scribe.stop();
    assert.equal((await ledger.entries()).length, 4);
  });

  it('is not stopped by a mark that was lost, and leaves a new one', async () => {
    await stateFacts(2);
    await signer.sign(ledger.pools.scribe);
    await rm(markFolder(), { recursive: true });
    await stateFacts(1);
    assert.equal(await signer.sign(ledger.pools.scribe), true);
    assert.equal((await markIn(markFolder()).read())?.size, 3);
    await writeFile(path.join(markFolder(), 'hwm.json'), '{"size":');
    await assert.rejects(signer.guard(ledger.pools.scribe), /cannot be read/);
  });

  it('is hashed again as a whole, which finds a fact that was changed past all triggers', async () => {
    await stateFacts(3);
    const { scribe, web } = ledger.pools;
    assert.equal(await rehash(scribe), null, 'nothing is signed yet');
    await signer.sign(scribe);
    const found = await rehash(scribe);
    assert.deepEqual(found, { size: 3, root: await rootAt(web, 3), ms: found!.ms });

    await tamper(`update ledger.entry set leaf = convert_to('{"a":1}', 'UTF8') where idx = 1`);
    await assert.rejects(
      rehash(scribe),
      /The fact 1 of the record is not the one that was written/,
    );
    await tamper(
      `update ledger.entry set leaf_hash = sha256('\\x00'::bytea || leaf) where idx = 1`,
    );
    await assert.rejects(rehash(scribe), /do not lead to the root that was signed/);
    await tamper('delete from ledger.entry where idx = 1');
    await assert.rejects(rehash(scribe), /The fact 1 of the record is gone/);
  });

  it('is hashed again by its scribe once a day, and stopped when that finds something', async () => {
    await stateFacts(3);
    await signer.sign(ledger.pools.scribe);
    const ended = Promise.withResolvers<string>();
    const start = () =>
      startScribe(ledger.pools.scribe, { signer, onError() {}, onFork: ended.resolve });
    const verified = async () =>
      (await ledger.entries()).filter(({ body }) => body['type'] === 'log.verified');
    const first = start();
    await until('a fact that says so', async () => (await verified()).length === 1);
    await first.stop();
    const second = start();
    await ledger.state('worker', opened(ulid()));
    await second.flush();
    await second.stop();
    assert.equal((await verified()).length, 1, 'not twice a day');

    await tamper(`delete from ledger.event_ix where type = 'log.verified';
      update ledger.entry set leaf = convert_to('{"a":1}', 'UTF8') where idx = 0`);
    const third = start();
    assert.match(await ended.promise, /The fact 0 of the record/);
    await third.stop();
    assert.match((await foundFork(ledger.pools.web))!.because, /The fact 0/);
  });

  it('is signed by old and new keys for a while after a rotation, and then by the new ones', async () => {
    await stateFacts(2);
    const { admin, scribe } = ledger.pools;
    await signer.sign(scribe);
    const old = await keys();
    const made = await inTransaction(scribe, async (tx) =>
      rotateLogKeys(tx, log.secrets, await lockHead(tx)),
    );
    assert.equal(made.length, 2);
    await ledger.sequenceAll();
    await signer.sign(scribe);
    const both = readNote((await newest()).note);
    assert.equal((await signersOf(both, await keys(), crypto)).length, 4);
    assert.equal(
      (await signersOf(both, old, crypto)).length,
      2,
      'whoever knows the old ones is served',
    );
    const facts = (await ledger.entries()).filter(({ body }) => body['type'] === 'key.rotated');
    assert.deepEqual(
      facts.map(({ body }) => (body['data'] as { new: string }).new),
      made.map(({ vkey }) => vkey),
    );

    await admin.query(`update ledger.log_key set retires_at = now() - interval '1 second'
                        where retires_at is not null`);
    await stateFacts(1);
    await signer.sign(scribe);
    const after = readNote((await newest()).note);
    assert.equal((await signersOf(after, old, crypto)).length, 0);
    assert.equal((await signersOf(after, await keys(), crypto)).length, 2);
    const lastOf = new Map((await logKeysOf(scribe, origin)).map((it) => [it.vkey, it.toSize]));
    assert.deepEqual(
      [...old.map((key) => vkeyOf(sha256, key)), ...made.map(({ vkey }) => vkey)].map((vkey) =>
        lastOf.get(vkey),
      ),
      [4, 4, null, null],
      'the state before the last was the last they signed',
    );
    const signing = await vkeysAt(scribe, { origin, size: 5 });
    assert.deepEqual(
      signing,
      made.map(({ vkey }) => vkey),
    );
  });

  it('goes on in a new epoch, which says what was lost', async () => {
    await stateFacts(5);
    await signer.sign(ledger.pools.scribe);
    const { note } = await newest();
    await markIn(markFolder()).write({ origin, size: 8, root: new Uint8Array(32) });
    await assert.rejects(signer.guard(ledger.pools.scribe), ForkFound);

    const { admin, scribe } = ledger.pools;
    const it = await beginEpoch({ admin, scribe }, markFolder(), 'restored from a backup');
    assert.deepEqual(it, { from: origin, to: nextOrigin(origin), lost: 3 });
    await ledger.sequenceAll();
    assert.equal(await signer.sign(ledger.pools.scribe), true);

    const last = (await ledger.entries()).at(-1)!.body;
    assert.equal(last['type'], 'log.continued');
    assert.deepEqual(last['data'], {
      prev_origin: origin,
      prev_note: note,
      reason: 'restored from a backup',
      lost_from: 5,
      lost_to: 8,
    });
    const signed = readNote((await newest(it.to)).note);
    assert.equal((await signersOf(signed, await keys(it.to), crypto)).length, 2);
    assert.equal((await signersOf(signed, await keys(), crypto)).length, 0, 'by new keys alone');
    assert.equal(await foundFork(ledger.pools.web), null);
  });

  it('is exported as a tree of tiles that leads to the signed root, leaf by leaf', async () => {
    await stateFacts(300);
    await signer.sign(ledger.pools.scribe);
    await stateFacts(2); // not signed, and so not exported
    const dir = path.join(folder, 'log');
    const exported = await inSnapshot(ledger.pools.scribe, (db) => exportTileTree(db, dir));
    const nothingMissing = { waiting: 0, quorumMissed: 0, minIndex: 0 };
    assert.deepEqual({ ...exported, files: 0 }, { origin, size: 300, files: 0, ...nothingMissing });

    const file = (name: string) => readFile(path.join(dir, name));
    const bundles = [await file('tile/entries/000'), await file('tile/entries/001.p/44')];
    const leaves = bundles.flatMap((it) => leavesOf(it) ?? []);
    assert.equal(leaves.length, 300);
    const tiles = grow(
      sha256,
      0,
      () => new Uint8Array(),
      leaves.map((leaf) => leafHash(sha256, leaf)),
    );
    for (const { level, n, hashes } of tiles) {
      assert.deepEqual(
        await file(tilePath(`${level}`, n, hashes.length / 32)),
        Buffer.from(hashes),
      );
    }
    const { body } = readNote((await file('checkpoint')).toString());
    const at = new Map(tiles.map((it) => [`${it.level}/${it.n}`, it.hashes]));
    const root = rootOf(sha256, 300, ({ level, n }) => at.get(`${level}/${n}`)!);
    assert.deepEqual(readCheckpoint(body), { origin, size: 300, root: new Uint8Array(root) });
    assert.deepEqual(await file('checkpoints/300'), await file('checkpoint'));
    const vkeys = (await file('log.vkey')).toString().trim().split('\n');
    assert.deepEqual(
      vkeys.map((vkey) => readVkey(sha256, vkey).type),
      ['ed25519', 'mlDsa44'],
    );
  });
});

describe('where a tile lies', () => {
  it('is in groups of three digits, with the width of a partial one', () => {
    assert.equal(tilePath('0', 0, 256), 'tile/0/000');
    assert.equal(tilePath('entries', 1_234_067, 256), 'tile/entries/x001/x234/067');
    assert.equal(tilePath('1', 5, 7), 'tile/1/005.p/7');
  });
});
