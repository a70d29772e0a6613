import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { wakeCasesCountingOn } from './successors.ts';
import { startDatabase } from './testing/database.ts';

describe('departures that count on somebody who leaves as well', () => {
  it('are planned again: those of their reports, and those they take over, but none that has ended', async () => {
    const { pools } = await startDatabase();
    const client = await pools.admin.connect();
    await client.query(`
      set session_replication_role = 'replica';
      insert into people (ref, source, person_id, employment_id, facts, heard_at)
      select 'p-' || n, 'hr', 'E-' || n, '', jsonb_build_object('managerId', case when n <= 2 then 'boss' else 'other' end), now()
        from generate_series(1, 5) n;
      insert into cases (id, version, kind, state, person, departure, separation_id, source, heard_at, confirmed_at, opened_by, zone)
      select 'case-' || person_id, 1, 'departure', case person_id when 'E-2' then 'complete' else 'running' end, id, '{}', '', 'hr',
             now(), now(), 'hr', 'UTC'
        from people;
      insert into successors (case_id, person_id, named_by)
      values ('case-E-3', 'boss', 'hr'), ('case-E-4', 'somebody else', 'hr');
      reset session_replication_role;
    `);
    client.release();

    await wakeCasesCountingOn(pools.worker, 'boss');

    const { rows } = await pools.admin.query(
      'select key from graphile_worker._private_jobs order by key',
    );
    assert.deepEqual(
      rows.map(({ key }) => key),
      ['plan:case-E-1', 'plan:case-E-3'],
    );
  });
});
