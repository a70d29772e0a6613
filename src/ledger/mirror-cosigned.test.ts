import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { inTransaction, sql } from '#store/sql.ts';
import { backUp } from '#store/testing/backup.ts';
import { startFakeS3 } from '../../practice/servers/s3.ts';
import { askWitness } from './ask-witness.ts';
import { cosignedCheckpoint } from './cosignatures.ts';
import { newestCheckpoint } from './fork-guard.ts';
import { checkLog } from './fsck.ts';
import { lockHead } from './head.ts';
import { logKeysOf, rotateLogKeys } from './log-keys.ts';
import { markIn } from './mark.ts';
import { openMirror } from './mirror.ts';
import { mirrorBucket } from './mirror-bucket.ts';
import { mirrorFolder } from './mirror-folder.ts';
import { replayFromMirror } from './recover.ts';
import { type SignedLog, startSignedLog } from './testing/signed-log.ts';
import { startWitness, type TestWitness } from './testing/witness.ts';
import { keepWitnesses } from './witnesses.ts';

describe('what witnesses have signed', () => {
  let folder: string;
  let log: SignedLog;
  let witness: TestWitness;
  const scribe = () => log.ledger.pools.scribe;
  const mirror = () => path.join(folder, 'mirror');
  const at = (name: string) => path.join(mirror(), log.origin, name);
  const check = (vkeys: readonly string[] | null = null) =>
    checkLog(mirrorFolder(path.join(mirror(), log.origin)), vkeys);

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'gatehouse-cosigned-'));
    await mkdir(mirror());
    log = await startSignedLog(mirrorFolder(mirror()));
    await sign(300);
    witness = await startWitness(log);
    await keepWitnesses(scribe(), [witness], 1);
  });
  afterEach(async () => {
    await witness.stop();
    await log.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function sign(count: number): Promise<void> {
    await log.state(count);
    await log.signer.sign(scribe());
  }
  async function cosign(): Promise<void> {
    const signal = AbortSignal.timeout(60_000);
    const asked = await askWitness(scribe(), log.origin, witness, { fetch, signal });
    assert.equal(asked.kind, 'cosigned');
    await log.signer.follow(scribe());
  }

  it('lies in the mirror with who has to sign, though the newest state does not wait for it', async () => {
    await log.signer.follow(scribe());
    assert.deepEqual((await check())!.problems, [
      'checkpoint: 0 witnesses have signed it, and policy.txt asks for 1.',
    ]);
    await cosign();
    await sign(20);

    const checked = (await check())!;

    assert.deepEqual(checked.problems, []);
    assert.equal(checked.checkpoint.size, (await newestCheckpoint(scribe(), log.origin))!.size);
    assert.deepEqual(checked.cosigned, [{ name: 'firm.witness.example', size: 300 }]);
    assert.match(await readFile(at('policy.txt'), 'utf8'), /^witness firm /m);
    const kept = await readFile(at('checkpoints/300'), 'utf8');
    await writeFile(at('checkpoints/300'), kept.slice(0, kept.indexOf('— firm.witness.example')));
    assert.match((await check())!.problems.join('\n'), /0 witnesses have signed it/);
  });

  it('lies in a bucket too, whose kept states are looked at page by page', async () => {
    const keys = { accessKeyId: 'GATEHOUSE', secretAccessKey: 'a secret of the bucket' };
    const server = await startFakeS3({ ...keys, bucket: 'records' });
    try {
      const bucket = (prefix: string) =>
        mirrorBucket(
          { bucket: 'records', prefix },
          { endpoint: server.url, region: 'eu-central-1', lock: null, ...keys },
          { fetch, now: () => new Date() },
        );
      const there = openMirror(bucket('gatehouse/'));
      for (let i = 0; i < 3; i += 1) {
        await cosign();
        const newest = (await newestCheckpoint(scribe(), log.origin))!;
        await there.writeTiles(scribe(), newest);
        await there.writeCheckpoint(scribe(), newest, newest.note);
        await there.writeCosigned(scribe(), log.origin);
        await sign(3);
      }
      const files = bucket(`gatehouse/${log.origin}/`);
      const names = await files.list('checkpoints');
      assert.equal(names.length, 3);
      assert.deepEqual((await checkLog(files))!.problems, []);
      const object = server.objects.get(`gatehouse/${log.origin}/checkpoints/${names[0]}`)!;
      object.bytes = Buffer.from(object.bytes.toString().replace(/\n.*?\n/, '\n7\n'));
      assert.match(
        (await checkLog(files))!.problems.join('\n'),
        new RegExp(`checkpoints/${names[0]} is no earlier state of this log`),
      );
      assert.deepEqual(await files.list('nothing'), []);
    } finally {
      await server.close();
    }
  });

  it('comes back from the mirror with what a database of an earlier day lacks', async () => {
    const backup = await backUp(log.ledger.pools.admin);
    await sign(10);
    await cosign();
    await sign(5);
    const policy = { witnesses: [witness], quorum: 1 };
    const before = await cosignedCheckpoint(scribe(), log.origin, policy);
    assert.ok(before!.size > 300);
    await backup.restore();
    await keepWitnesses(scribe(), [witness], 1);
    assert.equal(await cosignedCheckpoint(scribe(), log.origin, policy), null);

    await replayFromMirror(log.ledger.pools.admin, mirrorFolder(mirror()), markIn(log.markFolder));

    const after = await cosignedCheckpoint(scribe(), log.origin, policy);
    assert.deepEqual([after?.size, after?.note], [before!.size, before!.note]);
    const { rows } = await scribe().query<{ note: string }>(sql`
      select note from ledger.checkpoint where size = ${before!.size}
    `);
    assert.doesNotMatch(
      rows[0]!.note,
      /witness/,
      'time stamps are over the lines of the log alone',
    );
  });
});

