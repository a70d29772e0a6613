import type pg from 'pg';
import { withoutGuards } from './filled-record.ts';

/** Of so many departures that go on, one in ten needs a person. */
const goingOn = 400;
const stepsOfEach = 24;

/**
 * Adds departures of people whom `fillRecord` knows until there are `count`: most are complete, some leave in the weeks
 * to come, and some go on just now, with steps. Answers the ids of those that go on.
 */
export async function fillDepartures(admin: pg.Pool, count: number): Promise<readonly string[]> {
  await withoutGuards(admin, async (client) => {
    await client.query(
      `insert into cases (id, version, kind, state, person, departure, separation_id, source, heard_at, confirmed_at,
                          opened_by, zone, access_ends_at, last_working_day, access_removed_at, ended_at)
       select '01M7' || lpad(place::text, 22, '0'), 1, 'departure',
              case when place <= $2 / 2 then 'running' when place <= $2 then 'scheduled' else 'complete' end, id,
              jsonb_build_object('id', 'x', 'kind', 'resignation', 'hold', false, 'confidential', place % 50 = 0, 'urgent', false), 'x', 'hr',
              now(), now() - place * interval '30 minutes', 'hr', 'Europe/Berlin',
              case when place > $2 / 2 and place <= $2 then now() + place * interval '3 hours'
                   else now() - place * interval '20 minutes' end,
              current_date, case when place > $2 then now() end, case when place > $2 then now() end
         from (select id, row_number() over (order by id) as place
                 from people where id not in (select person from cases)) as free
        where place <= $1 - (select count(*) from cases)`,
      [count, goingOn],
    );
    await client.query(
      `insert into steps (id, case_id, key, position, playbook_step, title, layer, kind, capability, rule, status, grade,
                          because, settled_at, held_at, due_at, failure)
       select '01M6' || lpad(place::text, 18, '0') || lpad(n::text, 4, '0'), cases.id, 'step-' || n, n, 'step-' || n,
              'Block sign-in in system ' || n, case when n <= 16 then 'security' else 'operations' end, 'action',
              'account.suspend', 'access ends', it.status,
              case it.status when 'settled' then 'verified' end,
              case it.status when 'held' then 'The system refused' end,
              case it.status when 'settled' then now() end, case it.status when 'held' then now() end, access_ends_at,
              case it.status when 'held' then '{"kind": "forbidden", "detail": "missing permission"}'::jsonb end
         from (select *, row_number() over (order by id) as place from cases where state in ('running', 'scheduled')) as cases,
              generate_series(1, $1) as n,
              lateral (select case when state = 'scheduled' then 'waiting'
                                   when n = 3 and place % 10 = 0 then 'held'
                                   when n <= 12 then 'settled' else 'waiting' end as status) as it`,
      [stepsOfEach],
    );
  });
  const { rows } = await admin.query<{ id: string }>(
    "select id from cases where state in ('running', 'scheduled') order by id",
  );
  return rows.map((it) => it.id);
}
