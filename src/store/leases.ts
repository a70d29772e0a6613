import { type Db, sql } from './sql.ts';

/** A claim on one step, taken together with the mark that a call starts now. */
export interface Mark {
  /** Only it counts, never the worker's own idea of time. */
  readonly fence: string;
  /** Calls started so far, this one included. */
  readonly attempt: number;
}

/**
 * Claims a step and marks, before anything is sent, that a call starts now; moves the step to
 * running. The last statement before the commit. Null: somebody else works on it or has called
 * since it was read, the step moved, the case stands still, turned round or is planned anew, or
 * the kill switch is on; then nothing may be sent.
 */
export async function markCall(
  db: Db,
  it: {
    stepId: string;
    version: number;
    worker: string;
    leaseMs: number;
    /** What was known of earlier calls when the step was read. */
    attempt: number;
    outcome: 'accepted' | 'refused' | null;
    before: unknown;
    summary: string;
    planDigest: string;
  },
): Promise<Mark | null> {
  const { rows } = await db.query<{ fence: string; attempt: number }>(sql`
    with started as (
      update steps
         set status = 'running', before = coalesce(before, ${JSON.stringify(it.before ?? null)}::jsonb),
             summary = ${it.summary}, plan_digest = ${it.planDigest},
             started_at = coalesce(started_at, clock_timestamp())
       where id = ${it.stepId}
         and version = ${it.version}
         and status in ('ready', 'running')
         and dropped_at is null
         and exists (
               select
                 from cases
                where cases.id = steps.case_id
                  and cases.state in ('scheduled', 'running', 'access-removed')
                  and (cases.direction = 'back') = (steps.undo_of is not null)
                  and (not cases.plan_stale or steps.started_at is not null)
             )
      returning id
    )
    insert into step_lease as held (step_id, fence, worker, lease_until, attempt, call_started_at)
    select id, nextval('step_fence'), ${it.worker},
           clock_timestamp() + make_interval(secs => ${it.leaseMs / 1_000}), 1, clock_timestamp()
      from started
     where not exists (select from switches where name = 'outbound' and stopped_at is not null)
        on conflict (step_id) do update
       set fence = excluded.fence, worker = excluded.worker, lease_until = excluded.lease_until,
           attempt = held.attempt + 1, call_started_at = excluded.call_started_at, call_outcome = null
     where held.lease_until < clock_timestamp()
       and held.attempt = ${it.attempt}
       and held.call_outcome is not distinct from ${it.outcome}
    returning fence, attempt
  `);
  return rows[0] ?? null;
}

/** Prolongs a claim. False: it is no longer ours. */
export async function prolongClaim(
  db: Db,
  it: { stepId: string; fence: string; leaseMs: number },
): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    update step_lease
       set lease_until = clock_timestamp() + make_interval(secs => ${it.leaseMs / 1_000})
     where step_id = ${it.stepId}
       and fence = ${it.fence}::bigint
       and lease_until > clock_timestamp()
  `);
  return rowCount === 1;
}

/**
 * Ends a claim and keeps what is known of the call. False: it was no longer ours, so the
 * caller rolls back.
 */
export async function endClaim(
  db: Db,
  it: { stepId: string; fence: string; outcome: 'accepted' | 'refused' | 'unknown' | 'no call' },
): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    update step_lease
       set lease_until = clock_timestamp(),
           call_outcome = case ${it.outcome}
                            when 'accepted' then 'accepted'
                            when 'refused' then 'refused'
                            when 'unknown' then null
                            else call_outcome
                          end
     where step_id = ${it.stepId}
       and fence = ${it.fence}::bigint
       and lease_until > clock_timestamp()
  `);
  return rowCount === 1;
}

/** Open steps of a case whose last call may or may not have had its effect: nobody knows. */
export async function stepsOfUnknownOutcome(db: Db, caseId: string): Promise<ReadonlySet<string>> {
  const { rows } = await db.query<{ id: string }>(sql`
    select steps.id
      from steps
      join step_lease on step_lease.step_id = steps.id
     where steps.case_id = ${caseId}
       and steps.status <> 'settled'
       and call_started_at is not null
       and call_outcome is null
       and lease_until < clock_timestamp()
  `);
  return new Set(rows.map((row) => row.id));
}
