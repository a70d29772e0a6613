import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { until } from '#core/testing/until.ts';
import { startScimServer } from '../../practice/servers/scim.ts';
import { library } from '../support/moved-clock.ts';
import { type House, leaver, newSecret, startHouse } from './house.ts';
import { processTiming, worker } from './worker-process.ts';

const who = leaver('p1');

describe('a worker whose clock is an hour ahead of the database’s', () => {
  let house: House;
  let wiki: Awaited<ReturnType<typeof startScimServer>>;
  before(async () => {
    house = await startHouse(
      `
        playbook: involuntary-departure
        title: Block at once, leave on a day
        for: departure
        steps:
          - { id: block, layer: security, do: account.suspend, on: every account }
          - { id: leave, layer: security, do: groups.leave, on: every account, at: last working day - 4 weeks }
      `,
      processTiming,
    );
    const token = newSecret();
    wiki = await startScimServer({
      token,
      users: [{ id: who.id, userName: who.email }],
      groups: [{ id: 'sales', displayName: 'Sales', members: [who.id] }],
    });
    await house.connect(
      { id: 'wiki', connector: 'scim', settings: { baseUrl: wiki.url, token } },
      Number(new URL(wiki.url).port),
    );
    await house.gatehouse.stopWorker();
  });
  after(async () => {
    await house?.stop();
    await wiki?.close();
  });

  it('tells of it, does what is to be done at once, and leaves what has its day to the next', async (t) => {
    const { gatehouse } = house;
    const wrong = worker(gatehouse, {
      timing: { ...processTiming, selfWatchMs: 100 },
      environment: { LD_PRELOAD: library, FAKETIME: '+3600', FAKETIME_DONT_FAKE_MONOTONIC: '1' },
    });
    t.after(() => wrong.stop());
    await wrong.start();
    const alerts = () =>
      gatehouse.rows<{ body: string }>(
        `select body from alerts where kind = 'clock.skew' and resolved_at is null`,
      );
    await until('it to be told', async () => (await alerts()).length > 0);
    assert.match((await alerts())[0]!.body, /60 minutes behind the clock of this machine/);

    await house.confirm(who);
    const leaving = async () => {
      const found = await house.find(who);
      return found?.steps.find((it) => it.playbookStep === 'leave');
    };
    await until('it to wait for the clocks', async () =>
      /^It waits for the clocks: /.test((await leaving())?.because ?? ''),
    );
    await until('the account to be blocked', () => wiki.effects.length > 0);
    assert.deepEqual(
      wiki.effects.map(({ what }) => what),
      ['suspended'],
    );
    assert.equal((await leaving())?.status, 'ready');
    await wrong.stop();

    await gatehouse.restartWorker({ selfWatchMs: 100 });
    await house.completed(who);
    assert.deepEqual(
      wiki.effects.map(({ what }) => what),
      ['suspended', 'left sales'],
    );
    await until('it to be over', async () => (await alerts()).length === 0);
  });
});