describe('a state that was kept from before the keys were changed', () => {
  let folder: string;
  let log: SignedLog;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'gatehouse-rotated-'));
    log = await startSignedLog();
  });
  afterEach(async () => {
    await log.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('is held against the key of its time, and against no other', async () => {
    const { scribe, admin } = log.ledger.pools;
    const at = (name: string) => path.join(folder, name);
    const check = () => checkLog(mirrorFolder(folder));
    const exportNow = async () => (await log.export(folder))!.size;
    await log.state(300);
    const first = await exportNow();
    const old = await readFile(at('checkpoint'), 'utf8');
    await inTransaction(scribe, async (tx) => rotateLogKeys(tx, log.secrets, await lockHead(tx)));
    await log.ledger.sequenceAll();
    const both = await exportNow();
    await admin.query(`update ledger.log_key set retires_at = now() - interval '1 second'
                        where retires_at is not null`);
    await log.state(5);
    await log.signer.sign(scribe); // the old keys end with the size at hand
    await log.state(1);
    const last = await exportNow();
    assert.deepEqual([first, both, last], [300, 302, 308]);
    const now = (await readFile(at('log.vkey'), 'utf8')).trim().split('\n');
    const own = (await logKeysOf(scribe, log.origin)).map(({ vkey }) => vkey);
    assert.deepEqual([now.length, own.length], [2, 4]);

    assert.deepEqual((await check())!.problems, []);
    assert.deepEqual((await checkLog(mirrorFolder(folder), now))!.problems, []);

    const middle = old.indexOf('— ') + 60;
    const forged = `${old.slice(0, middle)}${old[middle] === 'A' ? 'B' : 'A'}${old.slice(middle + 1)}`;
    await writeFile(at('checkpoints/300'), forged);
    const said = (await check())!.problems.join('\n');
    assert.match(said, /checkpoints\/300: The signature of .* does not hold/);

    const body = old.slice(0, old.indexOf('\n\n') + 2);
    const strange = `${body}— somebody.else/01 ${'A'.repeat(96)}\n`;
    await writeFile(at('checkpoints/300'), strange);
    assert.deepEqual((await check())!.problems, [
      'checkpoints/300: none of the keys that the log had then has signed it.',
    ]);
  });
});
