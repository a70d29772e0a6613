import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { until } from '#core/testing/until.ts';
import { startTestServer } from '#store/testing/server.ts';
import { startScimServer } from '../../practice/servers/scim.ts';
import { checkInvariants } from '../support/invariants.ts';
import { leaver, newSecret, startHouse } from './house.ts';
import { blockAndLeave, startWiki } from './wiki.ts';
import { processTiming, worker } from './worker-process.ts';

// The server that is killed here must be nobody else's.
delete process.env['GATEHOUSE_TEST_SERVER'];

/** It is killed beside a scribe too (kill-scribe-and-database.test.ts); at night, more often. */
const rounds = process.env['GATEHOUSE_TEST_THOROUGH'] ? 3 : 2;
const perRound = 6;
const people = Array.from({ length: rounds * perRound }, (_, i) => leaver(`p${i}`));

describe('a database that is killed in the middle', () => {
  it('comes back to workers that live on, and nothing is lost or done twice', async (t) => {
    const house = await startHouse(blockAndLeave, processTiming);
    const { gatehouse } = house;
    const ends: (() => Promise<void>)[] = [() => house.stop()];
    t.after(async () => {
      for (const end of ends.toReversed()) await end();
    });
    const scim = await startWiki(house, people);
    ends.push(() => scim.close());
    scim.latencyMs = 40;
    // One worker in this process, which would die with it, and one in another.
    const other = worker(gatehouse);
    ends.push(() => other.stop());
    await other.start();

    /** The session locks by which workers tell that they live. */
    const lives = async () => {
      const [found] = await gatehouse.rows<{ count: number }>(
        `select count(*)::int from pg_locks where locktype = 'advisory' and classid = 77`,
      );
      return found?.count ?? 0;
    };
    let alive = 0;

    const directory = path.dirname(gatehouse.database.keysDirectory);
    for (let round = 0; round < rounds; round += 1) {
      const leaving = people.slice(round * perRound, (round + 1) * perRound);
      await Promise.all(leaving.map((who) => house.confirm(who)));
      const before = scim.effects.length;
      await until('somebody to be blocked', () => scim.effects.length > before + round);
      alive = Math.max(alive, await lives());

      const pidFile = path.join(directory, 'postgres', 'postmaster.pid');
      process.kill(Number(readFileSync(pidFile, 'utf8').split('\n')[0]), 'SIGKILL');
      await wait(300 * round); // how long it stays away is part of what is tried
      await restart(directory);

      await until('the database to answer', () =>
        gatehouse.rows('select').then(
          () => true,
          () => false,
        ),
      );
      await Promise.all(leaving.map((who) => house.completed(who)));
      assert.ok(other.isAlive());
    }

    await until('every worker to tell again that it lives', async () => (await lives()) >= alive, {
      seen: async () => ({ alive, lives: await lives() }),
    });
    // Workers still hear of what an administrator sets up.
    const late = leaver('late');
    const token = newSecret();
    const chat = await startScimServer({ token, users: [{ id: late.id, userName: late.email }] });
    ends.push(() => chat.close());
    await house.connect(
      { id: 'chat', connector: 'scim', settings: { baseUrl: chat.url, token, groups: 'none' } },
      Number(new URL(chat.url).port),
    );
    await house.confirm(late);
    await house.completed(late);

    for (const { id } of people) {
      const own = scim.effects.filter((it) => it.id === id).map((it) => it.what);
      assert.deepEqual(own, ['suspended', 'left sales']);
    }
    await checkInvariants(gatehouse, {
      secrets: house.secrets,
      seen: other.logs,
      effects: scim.effects,
    });
  });
});

/** As whoever runs the database would: it starts on the folder that the killed one has left. */
async function restart(directory: string): Promise<void> {
  process.env['GATEHOUSE_TEST_SERVER'] = directory;
  await until('the database to start', () =>
    startTestServer().then(
      () => true,
      () => false,
    ),
  );
}
