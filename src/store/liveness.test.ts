import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { until } from '#core/testing/until.ts';
import { holdLife } from './liveness.ts';
import { openQueuePool } from './pools.ts';
import { startDatabase } from './testing/database.ts';

const { pools } = await startDatabase();

/** Which of these ids somebody in this database vouches for. */
async function living(ids: readonly string[]): Promise<string[]> {
  const { rows } = await pools.worker.query<{ id: string }>(
    `select id
       from unnest($1::text[]) id
      where exists (select
                      from pg_locks
                     where locktype = 'advisory'
                       and database = (select oid from pg_database where datname = current_database())
                       and classid = 77
                       and objid = (hashtext(id)::bigint & 4294967295)::oid)`,
    [ids],
  );
  return rows.map(({ id }) => id).toSorted();
}

describe('the session that tells that this process lives', () => {
  it('is opened anew with what was added and without what was removed while there was none', async (t) => {
    const pool = openQueuePool(pools.worker, () => {});
    const life = await holdLife(pool);
    t.after(async () => {
      await life.end();
      await pool.end();
    });
    const ids = ['stays', 'goes early', 'goes late', 'comes early', 'comes late'];
    for (const id of ['stays', 'goes early', 'goes late']) await life.add(id);
    let heard = 0;
    await life.listen('gatehouse_jobs', (said) => {
      heard += said === null ? 1 : 0;
    });
    assert.deepEqual(await living(ids), ['goes early', 'goes late', 'stays']);

    pool.once('acquire', (client) => {
      // The worst moment: the new session has its locks and is about to listen.
      const query = client.query.bind(client);
      client.query = ((...args: Parameters<typeof query>) => {
        if (args[0] === ('listen gatehouse_jobs' as unknown)) {
          void life.add('comes late');
          void life.remove('goes late');
        }
        return query(...args);
      }) as typeof client.query;
    });
    await pools.worker.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where query = 'listen gatehouse_jobs'
          and datname = current_database()`,
    );
    void life.add('comes early');
    void life.remove('goes early');

    await until('the new session to vouch for the right ones', async () => {
      const now = await living(ids);
      return now.join() === 'comes early,comes late,stays';
    });
    await until('those who listen to hear that they may have missed something', () => heard === 1);
  });
});
