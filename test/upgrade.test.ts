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
import { processTiming, worker } from './faults/worker-process.ts';
import { startGatehouse } from './support/gatehouse.ts';
import { checkInvariants } from './support/invariants.ts';
import { configurationOf, onServer } from './support/on-server.ts';

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

  it('loses nothing of a layoff while workers and the scribe are restarted one by one', async (t) => {
    const house = await startHouse(blockAndLeave, processTiming);
    const ends: (() => Promise<void>)[] = [() => house.stop()];
    t.after(async () => {
      for (const end of ends.toReversed()) await end();
    });
    const { gatehouse } = house;
    const count = process.env['GATEHOUSE_TEST_THOROUGH'] ? 5 : 2;
    const people = Array.from({ length: count * 8 }, (_, i) => leaver(`p${i}`));
    const scim = await startWiki(house, people);
    ends.push(() => scim.close());
    scim.latencyMs = 50;
    const logs: string[] = [];
    const next = async () => {
      const it = worker(gatehouse);
      ends.push(() => it.stop());
      await it.start();
      return it;
    };
    let old = await next();
    await gatehouse.stopWorker();

    for (let round = 0; round < count; round += 1) {
      const before = scim.effects.length;
      for (const who of people.slice(round * 8, (round + 1) * 8)) await house.confirm(who);
      await until('somebody to be blocked', () => scim.effects.length > before + 1);
      const fresh = await next();
      await old.stop();
      logs.push(...old.logs);
      old = fresh;
      await gatehouse.scribe.stop();
      gatehouse.restartScribe();
    }
    await Promise.all(people.map((who) => house.completed(who)));

    for (const { id } of people) {
      const own = scim.effects.filter((it) => it.id === id).map((it) => it.what);
      assert.deepEqual(own, ['suspended', 'left sales']);
    }
    await checkInvariants(gatehouse, {
      secrets: house.secrets,
      seen: [...logs, ...old.logs],
      effects: scim.effects,
    });
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
