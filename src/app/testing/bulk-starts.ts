import { previewBulkStart } from '#engine/bulk-preview.ts';
import { callsUnderWay } from '#engine/calls-under-way.ts';
import { openClients } from '#engine/clients.ts';
import { openClock } from '#engine/clock.ts';
import { type Engine, usualTiming } from '#engine/engine.ts';
import { openGroups } from '#engine/groups.ts';
import { unmeasured } from '#engine/measures.ts';
import { openBulkStart } from '#intake/bulk.ts';
import type { Intake } from '#intake/intake.ts';
import { dueBulkStarts } from '#store/bulk-starts.ts';
import { readingTogether } from '#store/sql.ts';
import { rulePacks } from '../rule-packs.ts';
import { testConnectors } from './connectors.ts';

/** What a worker does about bulk starts, where no system holds accounts: preview, open, let run out. */
export function bulkWorker({ pool, keys, log, ...intake }: Intake): () => Promise<void> {
  const engine: Engine = {
    ...{ pool, keys, log, worker: 'test', timing: usualTiming, connectors: testConnectors },
    reads: readingTogether(pool),
    rulePacks,
    clock: openClock(),
    measures: unmeasured,
    groups: openGroups({ pool, worker: 'test', leaseMs: usualTiming.leaseMs }),
    calls: callsUnderWay(),
    clients: openClients({
      ...{ db: pool, connectors: testConnectors, secretsOf: async () => new Map(), forget() {} },
      ioFor() {
        throw new Error('the test reaches no system');
      },
    }),
    publicUrl: 'https://gatehouse.meadow.example',
    takeInSecrets: async () => {},
    failpoint() {},
  };
  return async () => {
    for (const id of await dueBulkStarts(pool, 0)) {
      await previewBulkStart(engine, id);
      await openBulkStart({ pool, keys, log, ...intake }, id);
    }
  };
}
