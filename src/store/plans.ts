import type { PlannedStep } from '#core/plan.ts';
import { newId } from './random.ts';
import { type Db, sql } from './sql.ts';

/**
 * Writes the steps of a plan that the case does not have yet; all of them wait until they are
 * released. Returns the gaps among them.
 */
export async function insertSteps(
  db: Db,
  caseId: string,
  steps: readonly PlannedStep[],
): Promise<readonly string[]> {
  const { rows } = await db.query<{ id: string; kind: string }>(sql`
    with planned as (
      select *
        from jsonb_to_recordset(${JSON.stringify(steps.map(asRecord))})
          as planned (id text, key text, position integer, "playbookStep" text, title text, why text, layer text,
                      kind text, "connectionId" text, account jsonb, capability text, params jsonb, rule text,
                      due timestamptz, late boolean, priority integer, approval boolean, task jsonb, notice jsonb,
                      after jsonb)
             -- looked up first: "on conflict" would wait for whoever is settling that step just now
       where not exists (select from steps where case_id = ${caseId} and steps.key = planned.key)
    ), known as (
      select id, key from steps where case_id = ${caseId}
       union all
      select id, key from planned
    )
    insert into steps (id, case_id, key, position, playbook_step, title, why, layer, kind, connection_id, account,
                       capability, params, rule, due_at, late, priority, approval, task, notice, status, after)
    select id, ${caseId}, key, position, "playbookStep", title, why, layer, kind, "connectionId", account, capability,
           coalesce(params, '{}'), rule, due, late, priority, approval, task, notice, 'waiting',
           array(select known.id
                   from known
                  where known.key in (select jsonb_array_elements_text(planned.after))
                  order by known.id)
      from planned
     order by position
        on conflict (case_id, key) do nothing
    returning id, kind
  `);
  return rows.filter((row) => row.kind === 'gap').map((row) => row.id);
}

const asRecord = (it: PlannedStep, position: number) => ({
  ...it,
  id: newId(),
  position,
  rule: it.at.rule,
  due: it.at.due,
  late: it.at.late,
});

export interface Revised {
  /** Gaps that nobody has been told about. */
  readonly newGaps: readonly string[];
  /** Tasks whose deadline moved. */
  readonly moved: readonly string[];
  /** Somebody was busy with a step that had to change: roll back and plan again. */
  readonly skipped: boolean;
}

/** What there is to see to after the first plan of a case, all of whose steps were inserted just now. */
export const nothingRevised = (newGaps: readonly string[]): Revised => ({
  newGaps,
  moved: [],
  skipped: false,
});

/**
 * Brings the steps of a case that have not begun in line with its newest plan: moments and
 * order follow, what the plan does without is dropped, what has begun stays as it is.
 */
