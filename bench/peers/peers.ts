import type { Row } from '../row.ts';
import { nothingLost, ratiosOf, rowsOf } from './compare.ts';
import { gatehouse } from './gatehouse.ts';
import { type Extent, type Figures, measure } from './measure.ts';
import { n8n } from './n8n.ts';
import type { Peer } from './peer.ts';
import { queue } from './queue.ts';
import type { Target } from './target.ts';

/** Departures at once; fewer with GATEHOUSE_BENCH_DEPARTURES. */
const many = Number(process.env['GATEHOUSE_BENCH_DEPARTURES'] ?? 200);
const extent: Extent = { idle: 15, burst: many, killed: many };

/** The same departures by Gatehouse, by the queue below it, and by n8n, one after the other. */
export async function* peers(): AsyncIterable<Row> {
  const ours = await measure(gatehouse, extent);
  yield* rowsOf(ours);
  if (ours.killed) yield nothingLost(ours.peer, ours.killed);
  const bare = await measure(queue, extent);
  yield* rowsOf(bare);
  yield* ratiosOf(ours, bare, true);
  for (const shape of ['twelve nodes', 'twelve items'] as const) {
    // What becomes of it does not hang on the shape, and takes a minute.
    const killed = shape === 'twelve nodes' ? many : 0;
    const theirs = await tried((target) => n8n(target, shape), { ...extent, killed });
    if (theirs === null) {
      yield { name: 'n8n could be measured', value: 0, unit: '', target: '1', reached: false };
      return;
    }
    yield* rowsOf(theirs);
    yield* ratiosOf(ours, theirs, false);
  }
}

/** Null: it said why it could not be installed, started or measured. */
async function tried(peerFor: (target: Target) => Peer, extent: Extent): Promise<Figures | null> {
  try {
    return await measure(peerFor, extent);
  } catch (error) {
    console.error(`n8n was not measured: ${error instanceof Error ? error.message : error}`);
    return null;
  }
}
