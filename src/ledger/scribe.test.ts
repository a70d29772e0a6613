import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { ulid } from 'ulid';
import { grow, leafHash, rootOf } from '#core/proof.ts';
import { until } from '#core/testing/until.ts';
import { inTransaction, sql } from '#store/sql.ts';
import { base64url, sha256 } from './hash.ts';
import { record } from './record.ts';
import { type Scribe, type ScribeOptions, startScribe } from './scribe.ts';
import { sequence } from './sequence.ts';
import { held, loggedIn, opened, startLedger, type TestLedger } from './testing/ledger.ts';
import { rootAt } from './tiles.ts';

/** Every fact is there once, in order, in a tree that hashes to the head. */
async function assertWhole(ledger: TestLedger): Promise<void> {
  const entries = await ledger.entries();
  assert.deepEqual(
    entries.map((it) => it.idx),
    entries.map((_, i) => i),
    'dense',
  );
  assert.equal(new Set(entries.map((it) => it.body['id'])).size, entries.length, 'no doubles');

  const cases = Map.groupBy(entries, (it) => it.caseId);
  cases.delete(null);
  for (const [caseId, facts] of cases) {
    for (const [i, { caseSeq, body }] of facts.entries()) {
      assert.equal(caseSeq, i + 1, `case ${caseId} has no gap and keeps its order`);
      assert.equal(body['case_seq'], i + 1);
      assert.equal(body['case_prev'], i > 0 ? base64url(facts[i - 1]!.hash) : undefined);
    }
  }

  const { rows } = await ledger.pools.web.query<{ size: string; root: Buffer; terms: string }>(sql`
    select size, root, (select count(*) from ledger.event_ix) as terms from ledger.head
  `);
  const head = rows[0]!;
  assert.equal(Number(head.size), entries.length);
  assert.equal(Number(head.terms), entries.length, 'every fact can be found');
  const hashes = entries.map((it) => leafHash(sha256, it.leaf));
  const tiles = grow(sha256, 0, () => new Uint8Array(), hashes);
  const tile = (level: number, n: number) =>
    tiles.find((it) => it.level === level && it.n === n)!.hashes;
  const root = rootOf(sha256, hashes.length, ({ level, n }) => tile(level, n));
  assert.equal(head.root.toString('hex'), Buffer.from(root).toString('hex'), 'the root');
  assert.deepEqual(await rootAt(ledger.pools.web, hashes.length), head.root);
  const stored = await ledger.pools.web.query<{ level: number; n: string; data: Buffer }>(sql`
    select level, n, data from ledger.tile order by level, n
  `);
  assert.deepEqual(
    stored.rows.map(({ level, n, data }) => [level, Number(n), data.toString('hex')]),
    tiles.map(({ level, n, hashes }) => [level, n, Buffer.from(hashes).toString('hex')]),
  );
}

