import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { until } from '#core/testing/until.ts';
import { startScimServer } from '../../practice/servers/scim.ts';
import { checkInvariants } from '../support/invariants.ts';
import { type House, leaver, newSecret, startHouse } from './house.ts';

const who = leaver('p1');
const others = [2, 3, 4, 5, 6, 7].map((i) => leaver(`p${i}`));

describe('a worker whose first looks into the queue failed', () => {
  let house: House;
  let wiki: Awaited<ReturnType<typeof startScimServer>>;

  before(async () => {
    house = await startHouse(
      `
      playbook: involuntary-departure
      title: Block
      for: departure
      steps:
        - { id: block, layer: security, do: account.suspend, on: every account }
    `,
      { standstillMs: 1_000 },
    );
    const token = newSecret();
    const users = [who, ...others].map(({ id, email }) => ({ id, userName: email }));
    wiki = await startScimServer({ token, users });
    const settings = { baseUrl: wiki.url, token, groups: 'none' };
    await house.connect(
      { id: 'wiki', connector: 'scim', settings },
      Number(new URL(wiki.url).port),
    );
  });
  after(async () => {
    await house?.stop();
    await wiki?.close();
  });

  it('looks again when the database has it back, and carries out what waited', async () => {
    const { gatehouse } = house;
    const rename = (from: string, to: string) =>
      gatehouse.rows(`alter table graphile_worker.${from} rename to ${to}`);
    const failedToLook = () =>
      gatehouse.logs.filter((it) => it.includes('Error occurred fetching jobs')).length;
    await gatehouse.stopWorker();

    // As when the database goes away in the moment in which runners are started.
    await rename('_private_tasks', 'tasks_out_of_reach');
    await gatehouse.restartWorker();
    const runners = 8; // one for the connection of the HR system, one for the wiki, and our own
    await until('each first look to fail', () => failedToLook() >= runners);
    await rename('tasks_out_of_reach', '_private_tasks');

    await house.confirm(who);
    await house.completed(who);
    await checkInvariants(gatehouse, { secrets: house.secrets, effects: wiki.effects });
  });

  it('goes on when its sessions are cut off again and again, in whatever moment', async () => {
    const { gatehouse } = house;
    wiki.latencyMs = 30;
    let cut = 0;
    let isOver = false;
    const cutting = (async () => {
      while (!isOver && cut < 40) {
        const found = await gatehouse.rows(
          `select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and usename = 'gatehouse_worker'`,
        );
        cut += found.length;
      }
    })();
    await Promise.all(others.map((it) => house.confirm(it)));
    await cutting;
    await Promise.all(others.map((it) => house.completed(it)));
    isOver = true;
    assert.ok(cut >= 40);
    await checkInvariants(gatehouse, { secrets: house.secrets, effects: wiki.effects });
  });
});