export async function reviseSteps(
  db: Db,
  caseId: string,
  steps: readonly PlannedStep[],
): Promise<Revised> {
  const plan = JSON.stringify(
    steps.map((it, position) => ({ ...asRecord(it, position), after: it.after })),
  );
  // Only what changes is touched, and what somebody settles just now is not waited for: they may
  // hold the step and wait for the case, which is ours.
  const { rows: revised } = await db.query<{ skipped: boolean }>(sql`
    with planned as (
      select key, position, title, why, coalesce(params, '{}') as params, rule, due, late, priority, task, notice,
             array(select earlier.id
                     from steps earlier
                    where earlier.case_id = ${caseId}
                      and earlier.key in (select jsonb_array_elements_text(planned.after))
                    order by earlier.id) as after
        from jsonb_to_recordset(${plan})
          as planned (key text, position integer, title text, why text, params jsonb, rule text, due timestamptz,
                      late boolean, priority integer, task jsonb, notice jsonb, after jsonb)
    ), changed as (
      select step.id, (step.due_at, step.priority, step.after) is distinct from (planned.due, planned.priority, planned.after)
                      or step.dropped_at is not null as moves
        from steps step
        join planned on planned.key = step.key
       where step.case_id = ${caseId}
         and step.status in ('waiting', 'ready')
         and step.started_at is null
         and step.version = 1
         and (step.position, step.due_at, step.late, step.rule, step.priority, step.title, step.why, step.task,
              step.notice, step.params, step.after, step.dropped_at)
             is distinct from
             (planned.position, planned.due, planned.late, planned.rule, planned.priority, planned.title, planned.why,
              planned.task, planned.notice, planned.params, planned.after, null)
    ), free as (
      select id from steps where id in (select id from changed) for no key update skip locked
    ), revised as (
      update steps step
         set position = planned.position, due_at = planned.due, late = planned.late, rule = planned.rule,
             priority = planned.priority, title = planned.title, why = planned.why, task = planned.task,
             notice = planned.notice, params = planned.params, after = planned.after, dropped_at = null,
             -- what may begin now as before keeps its place in the line of its connection
             status = case when changed.moves then 'waiting' else step.status end,
             wake_at = case when not changed.moves then step.wake_at end
        from planned, changed
       where step.id in (select id from free)
         and step.key = planned.key
         and changed.id = step.id
    )
    select (select count(*) from changed) > (select count(*) from free) as skipped
  `);
  const { rows: dropped } = await db.query<{ skipped: boolean }>(sql`
    with surplus as (
      select id
        from steps
       where case_id = ${caseId}
         and undo_of is null
         and dropped_at is null
         and started_at is null
         and (status in ('waiting', 'ready') or (status = 'held' and kind = 'gap'))
         and key not in (select key from jsonb_to_recordset(${plan}) as planned (key text))
         and kind <> 'lookup'
         and not exists (select from connections where id = connection_id and state = 'disabled')
    ), free as (
      select id from steps where id in (select id from surplus) for no key update skip locked
    ), dropped as (
      update steps set dropped_at = clock_timestamp() where id in (select id from free)
    )
    select (select count(*) from surplus) > (select count(*) from free) as skipped
  `);
  // Looking again, and what was planned in a connection that was removed, stays, and follows the
  // moment of its kind: at once where the plan has none of it any more.
  await db.query(sql`
    with planned as (
      select distinct on ("playbookStep") "playbookStep" as playbook_step, due, late
        from jsonb_to_recordset(${plan}) as planned ("playbookStep" text, due timestamptz, late boolean)
    ), kept as (
      select step.id, planned.due, coalesce(planned.late, true) as late
        from steps step
        left join planned using (playbook_step)
       where step.case_id = ${caseId}
         and step.undo_of is null
         and step.due_at > clock_timestamp()
         and step.due_at is distinct from planned.due
         and step.dropped_at is null
         and step.started_at is null
         and step.status in ('waiting', 'ready')
         and step.key not in (select key from jsonb_to_recordset(${plan}) as planned (key text))
    )
    update steps step
       set due_at = kept.due, late = kept.late, status = 'waiting', wake_at = null
      from kept
     where step.id = kept.id
  `);
  await db.query(sql`
    update steps  -- a gap that was covered for a while is one again
       set dropped_at = null
     where case_id = ${caseId}
       and kind = 'gap'
       and status = 'held'
       and dropped_at is not null
       and key in (select key from jsonb_to_recordset(${plan}) as planned (key text))
  `);
  const { rows: moved } = await db.query<{ id: string }>(sql`
    update steps step  -- whoever was asked learns of the new deadline
       set task = planned.task, wake_at = clock_timestamp()
      from jsonb_to_recordset(${plan}) as planned (key text, task jsonb)
     where step.case_id = ${caseId}
       and step.key = planned.key
       and step.kind = 'task'
       and step.status = 'running'
       and step.assignment is not null
       and step.task ->> 'deadline' <> planned.task ->> 'deadline'
    returning step.id
  `);
  const { rows } = await db.query<{ id: string }>(sql`
    select id
      from steps
     where case_id = ${caseId}
       and kind = 'gap'
       and status = 'waiting'
       and dropped_at is null
     order by position
  `);
  return {
    newGaps: rows.map((row) => row.id),
    moved: moved.map((row) => row.id),
    skipped: [...revised, ...dropped].some((row) => row.skipped),
  };
}

export interface WayBack {
  readonly key: string;
  readonly position: number;
  readonly undoOf: string;
  readonly title: string;
  /** Keys of the undo steps that come first. */
  readonly after: readonly string[];
}

/** Writes the undo steps of a case that it does not have yet. */
export async function insertWayBack(
  db: Db,
  caseId: string,
  steps: readonly WayBack[],
): Promise<void> {
  const plan = JSON.stringify(steps.map((it) => ({ ...it, id: newId() })));
  await db.query(sql`
    insert into steps (id, case_id, key, position, playbook_step, title, why, layer, kind, connection_id, account,
                       capability, params, rule, priority, undo_of, status)
    select planned.id, ${caseId}, planned.key, planned.position, undone.playbook_step, planned.title, null, undone.layer,
           undone.kind, undone.connection_id, undone.account, undone.capability, undone.params, 'as soon as approved',
           undone.priority, undone.id, 'waiting'
      from jsonb_to_recordset(${plan})
        as planned (id text, key text, position integer, "undoOf" text, title text)
      join steps undone on undone.id = planned."undoOf"
        on conflict (case_id, key) do nothing
  `);
  await db.query(sql`
    update steps step
       set after = array(select earlier.id
                           from steps earlier
                          where earlier.case_id = ${caseId}
                            and earlier.key in (select jsonb_array_elements_text(planned.after)))
      from jsonb_to_recordset(${plan}) as planned (key text, after jsonb)
     where step.case_id = ${caseId}
       and step.key = planned.key
       and step.status = 'waiting'
  `);
}

/** Steps of the way out that called a system to change something: what a way back is about. */
export async function calledSteps(db: Db, caseId: string): Promise<number> {
  const { rows } = await db.query<{ count: number }>(sql`
    select count(*)::int as count
      from steps
     where case_id = ${caseId}
       and undo_of is null
       and kind = 'action'
       and plan_digest is not null
  `);
  return rows[0]!.count;
}
