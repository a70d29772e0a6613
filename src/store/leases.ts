import { type Db, sql } from './sql.ts';

/** A claim on one step. Only its fence counts, never the worker's own idea of time. */
export interface Claim {
  readonly fence: string;
  /** Calls started so far. */
  readonly attempt: number;
  readonly callStartedAt: Date | null;
  readonly callOutcome: 'accepted' | 'refused' | null;
}

/** Claims a step. Null: somebody else works on it. */
export async function claimStep(
  db: Db,
  it: { stepId: string; worker: string; leaseMs: number },
): Promise<Claim | null> {
  const { rows } = await db.query<Claim & { fence: string }>(sql`
    insert into step_lease as held (step_id, fence, worker, lease_until)
    values (${it.stepId}, nextval('step_fence'), ${it.worker},
            clock_timestamp() + make_interval(secs => ${it.leaseMs / 1_000}))
        on conflict (step_id) do update
       set fence = excluded.fence, worker = excluded.worker, lease_until = excluded.lease_until
     where held.lease_until < clock_timestamp()
    returning fence, attempt, call_started_at as "callStartedAt", call_outcome as "callOutcome"
  `);
  return rows[0] ?? null;
}

/**
 * The mark: says, before anything is sent, that a call starts now; moves the step to
 * running. The last statement before the commit. Null: fenced, the lease is about to run
 * out, the step moved, the case stands still, turned round or is planned anew, or the kill switch is on;
 * then nothing may be sent.
 */
export async function markCall(
  db: Db,
  it: {
    stepId: string;
    version: number;
    fence: string;
    leaseMs: number;
    before: unknown;
    summary: string;
    planDigest: string;
  },
): Promise<{ attempt: number; callStartedAt: Date } | null> {
  const { rows } = await db.query<{ attempt: number; callStartedAt: Date }>(sql`
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
    update step_lease
       set call_started_at = clock_timestamp(), call_outcome = null, attempt = attempt + 1
      from started
     where step_id = started.id
       and fence = ${it.fence}::bigint
       and lease_until > clock_timestamp() + make_interval(secs => ${it.leaseMs / 2_000})
       and not exists (select from switches where name = 'outbound' and stopped_at is not null)
    returning attempt, call_started_at as "callStartedAt"
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

export async function outboundStopped(db: Db): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    select from switches where name = 'outbound' and stopped_at is not null
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
