import type { Capability } from '#core/capability.ts';
import type { CaseState } from '#core/case.ts';
import type { ConnectionState } from '#core/connection.ts';
import type { DepartureFacts } from '#core/departure.ts';
import type { Failure } from '#core/failure.ts';
import type { PersonFacts } from '#core/person.ts';
import type { NoticePlan, TaskPlan } from '#core/plan.ts';
import type { Grade, Layer, StepKind, StepStatus } from '#core/step.ts';
import type { Assignment } from '#core/task.ts';
import { type SeenAccount, seeing, type Watched, watching } from './access-checks.ts';
import { isQueued } from './liveness.ts';
import type { ProofFile } from './proof-files.ts';
import { type Db, json, type Sql, sql, unlessStale } from './sql.ts';

/** One step as it is stored. Moments are Dates; states are what the connector read. */
export interface StepRow {
  readonly id: string;
  readonly version: number;
  readonly caseId: string;
  /** Stable within the case: the playbook's step, and the account it acts on. */
  readonly key: string;
  readonly position: number;
  readonly playbookStep: string;
  readonly title: string;
  readonly why: string | null;
  readonly layer: Layer;
  readonly kind: StepKind;
  readonly connectionId: string | null;
  readonly account: StepAccount | null;
  readonly capability: Capability | null;
  readonly params: Record<string, unknown>;
  readonly rule: string;
  /** Null: as soon as what it comes after has settled. */
  readonly dueAt: Date | null;
  readonly late: boolean;
  readonly after: readonly string[];
  readonly priority: number;
  readonly approval: boolean;
  readonly task: TaskPlan | null;
  readonly notice: NoticePlan | null;
  readonly assignment: Assignment | null;
  readonly undoOf: string | null;
  readonly status: StepStatus;
  readonly grade: Grade | null;
  readonly before: unknown;
  readonly afterState: unknown;
  readonly summary: string | null;
  readonly planDigest: string | null;
  readonly because: string | null;
  readonly failure: Failure | null;
  /** Failed attempts in a row. */
  readonly attempts: number;
  readonly decision: Decision | null;
  readonly wakeAt: Date | null;
  readonly startedAt: Date | null;
  readonly appliedAt: Date | null;
  readonly heldAt: Date | null;
  readonly settledAt: Date | null;
}

export interface StepAccount {
  readonly id: string;
  readonly login: string;
  readonly privileged: boolean;
}

/** What a person answers for: done by hand, or not done. */
export interface Decision {
  readonly kind: 'attested' | 'waived';
  readonly by: string;
  readonly byName: string;
  readonly reason: string;
  readonly proof: string | null;
  /** Files that prove it. */
  readonly files?: readonly ProofFile[];
  /** Only of a waiver: when the step reopens. */
  readonly expiresAt: string | null;
  /** Skipped for good, because the thing is lost. */
  readonly writtenOff?: true;
  /** Another person who accepted what was done. */
  readonly acceptedBy?: string;
  readonly acceptedByName?: string;
}

/** A step with all that one pass needs to know, read in one statement. */
export interface Work extends StepRow {
  readonly caseState: CaseState;
  readonly direction: 'forward' | 'back';
  readonly person: string;
  readonly departure: DepartureFacts;
  readonly accessEndsAt: Date | null;
  readonly containmentAt: Date | null;
  /** The plan has to follow new dates first. */
  readonly planStale: boolean;
  readonly ref: string;
  readonly subject: string;
  /** Wrapped; null: destroyed, or not made yet. */
  readonly subjectKey: Uint8Array | null;
  readonly personFacts: PersonFacts;
  readonly fence: string | null;
  readonly leaseUntil: Date | null;
  /** Calls started so far. */
  readonly attempt: number;
  readonly callStartedAt: Date | null;
  /** Null with `callStartedAt` set: nobody knows what the call did. */
  readonly callOutcome: 'accepted' | 'refused' | null;
  readonly connectionState: ConnectionState | null;
  /** The rate in force; null: as fast as we can. */
  readonly ratePerSecond: number | null;
  readonly downSince: Date | null;
  readonly probeAt: Date | null;
  readonly quietUntil: Date | null;
  readonly failuresInRow: number;
  /** The database's clock when this was read: the authority. */
  readonly now: Date;
  /** This process's steady clock once it had come. */
  readonly loadedAtMs: number;
  /** It is urgent, or two people approved or released exactly this departure. */
  readonly hasOwnBudget: boolean;
  /** Whoever leaves is let in here too. */
  readonly isUserOfOurs: boolean;
  /** Its turn for this wake in a connection with a rate limit; null: it has taken none. */
  readonly turnAt: Date | null;
  /** How many requests that turn has paid for. */
  readonly turnPays: number | null;
}

export async function loadWork(db: Db, stepId: string): Promise<Work | null> {
  const [work] = await loadWorks(db, [stepId]);
  return work ?? null;
}