describe('the scribe', { timeout: 60_000 }, () => {
  let ledger: TestLedger;
  const running: Scribe[] = [];
  before(async () => {
    ledger = await startLedger();
  });
  beforeEach(async () => {
    await Promise.all(running.splice(0).map((it) => it.stop()));
  });
  after(() => Promise.all(running.map((it) => it.stop())));

  function start(options: Partial<ScribeOptions> = {}): Scribe {
    const fail = (error: unknown) => {
      throw error;
    };
    const scribe = startScribe(ledger.pools.scribe, { onError: fail, pollMs: 20, ...options });
    running.push(scribe);
    return scribe;
  }

  const heldBy = async () => {
    const { rows } = await ledger.pools.admin.query<{ pid: number }>(`
      select pid
        from pg_locks
        join pg_database on pg_database.oid = database
       where locktype = 'advisory' and classid = 1734440037 and objid = 1 and granted
         and datname = current_database()
    `);
    return rows.map((row) => row.pid);
  };

  it('brings 200 concurrent transactions over 20 cases into order, without those rolled back', async () => {
    const scribe = start();
    const cases = Array.from({ length: 20 }, () => ulid());
    await ledger.state('worker', ...cases.map(opened));

    const outcomes = await Promise.allSettled(
      Array.from({ length: 200 }, (_, i) =>
        inTransaction(ledger.pools.worker, async (tx) => {
          const [one, other] = [cases[i % 20]!, cases[(i * 7 + 3) % 20]!];
          await record(tx, ledger.keys, [held(other), held(one)]);
          if (i % 10 === 0) throw new Error('rolled back');
        }),
      ),
    );
    await scribe.flush();

    assert.equal(outcomes.filter((it) => it.status === 'rejected').length, 20);
    const entries = await ledger.entries();
    assert.equal(entries.filter((it) => cases.includes(it.caseId ?? '')).length, 20 + 360);
    await assertWhole(ledger);
  });

  it('loses and doubles nothing when its connection is cut in the middle of a batch', async () => {
    const errors: unknown[] = [];
    const scribe = start({ onError: (error) => errors.push(error) });
    await scribe.flush();
    const [pid] = await heldBy();

    const blocker = await ledger.pools.admin.connect();
    await blocker.query('begin; lock table ledger.tile in exclusive mode');
    const count = (await ledger.entries()).length;
    const facts = Array.from({ length: 300 }, () => loggedIn());
    await ledger.state('web', ...facts);
    await until('the scribe to wait for the lock', async () => {
      const { rowCount } = await ledger.pools.admin.query(
        `select from pg_stat_activity where pid = $1 and wait_event_type = 'Lock'`,
        [pid],
      );
      return rowCount === 1;
    });
    await blocker.query(`select pg_terminate_backend(${pid})`);
    await until('an error', () => errors.length > 0);
    await blocker.query('rollback');
    blocker.release();
    await scribe.flush();

    const logins = (await ledger.entries()).slice(count).filter((it) => {
      return it.body['type'] === 'login.succeeded';
    });
    assert.equal(logins.length, 300);
    await assertWhole(ledger);
  });

  it('survives the loss of its connection while idle', async () => {
    const errors: unknown[] = [];
    const scribe = start({ onError: (error) => errors.push(error) });
    // With nothing to record a flush does not wait for the lock.
    const [pid] = await until('the lock', async () => {
      const pids = await heldBy();
      return pids.length > 0 && pids;
    });
    await ledger.pools.admin.query('select pg_terminate_backend($1)', [pid]);
    await ledger.state('web', loggedIn());
    await until('an error', () => errors.length > 0);
    await scribe.flush();
    await assertWhole(ledger);
  });

  it('leaves the work to one of two, and the other takes over', async () => {
    const [first, second] = [start(), start()];
    await ledger.state('web', loggedIn());
    await Promise.all([first.flush(), second.flush()]);
    assert.equal((await heldBy()).length, 1);

    await first.stop();
    await ledger.state('web', loggedIn());
    await second.flush();
    assert.equal((await heldBy()).length, 1);
    await second.stop();
    assert.equal((await heldBy()).length, 0);
    await assertWhole(ledger);
  });

  it('keeps the tree whole even where two sequence at once', async () => {
    const caseId = ulid();
    await ledger.state('worker', opened(caseId));
    for (let round = 0; round < 5; round += 1) {
      await Promise.all([
        ...Array.from({ length: 10 }, () => ledger.state('worker', held(caseId))),
        ...Array.from({ length: 3 }, () => inTransaction(ledger.pools.scribe, sequence)),
      ]);
    }
    await ledger.sequenceAll();
    await assertWhole(ledger);
  });

  it('goes through more facts than fit one batch, over full tiles', async () => {
    const scribe = start();
    await ledger.state('web', ...Array.from({ length: 2_500 }, () => loggedIn()));
    await scribe.flush();
    await assertWhole(ledger);
  });

  it('does not overtake a slow writer of the same case, nor wait for one of another', async () => {
    const scribe = start();
    const [slow, quick] = [ulid(), ulid()];
    await inTransaction(ledger.pools.worker, async (tx) => {
      await record(tx, ledger.keys, [opened(slow)]);
      await ledger.state('worker', opened(quick));
      await scribe.flush();
      const cases = (await ledger.entries()).map((it) => it.caseId);
      assert.ok(cases.includes(quick) && !cases.includes(slow));
    });
    await scribe.flush();
    assert.equal((await ledger.entries()).at(-1)!.caseId, slow);
    await assertWhole(ledger);
  });

  it('states that the record is alive, once for each interval', async () => {
    const scribe = start({ heartbeatMs: 50 });
    const beats = async () =>
      (await ledger.entries()).filter((it) => it.body['type'] === 'log.heartbeat');
    const count = (await beats()).length;
    await until('two more beats', async () => (await beats()).length >= count + 2);
    await scribe.stop();

    const calm = start();
    await ledger.state('web', loggedIn());
    await calm.flush();
    const settled = (await beats()).length;
    await ledger.state('web', loggedIn());
    await calm.flush();
    assert.equal((await beats()).length, settled);
    await assertWhole(ledger);
  });

  it('adds nothing to a record whose tiles were changed', async () => {
    const errors: unknown[] = [];
    const entries = (await ledger.entries()).length;
    const flip = 'update ledger.tile set data = set_byte(data, 0, 255 - get_byte(data, 0))';
    await ledger.pools.admin.query(flip);
    await ledger.state('web', loggedIn());
    const scribe = start({ onError: (error) => errors.push(error) });
    await until('an error', () => errors.length > 0);

    assert.match(String(errors[0]), /tiles do not lead to the root/);
    assert.equal((await ledger.entries()).length, entries);
    await ledger.pools.admin.query(flip);
    await scribe.flush();
    await assertWhole(ledger);
  });

  it('indexes what a rogue process could stage, instead of stopping at it', async () => {
    const scribe = start();
    const long = 'x'.repeat(10_000);
    const leaf = JSON.stringify({
      type: 'access.denied',
      at: 'some day',
      actor: { id: long },
      target: { ref: long, system: long },
      data: { [long]: `${long} ${long}` },
    });
    await ledger.pools.web.query(`select ledger.state(array[$1], '{null}', '{null}')`, [leaf]);
    await scribe.flush();
    await assertWhole(ledger);
  });

  it('says so when it is stopped before all is recorded', async () => {
    const other = await ledger.pools.admin.connect();
    await other.query('select pg_advisory_lock(1734440037, 1)');
    const scribe = start();
    await ledger.state('web', loggedIn());

    const flushed = assert.rejects(scribe.flush(), { message: /stopped before/ });
    await scribe.stop();
    await flushed;
    await other.query('select pg_advisory_unlock(1734440037, 1)');
    other.release();
  });
});
