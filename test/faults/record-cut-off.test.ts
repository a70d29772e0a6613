import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'node:test';
import type { Failpoint } from '#engine/engine.ts';
import { checkInvariants } from '../support/invariants.ts';
import { leaver, startHouse } from './house.ts';
import { type WorkerProcess, worker } from './worker-process.ts';

const playbook = `
  playbook: involuntary-departure
  title: Deliver it
  for: departure
  steps:
    - { id: deliver, layer: compliance, record: { on: every record system } }
`;

/** Where the worker dies. Delivering is the only call, so the first time is the one. */
const deaths: readonly { point: Failpoint; afterMs?: number }[] = [
  { point: 'after the intent, before the call' },
  { point: 'during the call' },
  // Somewhere among the files: which of them lie there by then is up to the disk.
  { point: 'during the call', afterMs: 1 },
  { point: 'after the call, before the read-back' },
  { point: 'before the settlement commits' },
];

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

describe('a worker that is cut off while it delivers a record to a folder', () => {
  it('has left each file once and whole in the end, and the step says which', async (t) => {
    const house = await startHouse(playbook);
    t.after(() => house.stop());
    await house.connect({
      id: 'archive',
      connector: 'folder',
      settings: { folder: 'departures' },
    });
    await house.gatehouse.stopWorker();
    const used: WorkerProcess[] = [];
    const next = () => {
      used.push(worker(house.gatehouse));
      return used.at(-1)!;
    };
    t.after(() => Promise.all(used.map((it) => it.stop())));
    const folder = path.join(house.gatehouse.recordsFolder, 'departures');

    let present = next();
    await present.start();
    for (const [i, { point, afterMs = 0 }] of deaths.entries()) {
      const where = `${point}, ${afterMs} ms later`;
      const who = leaver(`r${i}`);
      const heir = next();
      await present.dieAt(point, { afterMs });
      await house.confirm(who);
      assert.deepEqual(await present.ended, { signal: 'SIGKILL', reached: point });

      present = heir;
      await heir.start();
      const found = await house.completed(who);
      assert.deepEqual(
        found.steps.map(({ grade }) => grade),
        ['verified'],
        where,
      );
      // A half-written file keeps a name of its own, which begins with a dot and is no record's.
      const names = (await readdir(folder)).filter((name) => name.startsWith(found.case.id));
      assert.deepEqual(
        names.map((name) => name.replace(/^[^-]+-\d+/, '')).toSorted(),
        ['.jsonl', '.manifest.json', '.md'],
        where,
      );
      const files = new Map(
        await Promise.all(
          names.map(async (name) => [name, await readFile(path.join(folder, name))] as const),
        ),
      );
      const last = [...files].find(([name]) => name.endsWith('.manifest.json'))![1];
      for (const { name, size, sha256: digest } of JSON.parse(last.toString()).files) {
        assert.equal(files.get(name)?.length, size, where);
        assert.equal(sha256(files.get(name)!), digest, where);
      }
      assert.ok(found.steps[0]?.because?.includes(sha256(last)), where);
    }
    await present.stop();
    await checkInvariants(house.gatehouse, {
      secrets: house.secrets,
      seen: used.flatMap((it) => it.logs),
    });
  });
});
