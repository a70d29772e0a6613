import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { inTransaction, sql } from '#store/sql.ts';
import { type Backup, backUp } from '#store/testing/backup.ts';
import { ForkFound, newestCheckpoint } from './fork-guard.ts';
import { checkLog } from './fsck.ts';
import { logKeysOf } from './log-keys.ts';
import { markIn } from './mark.ts';
import { mirrorFolder } from './mirror-folder.ts';
import { rehash } from './rehash.ts';
import { opened } from './testing/ledger.ts';
import { type SignedLog, startSignedLog } from './testing/signed-log.ts';
import { checkDatabase, reindex } from './upkeep.ts';

/** Numbers that look random and come again for the same seed (mulberry32). */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let it = Math.imul(state ^ (state >>> 15), 1 | state);
    it = (it + Math.imul(it ^ (it >>> 7), 61 | it)) ^ it;
    return Math.floor((((it ^ (it >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

describe('an exported log that is gone through', () => {
  let folder: string;
  let log: SignedLog;
  let files: readonly string[];
  const check = () => checkLog(mirrorFolder(folder));

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'gatehouse-fsck-'));
    log = await startSignedLog();
    await log.state(600);
    await log.export(folder);
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    files = entries
      .filter((it) => it.isFile())
      .map((it) => path.relative(folder, path.join(it.parentPath, it.name)))
      .toSorted();
  });
  after(async () => {
    await log.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('is as it was signed, by the keys that lie with it or by others that were handed over', async () => {
    const checked = (await check())!;
    assert.deepEqual(checked.problems, []);
    assert.equal(checked.checkpoint.size, 600);
    assert.equal(checked.signedBy.length, 2);
    assert.equal(files.length, 11, `${files}`);

    const [vkey] = (await logKeysOf(log.ledger.pools.web, log.origin)).map((it) => it.vkey);
    assert.deepEqual((await checkLog(mirrorFolder(folder), [vkey!]))?.problems, []);
    const strange = 'a.example+77007483+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4';
    assert.match((await checkLog(mirrorFolder(folder), [strange]))!.problems.join(), /key/);
  });

  it('shows every single bit that was turned, and the file it is in', async () => {
    const seed = Number(process.env['GATEHOUSE_TEST_SEED'] ?? randomInt(2 ** 31));
    const random = randomFrom(seed);
    const rounds = process.env['GATEHOUSE_TEST_THOROUGH'] ? 600 : 66;
    for (let round = 0; round < rounds; round += 1) {
      // Each file in turn, since the small ones would hardly ever be met.
      const name = files[round % files.length]!;
      const file = path.join(folder, name);
      const whole = await readFile(file);
      const at = random(whole.length);
      const bit = random(8);
      const changed = Buffer.from(whole);
      changed[at] = changed[at]! ^ (1 << bit);
      await writeFile(file, changed);
      const checked = await check();
      await writeFile(file, whole);
      const told = checked?.problems.join('\n') ?? 'checkpoint: unreadable';
      const where = `GATEHOUSE_TEST_SEED=${seed}: bit ${bit} of byte ${at} of ${name}`;
      assert.ok(told.includes(name), `${where}: ${told || 'not found'}`);
    }
    assert.deepEqual((await check())?.problems, []);
  });

  it('shows what is cut off or gone', async () => {
    for (const name of files.filter((it) => it.startsWith('tile/'))) {
      const file = path.join(folder, name);
      const whole = await readFile(file);
      await truncate(file, whole.length - 1);
      assert.match((await check())!.problems.join('\n'), new RegExp(`${name}.*(cut off|changed)`));
      await rm(file);
      assert.match((await check())!.problems.join('\n'), new RegExp(`${name} is missing`));
      await writeFile(file, whole);
    }
  });

  it('names the fact, or the tile, whichever was changed', async () => {
    const changed = async (name: string, at: number) => {
      const file = path.join(folder, name);
      const whole = await readFile(file);
      const other = Buffer.from(whole);
      other[at] = other[at]! ^ 1;
      await writeFile(file, other);
      const [first] = (await check())!.problems;
      await writeFile(file, whole);
      return first;
    };
    const bundle = await readFile(path.join(folder, 'tile/entries/001'));
    const second = 2 + bundle.readUInt16BE(0) + 2;
    assert.match(
      (await changed('tile/entries/001', second + 5))!,
      /^The fact 257 \(in tile\/entries\/001\) is not/,
    );
    const partial = 'tile/entries/002.p/88';
    assert.match(
      (await changed(partial, 9))!,
      /^The fact 512 \(in tile\/entries\/002\.p\/88\) is not/,
    );
    assert.match(
      (await changed('tile/0/001', 32 * 3))!,
      /tile\/0\/001 and tile\/1\/000\.p\/2 .* do not fit/,
    );
  });

  it('is no log without a checkpoint', async () => {
    assert.equal(await checkLog(mirrorFolder(path.join(folder, 'tile'))), null);
  });
});

describe('a record that somebody changed past all triggers', () => {
  let log: SignedLog;
  let backup: Backup;

  before(async () => {
    log = await startSignedLog();
    await log.state(300);
    await log.signer.sign(log.ledger.pools.scribe);
    await log.state(20);
    await log.signer.sign(log.ledger.pools.scribe);
    backup = await backUp(log.ledger.pools.admin);
  });
  beforeEach(async () => {
    const { origin } = log;
    const newest = (await newestCheckpoint(log.ledger.pools.web, origin))!;
    await markIn(log.markFolder).write(newest);
  });
  afterEach(() => backup.restore());
  after(() => log.stop());

  const tamper = (statement: string) =>
    log.ledger.pools.admin.query(
      `begin; set local session_replication_role = replica; ${statement}; commit`,
    );
  const checked = async () =>
    (await checkDatabase(log.ledger.pools.scribe, markIn(log.markFolder)))!.problems;
  const guarded = () =>
    log
      .newSigner()
      .guard(log.ledger.pools.scribe)
      .then(
        () => null,
        (error: Error) => {
          assert.ok(error instanceof ForkFound, error.stack);
          return error.message;
        },
      );
  const rehashed = () =>
    rehash(log.ledger.pools.scribe).then(
      () => null,
      (error: Error) => {
        assert.ok(error instanceof ForkFound, error.stack);
        return error.message;
      },
    );
  const flip = (column: string, at: number) =>
    `${column} = set_byte(${column}, ${at}, get_byte(${column}, ${at}) # 1)`;

  it('is whole to begin with', async () => {
    assert.deepEqual([await checked(), await guarded(), await rehashed()], [[], null, null]);
  });

  it('is found out by a leaf, and by a leaf whose hash was changed with it', async () => {
    await tamper(`update ledger.entry set ${flip('leaf', 9)} where idx = 290`);
    assert.match(
      (await checked())[0]!,
      /^The fact 290 \(in tile\/entries\/001\.p\/64\) is not the one/,
    );
    assert.match(
      (await rehashed())!,
      /^The fact 290 of the record is not the one that was written/,
    );
    await tamper(
      `update ledger.entry set leaf_hash = sha256('\\x00'::bytea || leaf) where idx = 290`,
    );
    assert.match((await checked())[0]!, /^The fact 290 /);
    assert.match((await rehashed())!, /do not lead to the root that was signed/);
  });

  it('is found out by the hash beside a fact, and by a fact that is gone', async () => {
    await tamper(`update ledger.entry set ${flip('leaf_hash', 0)} where idx = 12`);
    assert.match((await checked()).join('\n'), /The hash beside the fact 12 /);
    await tamper('delete from ledger.entry where idx = 12');
    assert.match((await checked()).join('\n'), /tile\/entries\/000 is missing/);
    assert.match((await rehashed())!, /The fact 12 of the record is gone/);
  });

  it('is found out by a tile, full or at the edge', async () => {
    await tamper(`update ledger.tile set ${flip('data', 40)} where level = 0 and n = 0`);
    assert.match((await checked())[0]!, /tile\/0\/000 and tile\/1\/000\.p\/1 above it do not fit/);
    await backup.restore();
    await tamper(`update ledger.tile set ${flip('data', 40)} where level = 0 and n = 1`);
    assert.match(
      (await checked())[0]!,
      /The tiles at the edge .*tile\/0\/001\.p\/64.* do not lead/,
    );
    assert.match((await guarded())!, /The first 320 facts of the record are not those/);
    await backup.restore();
    await tamper('delete from ledger.tile where level = 1');
    assert.match((await checked())[0]!, /tile\/1\/000\.p\/1 is missing/);
    assert.match((await guarded())!, /are not those that the high-water mark stands for/);
  });

  it('is found out by the head', async () => {
    await tamper(`update ledger.head set ${flip('root', 3)}`);
    assert.match((await checked())[0]!, /do not lead to the root in ledger\.head/);
    await tamper('update ledger.head set size = 300');
    assert.match((await checked())[0]!, /ledger\.head says 300 facts, and ledger\.entry has 320/);
    assert.match((await guarded())!, /has 300 facts, and the high-water mark says 320/);
  });

  it('is found out by a checkpoint: its root, its size, its note, the newest or an older one', async () => {
    await tamper(`update ledger.checkpoint set ${flip('root', 3)} where size = 300`);
    assert.match(
      (await checked())[0]!,
      /The checkpoint of 300 facts .* another size or root in its row/,
    );
    await backup.restore();
    await tamper(
      `update ledger.checkpoint set note = replace(note, E'\\n300\\n', E'\\n301\\n') where size = 300`,
    );
    assert.match((await checked())[0]!, /The checkpoint of 300 facts .* is not signed/);
    await backup.restore();
    await tamper(`update ledger.checkpoint set ${flip('root', 3)} where size = 320`);
    assert.match((await checked()).join('\n'), /The checkpoint of 320 facts/);
    assert.match((await guarded())!, /are not those that its newest checkpoint stands for/);
    await backup.restore();
    await tamper('update ledger.checkpoint set size = 400 where size = 320');
    assert.match((await guarded())!, /its newest checkpoint says 400/);
  });

  it('is found out by the mark', async () => {
    const newest = (await newestCheckpoint(log.ledger.pools.web, log.origin))!;
    const mark = markIn(log.markFolder);
    const root = Buffer.from(newest.root);
    root[5] = root[5]! ^ 1;
    await mark.write({ ...newest, root });
    assert.match((await checked())[0]!, /not those that the high-water mark stands for/);
    assert.match((await guarded())!, /not those that the high-water mark stands for/);
    await writeFile(path.join(log.markFolder, 'hwm.json'), '{');
    assert.match((await checked())[0]!, /hwm\.json, cannot be read/);
  });

  it('is searched as before once its index was made anew', async () => {
    const { admin, scribe } = log.ledger.pools;
    const index = async () =>
      (await admin.query(sql`select * from ledger.event_ix order by idx`)).rows;
    const before = await index();
    await tamper(
      `delete from ledger.event_ix where idx > 100; update ledger.event_ix set type = 'x'`,
    );
    assert.equal(await inTransaction(scribe, reindex), 320);
    assert.deepEqual(await index(), before);
    await log.ledger.state('worker', opened('c_last'));
    await log.ledger.sequenceAll();
    assert.equal((await index()).length, 321);
  });
});
