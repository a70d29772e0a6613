import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { until } from '#core/testing/until.ts';
import { keepEmbedded } from '#store/embedded-kept.ts';
import { checkInvariants } from '../support/invariants.ts';
import { elsewhere, mountSmallDisk } from '../support/small-disk.ts';
import { type Leaver, leaver, startHouse } from './house.ts';
import { blockAndLeave, startWiki } from './wiki.ts';
import { processTiming } from './worker-process.ts';

const rounds = process.env['GATEHOUSE_TEST_THOROUGH'] ? 3 : 1;
const people = Array.from({ length: rounds * 12 }, (_, i) => leaver(`p${i}`));

// T6 of the test matrix.
describe('a disk that is full, and is freed', () => {
  const code = elsewhere(import.meta.url);
  if (code !== null) {
    it('loses nothing (in a namespace that may mount one)', () => assert.equal(code, 0));
    return;
  }

  it('loses nothing that was taken, is told of before, and all goes on by itself', async (t) => {
    const ends: (() => Promise<void> | void)[] = [];
    t.after(async () => {
      for (const end of ends.toReversed()) await end();
    });
    const disk = mountSmallDisk(360);
    ends.push(() => disk.remove());
    // The whole house stands on it.
    process.env['GATEHOUSE_TEST_SERVER'] = disk.folder;
    const troubles: string[] = [];
    const kept = await keepEmbedded(
      { dataDirectory: disk.folder, keysDirectory: path.join(disk.folder, 'keys') },
      (it) => troubles.push(it),
    );
    ends.push(() => kept.stop());
    const house = await startHouse(
      blockAndLeave,
      { ...processTiming, selfWatchMs: 200 },
      { dataFolder: disk.folder },
    );
    ends.push(() => house.stop());
    const { gatehouse } = house;
    const scim = await startWiki(house, people);
    ends.push(() => scim.close());
    const open = async () =>
      (await gatehouse.rows<{ kind: string }>('select kind from alerts where resolved_at is null'))
        .map(({ kind }) => kind)
        .join();

    for (let round = 0; round < rounds; round += 1) {
      const leaving = people.slice(round * 12, (round + 1) * 12);
      disk.fill(0.05);
      await until('somebody to be told', async () => (await open()).includes('disk.low'));

      scim.latencyMs = 20;
      const taken: Leaver[] = [];
      const tell = async (who: Leaver) => {
        if ((await house.tell(who)).kind === 'taken') taken.push(who);
      };
      for (const who of leaving.slice(0, 6)) await tell(who);
      const before = scim.effects.length;
      await until('somebody to be blocked', () => scim.effects.length > before);
      disk.fill();
      for (const who of leaving.slice(6, 10)) await tell(who).catch(() => {});
      // Until PostgreSQL has no room for its log of changes either, and gives up.
      await until('the database to give up', async () => {
        await gatehouse.rows('select pg_switch_wal()').catch(() => {});
        return !isRunning(disk.folder);
      });
      for (const who of leaving.slice(10)) await assert.rejects(tell(who));
      await until('why to be said', () => troubles.some((it) => it.includes('The disk is full')), {
        seen: async () => troubles,
      });

      disk.free();
      troubles.length = 0;
      await until('the database to answer again', () =>
        gatehouse.rows('select').then(
          () => true,
          () => false,
        ),
      );
      await until('nobody to be told any more', async () => !(await open()).includes('disk.low'));
      // Who was refused is told of once more, as HR systems do.
      for (const who of leaving) if (!taken.includes(who)) await house.confirm(who);
      await Promise.all(leaving.map((who) => house.completed(who)));
    }

    for (const { id } of people) {
      const own = scim.effects.filter((it) => it.id === id).map((it) => it.what);
      assert.deepEqual(own, ['suspended', 'left sales']);
    }
    await checkInvariants(gatehouse, {
      secrets: house.secrets,
      seen: [],
      effects: scim.effects,
    });
  });
});

function isRunning(folder: string): boolean {
  try {
    const [id] = readFileSync(path.join(folder, 'postgres', 'postmaster.pid'), 'utf8').split('\n');
    return process.kill(Number(id), 0);
  } catch {
    return false;
  }
}
