import type { Capability } from '#core/capability.ts';
import type { Failure } from '#core/failure.ts';
import type { Layer } from '#core/step.ts';
import type { Assignment, Confirmation, MoreTime } from '#core/task.ts';
import { type Db, sql } from './sql.ts';
import { wakeSteps } from './steps.ts';

/** Hands a step to people: it is in progress until one of them, or somebody above, answers for it. */
export async function assignStep(
  db: Db,
  it: {
    stepId: string;
    version: number;
    assignment: Assignment;
    because: string;
    /** Why nobody could be mailed; null: somebody was. */
    failure: Failure | null;
    /** When the engine reminds or escalates; null: never. */
    wakeAt: Date | null;
  },
): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    update steps
       set status = 'running', assignment = ${JSON.stringify(it.assignment)}, because = ${it.because},
           wake_at = ${it.wakeAt}, failure = ${it.failure === null ? null : JSON.stringify(it.failure)}::jsonb, attempts = 0,
           started_at = coalesce(started_at, clock_timestamp())
     where id = ${it.stepId}
       and version = ${it.version}
       and status in ('ready', 'running')
       and dropped_at is null
  `);
  if (rowCount === 1) await wakeSteps(db, [it.stepId]);
  return rowCount === 1;
}

/** Somebody says that it is done: the engine looks at once. False when somebody else moved it first. */
export async function confirmAssigned(
  db: Db,
  it: { stepId: string; version: number; confirmed: Confirmation },
): Promise<boolean> {
  const because = `${it.confirmed.byName} says that it is done; it is read back now.`;
  const { rowCount } = await db.query(sql`
    update steps
       set version = version + 1, wake_at = clock_timestamp(), because = ${because},
           assignment = assignment || jsonb_build_object('confirmed', ${JSON.stringify(it.confirmed)}::jsonb)
     where id = ${it.stepId}
       and version = ${it.version}
       and status = 'running'
       and assignment is not null
       and dropped_at is null
  `);
  if (rowCount === 1) await wakeSteps(db, [it.stepId]);
  return rowCount === 1;
}

/** Somebody asks for more time; nothing else changes. False when somebody else moved the step first. */
export async function noteMoreTime(
  db: Db,
  it: { stepId: string; version: number; moreTime: MoreTime; because: string },
): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    update steps
       set version = version + 1, because = ${it.because},
           assignment = assignment || jsonb_build_object('moreTime', ${JSON.stringify(it.moreTime)}::jsonb)
     where id = ${it.stepId}
       and version = ${it.version}
       and status = 'running'
       and assignment is not null
       and dropped_at is null
  `);
  return rowCount === 1;
}

/**
 * Somebody decided who is asked from here on, or that it is done and another has to accept it. Wakes
 * the engine, which writes to them. False when somebody else moved the step first.
 */
export async function passOnStep(
  db: Db,
  it: { stepId: string; version: number; assignment: Assignment; because: string },
): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    update steps
       set status = case status when 'held' then 'ready' else status end, version = version + 1,
           assignment = ${JSON.stringify(it.assignment)}, because = ${it.because}, failure = null, attempts = 0,
           held_at = null, wake_at = clock_timestamp()
     where id = ${it.stepId}
       and version = ${it.version}
       and status in ('ready', 'running', 'held')
       and dropped_at is null
  `);
  if (rowCount === 1) await wakeSteps(db, [it.stepId]);
  return rowCount === 1;
}

/** Who was asked has been told that it is no longer needed: nobody is reminded. */
export async function noteRecalled(db: Db, stepId: string): Promise<void> {
  await db.query(sql`
    update steps
       set wake_at = null, because = 'No longer needed; whoever was asked has been told.'
     where id = ${stepId}
       and status = 'running'
  `);
}

/** A step that waits for somebody to do it by hand. */
export interface AssignedStep {
  readonly id: string;
  readonly caseId: string;
  readonly title: string;
  readonly person: string;
  readonly confidential: boolean;
  readonly layer: Layer;
  readonly capability: Capability | null;
  /** Where that person works. */
  readonly zone: string;
  readonly assignment: Assignment;
}

/** Every step that waits for somebody to do it by hand, the most pressing first. */
export async function assignedSteps(db: Db): Promise<readonly AssignedStep[]> {
  const { rows } = await db.query<AssignedStep & { id: string }>(sql`
    select s.id, s.case_id as "caseId", coalesce(s.task ->> 'title', s.title) as title, p.name as person,
           s.layer, s.capability, c.zone, (c.departure ->> 'confidential')::boolean as confidential, s.assignment
      from steps s
      join cases c on c.id = s.case_id
      join people p on p.id = c.person
     where s.status = 'running'
       and s.assignment is not null
       and s.dropped_at is null
       and c.state in ('scheduled', 'running', 'access-removed')
       and (s.undo_of is not null) = (c.direction = 'back')
     order by s.assignment ->> 'deadline' nulls last, s.id
  `);
  return rows;
}
