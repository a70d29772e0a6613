import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { runMigrations } from 'graphile-worker';
import pg from 'pg';
import ours from '../../package.json' with { type: 'json' };
import { stopProgram } from '../../practice/servers/program.ts';
import { bareEnvironment } from '../processes.ts';
import { startPeerDatabase } from './database.ts';
import { kill, type Peer } from './peer.ts';
import { systems, type Target } from './target.ts';

/**
 * The queue that Gatehouse works with, by itself: a job for each call, set up for throughput. There are no accounts to
 * find, nothing is read, read back or recorded: what is lost on the way to the calls cannot be less.
 */
export const queue = (target: Target): Peer => ({
  name: `bare graphile-worker ${ours.dependencies['graphile-worker']}`,
  async start() {
    await using made = new AsyncDisposableStack();
    const database = await startPeerDatabase('queue');
    made.defer(() => database.stop());
    const pool = new pg.Pool({ ...database.login, max: 8 });
    pool.on('error', () => {});
    pool.on('connect', (client) => client.on('error', () => {}));
    made.defer(() => pool.end());
    await runMigrations({ pgPool: pool });
    let worker = await startWorker(database.login);
    made.defer(() => stopProgram(worker));

    const all = made.move();
    return {
      async depart(person) {
        const urls = Array.from({ length: systems }, (_, i) => target.blockUrl(i + 1, person));
        await pool.query(
          `select graphile_worker.add_job('block', json_build_object('url', url))
             from unnest($1::text[]) as url`,
          [urls],
        );
      },
      processes: () => [worker.pid!, ...database.processes()],
      async killAndRestart() {
        await kill(worker);
        worker = await startWorker(database.login);
      },
      stop: () => all.disposeAsync(),
    };
  },
});

async function startWorker(login: pg.ClientConfig): Promise<ChildProcess> {
  const { host, port, user, password, database } = login;
  const worker = fork(path.join(import.meta.dirname, 'queue-process.ts'), {
    env: {
      ...bareEnvironment(),
      PGHOST: host,
      PGPORT: `${port}`,
      PGUSER: user,
      PGPASSWORD: `${password}`,
      PGDATABASE: database,
    },
  });
  await once(worker, 'message');
  return worker;
}
