import type { ArrivalFacts, CaseKind, Occasion } from '#core/arrival.ts';
import type { CaseState } from '#core/case.ts';
import type { CaseView } from '#core/case-view.ts';
import type { DepartureFacts } from '#core/departure.ts';
import type { PersonFacts } from '#core/person.ts';
import type { Window } from '#core/window.ts';
import { type Db, type Sql, sql } from './sql.ts';

/** One case with the person it is about. Days are ISO dates, moments are Dates. */
export interface CaseRow {
  readonly id: string;
  readonly version: number;
  readonly kind: CaseKind;
  readonly state: CaseState;
  readonly stateBeforePause: CaseState | null;
  readonly direction: 'forward' | 'back';
  /** The row in `people`. */
  readonly person: string;
  readonly departure: Occasion;
  readonly separationId: string;
  readonly source: string;
  readonly sourceVersion: number | null;
  /** What we last took from the source was true then. */
  readonly heardAt: Date;
  readonly confirmedAt: Date;
  readonly openedBy: string;
  readonly zone: string;
  readonly accessEndsAt: Date | null;
  readonly lastWorkingDay: string | null;
  readonly employmentEnds: string | null;
  readonly payEnds: string | null;
  readonly playbookId: string | null;
  readonly planDigest: string | null;
  readonly planNotes: readonly string[];
  /** Time or dates moved on and the plan has not followed yet: nothing new begins. */
  readonly planStale: boolean;
  /** Connections that have answered where this person has accounts. */
  readonly lookedUp: readonly string[];
  /** What a person has to answer before the case goes on. */
  readonly question: string | null;
  readonly containmentAt: Date | null;
  readonly accessRemovedAt: Date | null;
  readonly endedAt: Date | null;
  readonly openedAt: Date;
  readonly name: string;
  readonly email: string;
  readonly ref: string;
  readonly subject: string;
  readonly personId: string;
  readonly employmentId: string;
  readonly personFacts: PersonFacts;
}

/** A case of somebody who leaves. */
export type DepartureRow = CaseRow & { readonly departure: DepartureFacts };

/** A case of somebody who arrives, or whose role changes. */
export type ArrivalRow = CaseRow & { readonly departure: ArrivalFacts };

export const isDepartureCase = (it: CaseRow): it is DepartureRow => it.kind === 'departure';
export const isArrivalCase = (it: CaseRow): it is ArrivalRow => it.kind !== 'departure';

export async function loadCase(db: Db, id: string): Promise<CaseRow | null> {
  const { rows } = await db.query<CaseRow>(sql`select * from case_view where id = ${id}`);
  return rows[0] ?? null;
}

/**
 * Locks a case until the end of the transaction, so that decisions about it queue up. It is the lock that
 * stating a fact takes as well: whoever is about to act on the case waits, and then sees what was decided.
 */
export async function lockCase(db: Db, id: string): Promise<CaseRow | null> {
  const [, found] = await Promise.all([
    db.query(sql`select ledger.lock_cases(array[${id}::text])`),
    loadCase(db, id),
  ]);
  return found;
}

/** The one departure of a person that has not ended, if there is one. */
export async function openDepartureOf(db: Db, person: string): Promise<DepartureRow | null> {
  const { rows } = await db.query<DepartureRow>(sql`
    select *
      from case_view
     where person = ${person}
       and kind = 'departure'
       and state not in ('complete', 'cancelled', 'brought-back')
  `);
  return rows[0] ?? null;
}

/** The one arrival, or change of role, of a person that has not ended, if there is one. */
export async function openArrivalOf(
  db: Db,
  it: { person: string; kind: CaseKind },
): Promise<ArrivalRow | null> {
  const { rows } = await db.query<ArrivalRow>(sql`
    select *
      from case_view
     where person = ${it.person}
       and kind = ${it.kind}
       and state not in ('complete', 'cancelled', 'brought-back')
  `);
  return rows[0] ?? null;
}

/** Arrivals of this HR id that began with this source and were not taken back, in whichever employment. */
export async function arrivalsFrom(
  db: Db,
  it: { personId: string; source: string },
): Promise<readonly ArrivalRow[]> {
  const { rows } = await db.query<ArrivalRow>(sql`
    select *
      from case_view
     where "personId" = ${it.personId}
       and source = ${it.source}
       and kind = 'arrival'
       and state not in ('cancelled', 'brought-back')
     order by "employmentId", "openedAt"
  `);
  return rows;
}

