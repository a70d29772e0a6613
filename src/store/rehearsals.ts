import { type Db, type Sql, sql } from './sql.ts';
import { wakeSteps } from './steps.ts';

/** Keeps that a step which is held in this version has only said what it would do. */
export async function noteRehearsal(
  db: Db,
  it: { stepId: string; version: number },
): Promise<void> {
  await db.query(sql`
    insert into rehearsals (step_id, version) values (${it.stepId}, ${it.version})
        on conflict (step_id) do update
       set version = excluded.version
  `);
}

/** Whether a connection only says what it would do, at this moment. */
export async function isRehearsing(db: Db, connectionId: string): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    select from connections where id = ${connectionId} and rehearses_until > clock_timestamp()
  `);
  return rowCount === 1;
}

/** Connections whose days of rehearsal are over, which nobody has ended. */
export const rehearsalsOver: Sql = sql`
    select id
      from connections
     where rehearses_until <= clock_timestamp()
       and state <> 'disabled'
`;

export async function endedRehearsals(db: Db): Promise<readonly string[]> {
  const { rows } = await db.query<{ id: string }>(rehearsalsOver);
  return rows.map(({ id }) => id);
}

/** From now on a connection acts. Returns its new version; null: it acts already, or there is none in use. */
export async function endRehearsal(db: Db, connectionId: string): Promise<number | null> {
  const { rows } = await db.query<{ version: number }>(sql`
    update connections
       set version = version + 1, rehearses_until = null
     where id = ${connectionId}
       and rehearses_until is not null
       and state <> 'disabled'
    returning version
  `);
  return rows[0]?.version ?? null;
}

/** Steps of a connection that only wait because it has rehearsed, with their departures locked. */
export async function lockRehearsed(db: Db, connectionId: string): Promise<readonly string[]> {
  const rehearsed = sql`
      from rehearsals r
      join steps s on s.id = r.step_id and s.version = r.version
     where s.connection_id = ${connectionId}
       and s.status = 'held'
       and s.dropped_at is null
  `;
  await db.query(
    sql`select ledger.lock_cases(coalesce(array_agg(distinct s.case_id), '{}')) ${rehearsed}`,
  );
  const { rows } = await db.query<{ id: string }>(
    sql`select s.id ${rehearsed} order by s.priority, s.id`,
  );
  return rows.map(({ id }) => id);
}

/** Has steps tried that only waited because their connection has rehearsed. */
export async function reopenRehearsed(db: Db, stepIds: readonly string[]): Promise<void> {
  await db.query(sql`
    with over as (delete from rehearsals where step_id = any (${stepIds}::text[]))
    update steps
       set status = 'ready', version = version + 1, held_at = null, because = null, failure = null, attempts = 0,
           wake_at = clock_timestamp()
     where id = any (${stepIds}::text[])
  `);
  await wakeSteps(db, stepIds);
}