/** In the order of `stepIds`; null where there is none. */
export async function loadWorks(
  db: Db,
  stepIds: readonly string[],
): Promise<readonly (Work | null)[]> {
  const { rows } = await db.query<Omit<Work, 'loadedAtMs'>>(
    sql`select * from work_view where id = any (${stepIds}::text[])`,
  );
  const loadedAtMs = performance.now();
  const works = new Map(rows.map((row) => [row.id, { ...row, loadedAtMs }]));
  return stepIds.map((id) => works.get(id) ?? null);
}

/** What the database's clock shows by now, or less where this process stood still: never more. */
export const nowOf = ({ now, loadedAtMs }: Pick<Work, 'now' | 'loadedAtMs'>): Date =>
  new Date(now.getTime() + performance.now() - loadedAtMs);

export async function loadStep(db: Db, stepId: string): Promise<StepRow | null> {
  const { rows } = await db.query<StepRow>(sql`select * from step_view where id = ${stepId}`);
  return rows[0] ?? null;
}

export async function stepsOfCase(db: Db, caseId: string): Promise<readonly StepRow[]> {
  const { rows } = await db.query<StepRow>(sql`
    select * from step_view where "caseId" = ${caseId} order by "undoOf" is not null, position, id
  `);
  return rows;
}

export interface Settlement {
  readonly stepId: string;
  /** The version the decision rests on. */
  readonly version: number;
  readonly grade: Grade;
  readonly before: unknown;
  readonly after: unknown;
  readonly summary: string | null;
  readonly because: string;
  readonly applied: boolean;
  /** The claim it was done under; null for a step that needed none. */
  readonly fence: string | null;
  /** By then it has to be settled, or what was read no longer counts; null: it rests on no reading. */
  readonly countsUntil: Date | null;
  /** How it is looked at again; null: not at all. */
  readonly watched: Watched | null;
  /** What it showed of its account; null: nothing that an account has. */
  readonly seen: SeenAccount | null;
}

export interface Released {
  readonly released: readonly string[];
  /** Which way the case goes now; it may have been turned while a call was under way. */
  readonly direction: 'forward' | 'back';
  /** Steps of the case, in the direction it goes, that are not settled. */
  readonly open: number;
  readonly openSecurity: number;
  readonly security: number;
}

type ReleasedRow = { -readonly [Key in keyof Released]: Released[Key] };

/** As long as nothing is known of its steps, a case is neither done nor turned. */
const nothingReleased: Released = {
  released: [],
  direction: 'forward',
  open: 1,
  openSecurity: 1,
  security: 0,
};

/**
 * Settles steps, once, ends the alerts about them, and releases what waited for them, in one
 * statement with the facts that say so (`stating`), with when they are looked at again and what they
 * showed of their accounts: what was released, for each of their cases.
 * Null when somebody else moved one of them first, a claim is no longer ours, or a reading no longer counts: then nothing was
 * written, and a transaction around it can only be rolled back.
 */
export async function settleSteps(
  db: Db,
  stating: Sql,
  its: readonly Settlement[],
): Promise<((caseId: string) => Released) | null> {
  const watched = its.flatMap((it) => it.watched ?? []);
  const seen = its.flatMap((it) => it.seen ?? []);
  const beside =
    watched.length + seen.length === 0
      ? sql``
      : sql`with watched as (${watching(watched)}), seen as (${seeing(seen)})`;
  const rows = await unlessStale(
    db.query<ReleasedRow & { caseId: string }>(sql`
      ${beside}
      select of_case as "caseId", released, direction, open, open_security as "openSecurity", security
        from ${stating} as stated (at),
             settle_read_steps(
               stated.at, ${its.map((it) => it.stepId)}::text[], ${its.map((it) => it.version)}::int[],
               ${its.map((it) => it.grade)}::text[], ${its.map((it) => json(it.before))}::jsonb[],
               ${its.map((it) => json(it.after))}::jsonb[], ${its.map((it) => it.summary)}::text[],
               ${its.map((it) => it.because)}::text[], ${its.map((it) => it.applied)}::boolean[],
               ${its.map((it) => it.fence)}::bigint[], ${its.map((it) => it.countsUntil)}::timestamptz[])
    `),
  );
  if (!rows) return null;
  return (caseId) => rows.find((row) => row.caseId === caseId) ?? nothingReleased;
}

/** Makes ready, and wakes, every step whose predecessors have all settled, and counts what is open. */
export async function releaseSteps(db: Db, caseId: string): Promise<Released> {
  const { rows } = await db.query<ReleasedRow>(sql`
    select released, direction, open, open_security as "openSecurity", security from release_steps(${caseId})
  `);
  return rows[0] ?? nothingReleased;
}

export async function wakeSteps(db: Db, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await db.query(sql`select wake_steps(${ids}::text[])`);
}

