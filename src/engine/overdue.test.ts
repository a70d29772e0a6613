import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startDatabase } from '#store/testing/database.ts';
import type { Engine } from './engine.ts';
import { accessOverdue, othersOverdue, tellOfOverdue } from './overdue.ts';

const { pools } = await startDatabase();
const engine = { pool: pools.worker } as unknown as Engine;

/** One departure that goes on, with these steps and no others; that nothing accounts for them does not matter here. */
async function plant(...steps: readonly { layer: string; minutesAgo: number }[]): Promise<void> {
  const client = await pools.admin.connect();
  try {
    await client.query(`set session_replication_role = replica`);
    await client.query(`
      insert into cases (id, version, kind, state, person, departure, separation_id, source, heard_at, confirmed_at,
                         opened_by, zone)
      values ('a', 1, 'departure', 'running', gen_random_uuid(), '{}', 'S-1', 'hr', now(), now(), 'system', 'UTC')
          on conflict do nothing`);
    await client.query('delete from steps');
    for (const { layer, minutesAgo } of steps) {
      await client.query(
        `insert into steps (id, case_id, key, position, playbook_step, title, layer, kind, rule, priority, status, wake_at)
         select $1::text, 'a', $1, 0, 'step', 'A step', $1, 'action', 'confirmed', 100, 'ready',
                now() - make_interval(mins => $2)`,
        [layer, minutesAgo],
      );
    }
  } finally {
    await client.query(`reset session_replication_role`);
    client.release();
  }
}

async function told(): Promise<readonly string[]> {
  for (const it of [accessOverdue, othersOverdue]) await tellOfOverdue(engine, it);
  const { rows } = await pools.worker.query<{ body: string }>(
    'select body from alerts where resolved_at is null order by condition',
  );
  return rows.map(({ body }) => body.split('. ')[0]!);
}

describe('whoever looks after it is told of steps that nobody has begun', () => {
  it('after a minute where they end access, after a quarter of an hour of all others, and until they have begun', async () => {
    await plant({ layer: 'operations', minutesAgo: 10 }, { layer: 'security', minutesAgo: 2 });
    assert.deepEqual(await told(), ['1 step should have begun more than a minute ago']);

    await plant({ layer: 'operations', minutesAgo: 20 });
    assert.deepEqual(await told(), ['1 step should have begun more than a quarter of an hour ago']);

    await plant();
    assert.deepEqual(await told(), []);
  });
});
