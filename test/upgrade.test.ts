import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import pg from 'pg';
import { showCase } from '#app/cases.ts';
import { attestStep } from '#app/steps.ts';
import { until } from '#core/testing/until.ts';
import { startDatabase } from '#store/testing/database.ts';
import { startScimServer } from '../practice/servers/scim.ts';
import { fsckCodes } from '../src/operate/ledger-upkeep.ts';
import { restoreCodes } from '../src/operate/restore.ts';
import { leaver, newSecret, startHouse } from './faults/house.ts';
import { blockAndLeave, startWiki } from './faults/wiki.ts';
import { processTiming, type WorkerProcess, worker } from './faults/worker-process.ts';
import { startGatehouse } from './support/gatehouse.ts';
import { checkInvariants } from './support/invariants.ts';
import { configurationOf, onServer } from './support/on-server.ts';
import { unpackOlderWorker } from './upgrade/older-worker.ts';

// T18 of the test matrix.
describe('an upgrade in the middle of departures', () => {
  /**
   * `upgrade/at-0079.tar.gz` was written by the version whose newest migration is 0079, stopped in the middle, with
   * its keys, which open nothing else: Ann's access was removed and a task is open, Ben's block was sent and its answer never seen,
   * Cyd was heard of and nothing done.
   */
  it('finishes what the version before has begun, on its database and with what it had signed', async (t) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-upgrade-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const archive = path.join(import.meta.dirname, 'upgrade', 'at-0079.tar.gz');
    execFileSync('tar', ['-xzf', archive, '-C', folder, '--no-same-owner']);
    const keysFolder = path.join(folder, 'keys');
    const database = await startDatabase();
    await emptied(database.url('admin'));
    const there = configurationOf({
      GATEHOUSE_DATA: folder,
      DATABASE_URL: database.url('admin'),
      DATABASE_URL_WEB: database.url('web'),
      DATABASE_URL_WORK: database.url('worker'),
      DATABASE_URL_SCRIBE: database.url('scribe'),
    });

    const { out, code } = await onServer(
      there,
      'restore',
      path.join(folder, 'gatehouse-20261130T000000Z'),
    );
    assert.equal(code, restoreCodes.good, out);

    const gatehouse = await startGatehouse({}, { restored: { database, keysFolder } });
    t.after(() => gatehouse.stop());
    const { app, admin } = gatehouse;
    const token = newSecret();
    const scim = await startScimServer({
      token,
      users: ['ann', 'ben', 'cyd'].map((id) => ({
        id,
        userName: `${id}@meadow.example`,
        active: id === 'cyd',
      })),
      groups: [{ id: 'sales', displayName: 'Sales', members: ['ben', 'cyd'] }],
    });
    t.after(() => scim.close());
    const settings = { baseUrl: scim.url, token };
    // A step that is tried meanwhile still finds its old address allowed.
    const [before] = await gatehouse.rows<{ url: string }>(
      `select settings ->> 'baseUrl' as url from connections where id = 'wiki'`,
    );
    const ports = [scim.url, before!.url].map((it) => Number(new URL(it).port));
    await gatehouse.connect({ id: 'wiki', connector: 'scim', settings }, ports);

    for (const id of ['ann', 'ben', 'cyd']) {
      const [row] = await gatehouse.rows<{ id: string }>(
        `select cases.id from cases join people on people.id = cases.person where person_id = $1`,
        id,
      );
      const found = () => showCase(app, admin, row!.id);
      const cut = await until(
        `${id} to be cut`,
        async () => {
          const it = await found();
          return it.case.state === 'access-removed' && it;
        },
        { seen: async () => (await found()).steps.map((it) => [it.key, it.status, it.because]) },
      );
      const keys = cut.steps.find(({ key }) => key.startsWith('keys'))!;
      await attestStep(app, admin, keys.id, { reason: 'Collected.', proof: 'key 7' });
      await until(`${id} to have left`, async () => (await found()).case.state === 'complete');
    }
    assert.deepEqual(
      scim.effects.map(({ id, what }) => `${id} ${what}`).toSorted(),
      ['ben left sales', 'cyd left sales', 'cyd suspended'],
      'nothing that the version before had done is done again',
    );
    await gatehouse.scribe.flush();
    const checked = await onServer(gatehouse, 'ledger', 'fsck');
    assert.equal(checked.code, fsckCodes.good, checked.out);
  });

  it('loses nothing of a layoff while workers of two versions work at once, forth, back and forth again, and the scribe is restarted', async (t) => {
    const house = await startHouse(blockAndLeave, processTiming);
    const ends: (() => unknown)[] = [() => house.stop()];
    t.after(async () => {
      for (const end of ends.toReversed()) await end();
    });
    const { gatehouse } = house;
    const turns = process.env['GATEHOUSE_TEST_THOROUGH'] ? 3 : 1;
    const people = Array.from({ length: turns * 60 }, (_, i) => leaver(`p${i}`));
    const scim = await startWiki(house, people);
    ends.push(() => scim.close());
    scim.latencyMs = 50;
    const logs: string[] = [];
    const older = unpackOlderWorker();
    ends.push(older.remove);
    const versions = { before: { program: older.program }, present: {} };
    const start = async (version: keyof typeof versions) => {
      const it = worker(gatehouse, versions[version]);
      ends.push(() => it.stop());
      await it.start();
      return it;
    };
    const end = async (it: WorkerProcess) => {
      await it.stop();
      logs.push(...it.logs);
    };

    let left = 0;
    const leaves = () => house.confirm(people[left++]!);
    /** Lets people leave until so many workers have worked at the same time. */
    const share = async (count: number) => {
      const [at] = await gatehouse.rows<{ fence: string }>(
        'select nextval($1) as fence',
        'step_fence',
      );
      for (let i = 0; i < 2; i++) await leaves();
      await until('each of them to have worked', async () => {
        const [found] = await gatehouse.rows<{ workers: number }>(
          'select count(distinct worker)::int as workers from step_lease where fence > $1',
          at!.fence,
        );
        if (found!.workers >= count) return true;
        if (left < people.length && (await allDone())) await leaves();
        return false;
      });
    };
    const allDone = async () => {
      const open = await gatehouse.rows(`select from cases where state <> 'complete' limit 1`);
      return open.length === 0;
    };

    let old = await start('before');
    await gatehouse.stopWorker();
    await share(1);
    // Forth, back, forth.
    const order = ['present', 'before', 'present'] as const;
    for (const version of Array.from({ length: turns }, () => order).flat()) {
      const next = await start(version);
      await share(2);
      await end(old);
      await share(1);
      old = next;
      await gatehouse.scribe.stop();
      gatehouse.restartScribe();
    }
    const gone = people.slice(0, left);
    await Promise.all(gone.map((who) => house.completed(who)));
    await end(old);

    for (const { id } of gone) {
      const own = scim.effects.filter((it) => it.id === id).map((it) => it.what);
      assert.deepEqual(own, ['suspended', 'left sales']);
    }
    assert.deepEqual(
      logs.filter((line) => line.includes('"level":"error"')),
      [],
    );
    await checkInvariants(gatehouse, { secrets: house.secrets, seen: logs, effects: scim.effects });
  });
});

/** The database of this name as it is before anything was in it. */
async function emptied(url: string): Promise<void> {
  const address = new URL(url);
  const name = pg.escapeIdentifier(address.pathname.slice(1));
  address.pathname = '/postgres';
  const client = new pg.Client({ connectionString: address.href });
  await client.connect();
  await client.query(`drop database ${name} with (force)`);
  await client.query(`create database ${name}`);
  await client.end();
}