/** The newest ended departure with this separation id; null: with any. */
export async function endedDepartureOf(
  db: Db,
  it: { person: string; separationId: string | null },
): Promise<DepartureRow | null> {
  const { rows } = await db.query<DepartureRow>(sql`
    select *
      from case_view
     where person = ${it.person}
       and kind = 'departure'
       and (${it.separationId}::text is null or "separationId" = ${it.separationId})
       and state in ('complete', 'cancelled', 'brought-back')
     order by "openedAt" desc
     limit 1
  `);
  return rows[0] ?? null;
}

/** The newest ended arrival, or change of role, with this id. */
export async function endedArrivalOf(
  db: Db,
  it: { person: string; arrivalId: string },
): Promise<ArrivalRow | null> {
  const { rows } = await db.query<ArrivalRow>(sql`
    select *
      from case_view
     where person = ${it.person}
       and kind <> 'departure'
       and "separationId" = ${it.arrivalId}
       and state in ('complete', 'cancelled', 'brought-back')
     order by "openedAt" desc
     limit 1
  `);
  return rows[0] ?? null;
}

export type NewCase = Pick<
  CaseRow,
  | 'id'
  | 'kind'
  | 'state'
  | 'person'
  | 'departure'
  | 'source'
  | 'sourceVersion'
  | 'heardAt'
  | 'confirmedAt'
  | 'openedBy'
  | 'zone'
  | 'accessEndsAt'
  | 'lastWorkingDay'
  | 'employmentEnds'
  | 'payEnds'
  | 'question'
>;

export async function openCase(db: Db, it: NewCase): Promise<void> {
  await db.query(sql`
    insert into cases (id, version, kind, state, person, departure, separation_id, source, source_version, heard_at,
                       confirmed_at, opened_by, zone, access_ends_at, last_working_day, employment_ends, pay_ends, question)
    values (${it.id}, 1, ${it.kind}, ${it.state}, ${it.person}, ${JSON.stringify(it.departure)}, ${it.departure.id},
            ${it.source}, ${it.sourceVersion}, ${it.heardAt}, ${it.confirmedAt}, ${it.openedBy}, ${it.zone},
            ${it.accessEndsAt}, ${it.lastWorkingDay}, ${it.employmentEnds}, ${it.payEnds}, ${it.question})
  `);
}

/** What may change about a case by a decision. Absent: stays as it is. */
export type CaseChange = Partial<
  Pick<
    CaseRow,
    | 'state'
    | 'stateBeforePause'
    | 'direction'
    | 'departure'
    | 'sourceVersion'
    | 'heardAt'
    | 'confirmedAt'
    | 'zone'
    | 'accessEndsAt'
    | 'lastWorkingDay'
    | 'employmentEnds'
    | 'payEnds'
    | 'playbookId'
    | 'planDigest'
    | 'planNotes'
    | 'planStale'
    | 'lookedUp'
    | 'question'
  >
>;

/**
 * Changes a case by one version. False when somebody else changed it first. Needs its
 * fact in the same transaction, or the commit is refused.
 */
export async function changeCase(db: Db, found: CaseRow, change: CaseChange): Promise<boolean> {
  const it = { ...found, ...change };
  const { rowCount } = await db.query(sql`
    update cases
       set version = version + 1, state = ${it.state}, state_before_pause = ${it.stateBeforePause},
           direction = ${it.direction}, departure = ${JSON.stringify(it.departure)}, separation_id = ${it.departure.id},
           source_version = ${it.sourceVersion}, heard_at = ${it.heardAt},
           confirmed_at = ${it.confirmedAt}, zone = ${it.zone},
           access_ends_at = ${it.accessEndsAt}, last_working_day = ${it.lastWorkingDay},
           employment_ends = ${it.employmentEnds}, pay_ends = ${it.payEnds}, playbook_id = ${it.playbookId},
           plan_digest = ${it.planDigest}, plan_notes = ${JSON.stringify(it.planNotes)},
           plan_stale = ${it.planStale}, looked_up = ${it.lookedUp}::text[], question = ${it.question},
           -- sealed once more, it has ended no later
           ended_at = case when ${it.state} in ('complete', 'cancelled', 'brought-back')
                           then case when state = ${it.state} then ended_at else clock_timestamp() end end
     where id = ${it.id}
       and version = ${found.version}
  `);
  return rowCount === 1;
}

