import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { until } from '#core/testing/until.ts';
import { fsckCodes } from '../../src/operate/ledger-upkeep.ts';
import { type Leaver, leaver, startHouse } from '../faults/house.ts';
import { blockAndLeave, startWiki } from '../faults/wiki.ts';
import { processTiming, worker } from '../faults/worker-process.ts';
import { checkInvariants } from '../support/invariants.ts';
import { ledgerCommand } from '../support/on-server.ts';
import { startPair } from './pair.ts';

const rounds = 3;
const perRound = 20;

describe('a pair of databases whose first is killed in the middle of a layoff', () => {
  it(`goes on with the second, ${rounds} times: nothing that was taken is lost, nothing done twice`, async (t) => {
    const ends: (() => unknown)[] = [];
    t.after(async () => {
      for (const end of ends.toReversed()) await end();
    });
    const pair = await startPair();
    ends.push(() => pair.stop());
    const keysFolder = await mkdtemp(path.join(tmpdir(), 'gatehouse-pair-keys-'));
    const house = await startHouse(blockAndLeave, processTiming, {
      restored: { database: pair.database, keysFolder },
    });
    ends.push(() => house.stop());
    const { gatehouse } = house;
    const people = Array.from({ length: rounds * perRound }, (_, i) => leaver(`p${i}`));
    const scim = await startWiki(house, people);
    ends.push(() => scim.close());
    scim.latencyMs = 40;
    // Of two processes, and none in this one: web and scribe are here.
    await gatehouse.stopWorker();
    const workers = [worker(gatehouse), worker(gatehouse)];
    ends.push(() => Promise.all(workers.map((it) => it.stop())));
    await Promise.all(workers.map((it) => it.start()));

    /** As HR systems do: what was not taken is sent again. */
    const told = (who: Leaver) =>
      until(`${who.id} to be taken`, () =>
        house.confirm(who).then(
          () => true,
          () => false,
        ),
      );
    for (let round = 0; round < rounds; round += 1) {
      const leaving = people.slice(round * perRound, (round + 1) * perRound);
      const before = scim.effects.length;
      const early = leaving.slice(0, perRound / 2);
      await Promise.all(early.map(told));
      await until('some to be blocked', () => scim.effects.length > before + randomInt(1, 8));

      const late = leaving.slice(perRound / 2).map(told);
      await wait(randomInt(100));
      await pair.killPrimary();
      const soFar = scim.effects.length - before;
      await wait(randomInt(2_000)); // until somebody or something notices
      await pair.promoteStandby();
      await Promise.all(late);
      await until('the database to answer', () =>
        gatehouse.rows('select').then(
          () => true,
          () => false,
        ),
      );
      await Promise.all(leaving.map((who) => house.completed(who)));
      assert.ok(workers.every((it) => it.isAlive()));
      t.diagnostic(`death ${round + 1}: after ${soFar} of ${2 * perRound} changes outside`);
      if (round < rounds - 1) await pair.rebuild();
    }

    for (const { id } of people) {
      const own = scim.effects.filter((it) => it.id === id).map((it) => it.what);
      assert.deepEqual(own, ['suspended', 'left sales']);
    }
    await checkInvariants(gatehouse, {
      secrets: house.secrets,
      seen: workers.flatMap((it) => it.logs),
      effects: scim.effects,
    });
    const checked = await ledgerCommand(gatehouse, 'fsck');
    assert.equal(checked.code, fsckCodes.good, checked.out);
  });
});
