import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { until } from '#core/testing/until.ts';
import { noteBackup } from '#store/backups.ts';
import { startDatabase } from '#store/testing/database.ts';
import { openClock } from './clock.ts';
import { type Engine, usualTiming } from './engine.ts';
import { watchItself } from './self-watch.ts';

const { pools } = await startDatabase();
const db = pools.admin;

const open = async () => {
  const { rows } = await db.query<{ condition: string; kind: string; body: string }>(
    `select condition, kind, body from alerts where resolved_at is null order by condition`,
  );
  return rows;
};
const kinds = async () => (await open()).map(({ kind }) => kind);

/** As much of an engine as looks after itself. */
function watching() {
  const clock = openClock();
  const logged: string[] = [];
  const log = { info() {}, warn: (_: object, it: string) => logged.push(it), error() {} };
  const connectors = new Map([['hris', { id: 'hris', people: { changes: () => [] } }]]);
  const timing = { ...usualTiming, selfWatchMs: 20 };
  const engine = { pool: pools.worker, clock, log, timing, connectors } as unknown as Engine;
  const disk = { folder: '/data', free: 0.5, freeShare: async () => disk.free };
  const watch = watchItself(engine, { disk, callOutside: async () => ({ status: 200 }) });
  return { clock, logged, disk, watch };
}

describe('a worker that looks after itself', () => {
  it('tells of a source that nobody reads, until somebody does', async (t) => {
    // Without the facts that say so, which is not what this is about.
    const session = await db.connect();
    await session.query(`set session_replication_role = replica`);
    await session.query(`
      insert into connections (id, version, connector, name, category, settings, secret_fields, inbound_fields, allowed_hosts, state)
      values ('hr', 1, 'hris', 'HR', 'hr', '{}', '{}', '{}', '{}', 'active')
    `);
    await session.query(
      `insert into sources (connection_id, polled_at) values ('hr', clock_timestamp() - interval '1 hour')`,
    );
    session.release(true);
    const { watch, logged } = watching();
    t.after(() => watch.stop());

    await until('it to be told', async () => (await kinds()).includes('intake.overdue'));
    assert.ok(logged.some((it) => it.includes('An HR system is no longer read')));
    await db.query(`update sources set polled_at = clock_timestamp()`);
    await until('it to be over', async () => !(await kinds()).includes('intake.overdue'));
  });

  it('tells of a backup that is late, where there has ever been one', async (t) => {
    await db.query(
      `insert into backups (taken_at) values (clock_timestamp() - interval '27 hours')`,
    );
    const { watch } = watching();
    t.after(() => watch.stop());

    await until('it to be told', async () => (await kinds()).includes('backup.late'));
    await noteBackup(db);
    await until('it to be over', async () => !(await kinds()).includes('backup.late'));
  });

  it('tells of clocks that do not agree, and the next to start ends what a machine that is gone has told', async (t) => {
    await db.query(`
      insert into alerts (id, condition, kind, title, body)
      values ('a', 'self:disk:gone', 'disk.low', 'A disk is nearly full', ''),
             ('b', 'self:record', 'record.waiting', 'The record is not written on', '')
    `);
    const { clock, watch } = watching();
    t.after(() => watch.stop());
    const { noteDatabase } = clock;
    clock.noteDatabase = (it) => noteDatabase({ ...it, said: it.said + 3_600_000 });

    await until('it to be told', async () => (await kinds()).includes('clock.skew'));
    assert.match((await open())[0]!.body, /60 minutes ahead of the clock of this machine/);
    assert.deepEqual(await kinds(), ['clock.skew']);
    clock.noteDatabase = noteDatabase;
    await until('it to be over', async () => (await kinds()).length === 0);
  });

  it('tells of a sweep that does not come to its end', async (t) => {
    await db.query(`
      insert into pulses (name, at) values ('engine', clock_timestamp() - interval '2 minutes')
    `);
    const { watch } = watching();
    t.after(() => watch.stop());
    await until('it to be told', async () => (await kinds()).includes('sweep.late'));
    await db.query(`update pulses set at = clock_timestamp() where name = 'engine'`);
    await until('it to be over', async () => (await kinds()).length === 0);
  });

  it('tells of a disk that is nearly full', async (t) => {
    const { disk, watch } = watching();
    t.after(() => watch.stop());
    disk.free = 0.099;
    await until('it to be told', async () => (await kinds()).includes('disk.low'));
    assert.match((await open())[0]!.body, /The disk of \/data on .* has 9 % left/);
    disk.free = 0.1;
    await until('it to be over', async () => (await kinds()).length === 0);
  });
});
