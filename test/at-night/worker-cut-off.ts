import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import path from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { until } from '#core/testing/until.ts';
import { startScimServer } from '../../practice/servers/scim.ts';
import { type Leaver, leaver, newSecret, startHouse } from '../faults/house.ts';
import { blockAndLeave } from '../faults/wiki.ts';
import { processTiming, worker } from '../faults/worker-process.ts';
import { checkInvariants } from '../support/invariants.ts';
import { divideNetwork, standFor } from './divided-network.ts';

/** Longer than the lease each time; the last is longer than anybody waits for an answer of the database. */
const cutMs = [5_000, 20_000, 90_000];
const perRound = 12;
/** What a session that is cut off holds is let go of after a minute. */
const withinMs = 240_000;

describe('a worker whose packets to the database are dropped in the middle of its work', () => {
  it(`is overtaken by another, and goes on once they get through, ${cutMs.length} times: nothing is lost, nothing done twice`, async (t) => {
    const ends: (() => unknown)[] = [];
    t.after(async () => {
      for (const end of ends.toReversed()) await end();
    });
    const network = divideNetwork();
    ends.push(() => network.remove());
    const house = await startHouse(blockAndLeave, processTiming);
    ends.push(() => house.stop());
    const { gatehouse } = house;
    const people = Array.from({ length: cutMs.length * perRound }, (_, i) => leaver(`p${i}`));
    const users = people.map(({ id, email }) => ({ id, userName: email }));
    const groups = [{ id: 'sales', displayName: 'Sales', members: users.map((user) => user.id) }];
    const token = newSecret();
    const scim = await startScimServer({ token, users, groups });
    ends.push(() => scim.close());
    const host = network.straight;
    const { port, close } = await standFor(host, { port: Number(new URL(scim.url).port) });
    ends.push(close);
    const settings = { baseUrl: scim.url.replace(/127\.0\.0\.1:\d+/, `${host}:${port}`), token };
    await gatehouse.connect({ id: 'wiki', connector: 'scim', settings }, [{ host, port }]);
    await gatehouse.stopWorker();

    const here = new URL(gatehouse.database.url('worker'));
    const socket = path.join(here.searchParams.get('host')!, `.s.PGSQL.${here.port}`);
    const database = await standFor(network.throughRouter, { path: socket });
    ends.push(() => database.close());
    here.searchParams.set('host', network.throughRouter);
    here.port = `${database.port}`;
    const far = worker(gatehouse, { runner: network.runner, url: here.href });
    ends.push(() => far.stop());
    await far.start();

    const done = async (who: readonly Leaver[]) =>
      (
        await gatehouse.rows(
          `select from cases join people on people.id = cases.person
            where cases.state = 'complete' and person_id = any ($1)`,
          who.map(({ id }) => id),
        )
      ).length === who.length;
    const allDone = (who: readonly Leaver[]) =>
      until(`${who.length} people to have left`, () => done(who), {
        withinMs,
        seen: () => Promise.all(who.map((one) => house.find(one))),
      });

    for (const [round, ms] of cutMs.entries()) {
      const leaving = people.slice(round * perRound, (round + 1) * perRound);
      const late = leaving.splice(-3);
      scim.latencyMs = 300;
      const calls = () => scim.requests.filter(({ method }) => method === 'PATCH').length;
      const before = calls();
      for (const who of leaving) await house.confirm(who);
      await until('calls to be under way', () => calls() > before + randomInt(1, 8));
      await wait(randomInt(300));
      network.cut();
      const cutAt = performance.now();
      scim.latencyMs = 20;

      const near = worker(gatehouse);
      ends.push(() => near.stop());
      await near.start();
      await allDone(leaving);
      await wait(Math.max(0, ms - (performance.now() - cutAt)));
      await near.stop();
      t.diagnostic(`cut ${round + 1}: for ${Math.round(performance.now() - cutAt)} ms`);
      network.heal();

      assert.ok(far.isAlive());
      for (const who of late) await house.confirm(who);
      await allDone(late);
    }

    for (const { id } of people) {
      const own = scim.effects.filter((it) => it.id === id).map((it) => it.what);
      assert.deepEqual(own, ['suspended', 'left sales']);
    }
    await checkInvariants(gatehouse, {
      secrets: house.secrets,
      seen: far.logs,
      effects: scim.effects,
    });
  });
});
