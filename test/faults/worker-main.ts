import { writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { AnyConnector } from '#connector-kit/contract.ts';
import { folder } from '#connectors/folder/index.ts';
import { http } from '#connectors/http/index.ts';
import { mail } from '#connectors/mail/index.ts';
import { scim } from '#connectors/scim/index.ts';
import { signedEvents } from '#connectors/signed-events/index.ts';
import type { Failpoint, Timing } from '#engine/engine.ts';
import { openKeyring } from '#store/keys.ts';
import { openPool } from '#store/pools.ts';
import { startWorker } from '../../src/wiring.ts';

/** What a test tells a worker process, each answered with the message's `type`. */
export type Order =
  | { readonly type: 'start'; readonly timing: Partial<Timing> }
  /** Dies when `point` is reached the `nth` time from now, counting from 1, `afterMs` later. */
  | {
      readonly type: 'arm';
      readonly point: Failpoint;
      readonly nth: number;
      readonly afterMs: number;
    }
  | { readonly type: 'stop' };

/** Those of the tests that kill workers: a hundred processes load them, and all of them take twice as long. */
const connectors: ReadonlyMap<string, AnyConnector> = new Map(
  [folder, http, mail, scim, signedEvents].map((it) => [it.id, it as AnyConnector]),
);

// A worker as a process of its own, for tests that kill it. Works on the database, the key files
// and the records folder that its arguments name, on nothing until it is told to start, and ends
// with its parent.
const { values } = parseArgs({
  options: {
    database: { type: 'string' },
    keys: { type: 'string' },
    records: { type: 'string' },
  },
});
const { database: connectionString, keys = '', records: recordsFolder } = values;
if (connectionString === undefined) throw new Error('Say which database: --database');

// As few sessions as in the process of a test: each costs more than what it is asked.
const login = { connectionString, max: 4 };
const pool = openPool('worker', login, (message) => log('warn')({}, message));
const log = (level: string) => (fields: object, message: string) =>
  writeSync(1, `${JSON.stringify({ level, message, ...fields })}\n`);

let armed: Extract<Order, { type: 'arm' }> | null = null;
let reached = 0;
let worker: Awaited<ReturnType<typeof startWorker>> | undefined;

function failpoint(point: Failpoint): void {
  if (armed?.point !== point) return;
  reached += 1;
  if (reached < armed.nth) return;
  const die = () => {
    writeSync(1, `${JSON.stringify({ reached: point })}\n`);
    process.kill(process.pid, 'SIGKILL');
  };
  if (armed.afterMs === 0) die();
  else setTimeout(die, armed.afterMs);
  armed = null;
}

async function obey(order: Order): Promise<void> {
  switch (order.type) {
    case 'start': {
      const keyring = await openKeyring(keys, ['connection', 'subject']);
      worker = await startWorker(
        {
          pool,
          keyring,
          connectors,
          log: { info: log('info'), warn: log('warn'), error: log('error') },
          publicUrl: 'http://localhost:8080',
          ...(recordsFolder === undefined ? {} : { recordsFolder }),
        },
        { timing: order.timing, failpoint },
      );
      break;
    }
    case 'arm':
      armed = order;
      reached = 0;
      break;
    case 'stop':
      await worker?.stop();
      await pool.end();
  }
  process.send?.({ type: order.type });
  if (order.type === 'stop') process.disconnect();
}

process.on('message', (order: Order) => void obey(order));
process.on('disconnect', () => process.exit());
process.send?.({ type: 'ready' });