/** Remembers, once, that access is being cut: from here on a rescission needs an undo. */
export async function beginContainment(db: Db, caseId: string): Promise<void> {
  await db.query(sql`select begin_containment(array[${caseId}], clock_timestamp())`);
}

/** Progress that follows from the steps; not a decision, so no version and no fact of its own. Null: it had been made. */
export async function noteProgress(
  db: Db,
  it: { caseId: string; state: 'scheduled' | 'running' | 'access-removed' },
): Promise<Date | null> {
  const { rows } = await db.query<{ now: Date }>(sql`
    update cases
       set state = ${it.state},
           access_removed_at = case when ${it.state} = 'access-removed'
                                    then coalesce(access_removed_at, clock_timestamp()) end
     where id = ${it.caseId}
       and state in ('scheduled', 'running', 'access-removed')
       and state <> ${it.state}
    returning clock_timestamp() as now
  `);
  return rows[0]?.now ?? null;
}

/** The plan is to be made again, since there is more to deal with than it knows. */
export async function outdatePlan(db: Db, caseId: string): Promise<void> {
  await db.query(sql`update cases set plan_stale = true where id = ${caseId}`);
}

/** The plan was made again and came out as it was. */
export async function notePlanned(db: Db, caseId: string): Promise<void> {
  await db.query(sql`update cases set plan_stale = false where id = ${caseId}`);
}

/** Access that was removed turns out to be open: a step for it has joined the plan. */
export async function noteOpenAccess(db: Db, caseId: string): Promise<void> {
  await db.query(sql`
    update cases
       set state = 'running', access_removed_at = null
     where id = ${caseId}
       and state = 'access-removed'
       and exists (
             select
               from steps
              where case_id = cases.id
                and undo_of is null
                and layer = 'security'
                and status <> 'settled'
                and dropped_at is null
           )
  `);
}

/** Steps per grade, in the direction the case goes. */
export async function countGrades(
  db: Db,
  it: { caseId: string; direction: 'forward' | 'back' },
): Promise<Readonly<Record<string, number>>> {
  const { rows } = await db.query<{ grade: string; count: number }>(sql`
    select grade, count(*)::int as count
      from steps
     where case_id = ${it.caseId}
       and dropped_at is null
       and grade is not null
       and (undo_of is not null) = (${it.direction} = 'back')
     group by grade
  `);
  return Object.fromEntries(rows.map((row) => [row.grade, row.count]));
}

export interface CaseFilter {
  readonly state: CaseState | null;
  /** Arrivals are changes of role as well. */
  readonly kind: 'departure' | 'arrival' | null;
  readonly view: CaseView | null;
  /** Part of a name, an address or a person id. */
  readonly text: string | null;
  /** Only those of this bulk start. */
  readonly bulkStart: string | null;
  /** Leave out confidential cases. */
  readonly withoutConfidential: boolean;
  /** Only those of this period; null: all. */
  readonly window: Window | null;
  /** Only what was opened before this case (newest first). */
  readonly beforeId: string | null;
  readonly limit: number;
}

/** A choice of cases, in the words of `case_view`. */
const inView: Readonly<Record<CaseView, Sql>> = {
  'needs-you': sql`(
    state = 'quarantined'
    or (question is not null and state not in ('complete', 'cancelled', 'brought-back'))
    or id in (select case_id from steps where status = 'held' and dropped_at is null)
       and state not in ('complete', 'cancelled', 'brought-back'))`,
  today: sql`(
    state not in ('cancelled', 'brought-back')
    and coalesce((departure ->> 'startDay')::date, ("accessEndsAt" at time zone zone)::date)
        = (clock_timestamp() at time zone zone)::date)`,
  late: sql`(
    kind = 'departure' and direction = 'forward' and "accessEndsAt" < clock_timestamp() and "accessRemovedAt" is null
    and state not in ('complete', 'cancelled', 'brought-back'))`,
  confidential: sql`(departure ->> 'confidential')::boolean`,
  'things-open': sql`state = 'access-removed'`,
  open: sql`state not in ('complete', 'cancelled', 'brought-back')`,
};

/** As `isCaseIn` says it. */
const inWindow = ({ from, to }: Window): Sql => sql`(
    ("openedAt" < (${to}::date + 1)::timestamp at time zone 'UTC'
     and coalesce("endedAt", 'infinity') >= ${from}::date::timestamp at time zone 'UTC')
    or coalesce("employmentEnds", "lastWorkingDay") between ${from} and ${to})`;

