import { type Db, json, type Sql, sql, unlessStale } from './sql.ts';

/** What a worker asks for before it calls: the step for itself, and the mark that a call starts. */
export interface Claim {
  readonly stepId: string;
  readonly version: number;
  /** What was known of earlier calls when the step was read. */
  readonly attempt: number;
  readonly outcome: 'accepted' | 'refused' | null;
  readonly before: unknown;
  readonly summary: string;
  readonly planDigest: string;
  /** This call takes access away. */
  readonly isCut: boolean;
}

/** A claim on one step, taken together with the mark that a call starts now. */
export interface Mark {
  /** Only it counts, never the worker's own idea of time. */
  readonly fence: string;
  /** Calls started so far, this one included. */
  readonly attempt: number;
  /** How long the database took, above all for the case's turn. */
  readonly waitedMs: number;
}

/**
 * Claims steps and marks, before anything is sent, that a call of each starts now, in one statement
 * with the facts that say so (`stating`). Null: somebody else works on one of them or has called
 * since it was read, it moved, its case stands still, turned round or is planned anew, or the kill
 * switch is on; then nothing was written, and nothing may be sent.
 */
export async function markCalls(
  db: Db,
  stating: Sql,
  claims: readonly Claim[],
  { worker, leaseMs }: { worker: string; leaseMs: number },
): Promise<readonly Mark[] | null> {
  const rows = await unlessStale(
    db.query<Mark & { step: string }>(sql`
      select mark.step, mark.fence, mark.attempt, mark.waited_ms as "waitedMs"
        from ${stating} as stated (at),
             mark_calls(stated.at, ${claims.map((it) => it.stepId)}::text[], ${claims.map((it) => it.version)}::int[],
                        ${claims.map((it) => it.attempt)}::int[], ${claims.map((it) => it.outcome)}::text[],
                        ${claims.map((it) => json(it.before ?? null))}::jsonb[], ${claims.map((it) => it.summary)}::text[],
                        ${claims.map((it) => it.planDigest)}::text[], ${claims.map((it) => it.isCut)}::boolean[],
                        ${worker}, ${leaseMs / 1_000}) as mark
    `),
  );
  if (!rows) return null;
  const marks = new Map(rows.map((row) => [row.step, row]));
  return claims.map((it) => marks.get(it.stepId)!);
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

/** Open steps of a case whose system took the order, and whose effect is still looked for. */
export async function stepsSent(db: Db, caseId: string): Promise<ReadonlySet<string>> {
  const { rows } = await db.query<{ id: string }>(sql`
    select steps.id
      from steps
      join step_lease on step_lease.step_id = steps.id
     where steps.case_id = ${caseId}
       and steps.status in ('ready', 'running')
       and call_outcome = 'accepted'
  `);
  return new Set(rows.map((row) => row.id));
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