/** Holds a step for a person. False when somebody else moved it first. */
export async function holdStep(
  db: Db,
  it: {
    stepId: string;
    version: number;
    because: string;
    failure: Failure | null;
    after?: unknown;
  },
): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    update steps
       set status = 'held', version = version + 1, because = ${it.because}, failure = ${json(it.failure)}::jsonb,
           after_state = coalesce(${json(it.after)}::jsonb, after_state), held_at = clock_timestamp(), wake_at = null
     where id = ${it.stepId}
       and version = ${it.version}
       and status not in ('settled', 'held')
       and dropped_at is null
  `);
  return rowCount === 1;
}

/** Sets when the engine looks at an open step next, and why it has to. Scheduling, not a fact. */
export async function postponeStep(
  db: Db,
  it: {
    stepId: string;
    version: number;
    wakeAt: Date;
    because: string | null;
    failure: Failure | null;
    attempts: number;
  },
): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    update steps
       set wake_at = ${it.wakeAt}, because = ${it.because}, failure = ${json(it.failure)}::jsonb,
           attempts = ${it.attempts}, started_at = coalesce(started_at, clock_timestamp())
     where id = ${it.stepId}
       and version = ${it.version}
       and status in ('ready', 'running')
       and dropped_at is null
  `);
  if (rowCount === 1) await wakeSteps(db, [it.stepId]);
  return rowCount === 1;
}

/** Keeps what a step is about to do, worked out when its moment had come. */
export async function keepParams(
  db: Db,
  it: { stepId: string; version: number; params: Readonly<Record<string, unknown>> },
): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    update steps
       set params = ${json(it.params)}::jsonb, started_at = coalesce(started_at, clock_timestamp())
     where id = ${it.stepId}
       and version = ${it.version}
       and status in ('ready', 'running')
       and dropped_at is null
  `);
  return rowCount === 1;
}

/** A person asks for another pass over a held or reopened step. */
export async function reopenStep(db: Db, stepId: string, version: number): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    with forgotten as (  -- a mark whose outcome is known; an unknown one keeps its window, whoever asks
      update step_lease
         set call_started_at = null, call_outcome = null
       where step_id = ${stepId}
         and call_outcome is not null
    )
    update steps
       set status = 'ready', version = version + 1, grade = null, settled_at = null, held_at = null, decision = null,
           because = null, failure = null, attempts = 0, wake_at = clock_timestamp()
     where id = ${stepId}
       and version = ${version}
       and status in ('held', 'settled')
       and dropped_at is null
  `);
  if (rowCount === 1) await wakeSteps(db, [stepId]);
  return rowCount === 1;
}

/** Records what a person answers for. Settles the step. */
export async function decideStep(
  db: Db,
  it: { stepId: string; version: number; decision: Decision },
): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    update steps
       set status = 'settled', grade = ${it.decision.kind}, version = version + 1, decision = ${json(it.decision)}::jsonb,
           because = ${it.decision.reason}, failure = null, wake_at = null, held_at = null, settled_at = clock_timestamp()
     where id = ${it.stepId}
       and version = ${it.version}
       and status <> 'settled'
       and dropped_at is null
  `);
  return rowCount === 1;
}

/**
 * Open steps whose moment has come, that no worker holds and no job stands for: what the sweep
 * wakes.
 */
export const stepsDue = (it: { leaseMs: number; limit: number }): Sql => sql`
    select s.id
      from steps s
      join cases c on c.id = s.case_id
      left join step_lease l on l.step_id = s.id
      left join connections k on k.id = s.connection_id
      left join connection_health h on h.connection_id = s.connection_id
     where s.status in ('ready', 'running')
       and s.wake_at < clock_timestamp() - interval '1 second'
       and s.dropped_at is null
       and c.state in ('scheduled', 'running', 'access-removed')
       and (s.undo_of is not null) = (c.direction = 'back')
       and (l.lease_until is null or l.lease_until < clock_timestamp())
       and (k.id is null or k.state = 'active')
       and (h.down_since is null or h.probe_at <= clock_timestamp())
       and not ${isQueued(sql`'step:' || s.id`, it.leaseMs)}
     order by s.priority, s.wake_at
     limit ${it.limit}
`;

export async function dueSteps(
  db: Db,
  it: { leaseMs: number; limit: number },
): Promise<readonly string[]> {
  const { rows } = await db.query<{ id: string }>(stepsDue(it));
  return rows.map((row) => row.id);
}

/** Wakes every open step of a case whose moment has come, after it stood still. */
export async function wakeOpenSteps(db: Db, caseId: string): Promise<void> {
  await db.query(sql`
    select wake_steps(coalesce(array_agg(id), '{}'))
      from steps
     where case_id = ${caseId}
       and status in ('ready', 'running')
       and dropped_at is null
       and wake_at is not null
  `);
}