/** Newest first. */
export async function listCases(db: Db, it: CaseFilter): Promise<readonly CaseRow[]> {
  const pattern = it.text === null ? null : `%${it.text.replaceAll(/[\\%_]/g, '\\$&')}%`;
  const { rows } = await db.query<CaseRow>(sql`
    select *
      from case_view
     where (${it.state}::text is null or state = ${it.state})
       and (${it.kind}::text is null or (kind = 'departure') = (${it.kind} = 'departure'))
       and ${it.view === null ? sql`true` : inView[it.view]}
       and (${it.beforeId}::text is null or id < ${it.beforeId})
       and (not ${it.withoutConfidential}::boolean or not (departure ->> 'confidential')::boolean)
       and ${it.window === null ? sql`true` : inWindow(it.window)}
       and (${it.bulkStart}::text is null
            or id in (select case_id from bulk_people where bulk_start = ${it.bulkStart}))
       and (${pattern}::text is null or name ilike ${pattern} or email ilike ${pattern} or "personId" ilike ${pattern})
     order by id desc
     limit ${it.limit}
  `);
  return rows;
}

/** These cases, in the order of their ids in the list. */
export async function loadCases(db: Db, ids: readonly string[]): Promise<readonly CaseRow[]> {
  const { rows } = await db.query<CaseRow>(sql`
    select * from case_view where id = any (${ids}::text[]) order by array_position(${ids}::text[], id)
  `);
  return rows;
}

/** Confidential cases, but for those that this user opened. */
export async function confidentialCases(
  db: Db,
  it: { exceptOpenedBy: string },
): Promise<readonly string[]> {
  const { rows } = await db.query<{ id: string }>(sql`
    select id
      from cases
     where (departure ->> 'confidential')::boolean
       and opened_by <> ${it.exceptOpenedBy}
  `);
  return rows.map((row) => row.id);
}

/** Departures that wait for a playbook: what a newly published one may answer. */
export async function wakeUnroutedCases(db: Db): Promise<void> {
  await db.query(sql`
    select wake_case(id, 20)
      from cases
     where question is not null
       and playbook_id is null
       and direction = 'forward'
       and state in ('draft', 'waiting-for-approval', 'paused')
  `);
}

/** Departures that have not asked this connection yet whether it knows the person. */
export async function wakeCasesWithout(db: Db, connectionId: string): Promise<void> {
  await db.query(sql`
    select wake_case(id, 50)
      from cases
     where kind = 'departure'
       and direction = 'forward'
       and state in ('waiting-for-approval', 'scheduled', 'running', 'paused', 'access-removed')
       and not ${connectionId} = any (looked_up)
  `);
}

export async function wakeCase(db: Db, it: { caseId: string; urgency: number }): Promise<void> {
  await db.query(sql`select wake_case(${it.caseId}, ${it.urgency}::int)`);
}

/** Cases that should have a plan and have none, or an old one: what the sweep wakes. */
export const casesUnplanned = sql`
    select id
      from cases
     where question is null
       and opened_at < clock_timestamp() - interval '5 seconds'
       and (   (direction = 'forward' and (plan_digest is null or plan_stale)
                and coalesce(state_before_pause, state)
                      in ('draft', 'waiting-for-approval', 'scheduled', 'running', 'access-removed'))
            or (direction = 'back' and state = 'waiting-for-approval'
                and not exists (select from steps where case_id = cases.id and undo_of is not null)))
     limit 100
`;

export async function unplannedCases(db: Db): Promise<readonly string[]> {
  const { rows } = await db.query<{ id: string }>(casesUnplanned);
  return rows.map((row) => row.id);
}

/**
 * Cases whose steps, or security steps, all have a grade, and whose state does not say so: the job that
 * should have seen to that was lost.
 */
export const casesUnfinished = sql`
    select cases.id
      from cases
      join steps on steps.case_id = cases.id
                and steps.dropped_at is null
                and (steps.undo_of is not null) = (cases.direction = 'back')
     where cases.state in ('scheduled', 'running', 'access-removed')
     group by cases.id
    having every(steps.status = 'settled')
        or (    cases.direction = 'forward'
            and cases.state <> 'access-removed'
            and every(steps.status = 'settled') filter (where steps.layer = 'security'))
     limit 100
`;

export async function unfinishedCases(db: Db): Promise<readonly string[]> {
  const { rows } = await db.query<{ id: string }>(casesUnfinished);
  return rows.map((row) => row.id);
}
