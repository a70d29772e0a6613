import type { BulkPreview, BulkStanding, BulkStartState } from '#core/bulk-start.ts';
import type { CaseState } from '#core/case.ts';
import type { DepartureFacts } from '#core/departure.ts';
import type { PersonFacts } from '#core/person.ts';
import { type Db, sql } from './sql.ts';

/** One list of people who leave, to be started together. */
export interface BulkStartRow {
  readonly id: string;
  readonly version: number;
  readonly state: BulkStartState;
  readonly source: 'csv' | 'api';
  readonly askedBy: string;
  readonly askedAt: Date;
  readonly expiresAt: Date;
  readonly people: number;
  readonly report: BulkReport;
  readonly planned: number;
  readonly preview: BulkPreview | null;
  readonly digest: string | null;
  readonly decidedBy: string | null;
  readonly decidedAt: Date | null;
}

/** What in the list could not be used. */
export interface BulkReport {
  readonly refused: readonly {
    readonly line: number;
    readonly column: string | null;
    readonly found: string;
    readonly expected: string;
  }[];
  readonly unknownColumns: readonly string[];
}

/** One row of the list. */
export interface BulkPersonRow {
  readonly line: number;
  readonly facts: PersonFacts;
  readonly departure: DepartureFacts;
  /** HR id of who takes over; null: the list does not say. */
  readonly successor: string | null;
  readonly standing: BulkStanding;
  /** The departure or the bulk start that stands in the way. */
  readonly other: string | null;
  readonly playbookId: string | null;
  readonly question: string | null;
  readonly steps: number;
  readonly outcome: 'started' | 'not started' | null;
  readonly detail: string | null;
  readonly caseId: string | null;
  readonly attempts: number;
}

export async function addBulkStart(
  db: Db,
  it: Pick<BulkStartRow, 'id' | 'source' | 'askedBy' | 'report'> & {
    readonly people: readonly Pick<
      BulkPersonRow,
      'line' | 'facts' | 'departure' | 'successor' | 'standing' | 'other'
    >[];
    readonly expiresInMs: number;
  },
): Promise<void> {
  await db.query(sql`
    insert into bulk_starts (id, source, asked_by, expires_at, people, report)
    values (${it.id}, ${it.source}, ${it.askedBy}, clock_timestamp() + make_interval(secs => ${it.expiresInMs / 1_000}),
            ${it.people.length}, ${JSON.stringify(it.report)})
  `);
  await db.query(sql`
    insert into bulk_people (bulk_start, line, person_id, employment_id, facts, departure, successor, standing, other)
    select ${it.id}, line, facts ->> 'personId', facts ->> 'employmentId', facts, departure, successor,
           standing, other
      from jsonb_to_recordset(${JSON.stringify(it.people)})
        as row (line integer, facts jsonb, departure jsonb, successor text, standing text, other text)
  `);
}

const columns = sql`
  id, version, state, source, asked_by as "askedBy", asked_at as "askedAt", expires_at as "expiresAt", people, report,
  planned, preview, digest, decided_by as "decidedBy", decided_at as "decidedAt"`;

export async function loadBulkStart(db: Db, id: string): Promise<BulkStartRow | null> {
  const { rows } = await db.query<BulkStartRow & { id: string }>(
    sql`select ${columns} from bulk_starts where id = ${id}`,
  );
  return rows[0] ?? null;
}

/** Locks it for a decision, or for a worker that is at it. */
export async function lockBulkStart(db: Db, id: string): Promise<BulkStartRow | null> {
  const { rows } = await db.query<BulkStartRow & { id: string }>(
    sql`select ${columns} from bulk_starts where id = ${id} for update`,
  );
  return rows[0] ?? null;
}

/** Newest first. */
export async function listBulkStarts(
  db: Db,
  it: { beforeId: string | null; limit: number },
): Promise<readonly BulkStartRow[]> {
  const { rows } = await db.query<BulkStartRow & { id: string }>(sql`
    select ${columns}
      from bulk_starts
     where (${it.beforeId}::text is null or id < ${it.beforeId})
     order by id desc
     limit ${it.limit}
  `);
  return rows;
}

export async function bulkPeopleOf(db: Db, id: string): Promise<readonly BulkPersonRow[]> {
  const { rows } = await db.query<BulkPersonRow & { line: number }>(sql`
    select ${personColumns} from bulk_people where bulk_start = ${id} order by line
  `);
  return rows;
}

const personColumns = sql`
  line, facts, departure, successor, standing, other, playbook_id as "playbookId", question, steps, outcome, detail,
  case_id as "caseId", attempts`;

/** What is known of somebody in a list: whether they leave already, or stand in another list. */
export interface KnownOf {
  readonly line: number;
  readonly person: string | null;
  readonly name: string | null;
  readonly email: string | null;
  readonly openCase: string | null;
  /** A complete departure by the same id. */
  readonly endedCase: string | null;
  readonly otherList: string | null;
}

export async function knownOf(
  db: Db,
  people: readonly Pick<BulkPersonRow, 'line' | 'facts' | 'departure'>[],
  exceptBulkStart: string,
): Promise<readonly KnownOf[]> {
  const wanted = people.map(({ line, facts, departure }) => ({
    ...{ line, personId: facts.personId, employmentId: facts.employmentId },
    separationId: departure.id,
  }));
  const { rows } = await db.query<KnownOf & { line: number }>(sql`
    with listed as materialized ( -- gone through once, and not for each person
      select distinct on (other.person_id, other.employment_id)
             other.person_id, other.employment_id, other.bulk_start
        from bulk_people other
        join bulk_starts b on b.id = other.bulk_start
       where other.standing = 'starts'
         and other.outcome is null
         and other.bulk_start <> ${exceptBulkStart}
         and b.state in ('planning', 'waiting-for-approval', 'approved')
    )
    select wanted.line, p.id as person, p.name, p.email,
           (select id
              from cases
             where person = p.id
               and kind = 'departure'
               and state not in ('complete', 'cancelled', 'brought-back')) as "openCase",
           (select id
              from cases
             where person = p.id
               and separation_id = wanted."separationId"
               and state = 'complete'
             order by opened_at desc
             limit 1) as "endedCase",
           listed.bulk_start as "otherList"
      from jsonb_to_recordset(${JSON.stringify(wanted)})
        as wanted (line integer, "personId" text, "employmentId" text, "separationId" text)
      left join people p on p.person_id = wanted."personId" and p.employment_id = wanted."employmentId"
      left join listed on listed.person_id = wanted."personId" and listed.employment_id = wanted."employmentId"
  `);
  return rows;
}

/** Keeps where people stand now. */
export async function noteStandings(
  db: Db,
  id: string,
  people: readonly Pick<BulkPersonRow, 'line' | 'standing' | 'other'>[],
): Promise<void> {
  await db.query(sql`
    update bulk_people person
       set standing = now.standing, other = now.other
      from jsonb_to_recordset(${JSON.stringify(people)}) as now (line integer, standing text, other text)
     where person.bulk_start = ${id}
       and person.line = now.line
  `);
}

/** Keeps what planning found out about some people, and how far it has got. */
export async function notePlannedPeople(
  db: Db,
  id: string,
  people: readonly Pick<BulkPersonRow, 'line' | 'playbookId' | 'question' | 'steps'>[],
): Promise<void> {
  await db.query(sql`
    with noted as (
      update bulk_people person
         set playbook_id = it."playbookId", question = it.question, steps = it.steps
        from jsonb_to_recordset(${JSON.stringify(people)})
          as it (line integer, "playbookId" text, question text, steps integer)
       where person.bulk_start = ${id}
         and person.line = it.line
    )
    update bulk_starts
       set planned = planned + ${people.length}, touched_at = clock_timestamp()
     where id = ${id}
       and state = 'planning'
  `);
}

/** The preview is there: from now on it waits for somebody to approve it. */
export async function offerBulkStart(
  db: Db,
  it: { id: string; preview: BulkPreview; digest: string },
): Promise<void> {
  await db.query(sql`
    update bulk_starts
       set state = 'waiting-for-approval', preview = ${JSON.stringify(it.preview)}, digest = ${it.digest},
           touched_at = clock_timestamp()
     where id = ${it.id}
       and state = 'planning'
  `);
}

/** Begins the preview, anew where there was one. */
export async function planBulkStart(db: Db, id: string): Promise<void> {
  await db.query(sql`
    with planned as (
      update bulk_starts
         set state = 'planning', planned = 0, preview = null, digest = null, touched_at = clock_timestamp()
       where id = ${id}
         and state in ('planning', 'waiting-for-approval')
      returning id
    )
    select wake_bulk_start(id) from planned
  `);
}

/** A decision, once; needs its fact in the same transaction. */
export async function decideBulkStart(
  db: Db,
  it: { id: string; state: 'approved' | 'withdrawn' | 'expired'; by: string | null },
): Promise<void> {
  await db.query(sql`
    update bulk_starts
       set version = version + 1, state = ${it.state}, decided_by = ${it.by}, decided_at = clock_timestamp(),
           touched_at = clock_timestamp()
     where id = ${it.id}
  `);
}

/** Nothing came of a list: nobody needs to know who stood in it. */
export async function forgetBulkPeople(db: Db, id: string): Promise<void> {
  await db.query(sql`delete from bulk_people where bulk_start = ${id}`);
}

export async function wakeBulkStart(db: Db, id: string): Promise<void> {
  await db.query(sql`select wake_bulk_start(${id})`);
}

/** Locks the next people who have to get a departure; none: there are none, or other workers have the rest. */
export async function takeBulkPeople(
  db: Db,
  id: string,
  most: number,
): Promise<readonly BulkPersonRow[]> {
  const { rows } = await db.query<BulkPersonRow & { line: number }>(sql`
    select ${personColumns}
      from bulk_people
     where bulk_start = ${id}
       and standing = 'starts'
       and outcome is null
     order by attempts, line
     limit ${most}
       for update skip locked
  `);
  return rows;
}

export async function noteBulkOutcome(
  db: Db,
  id: string,
  it: Pick<BulkPersonRow, 'line' | 'outcome' | 'detail' | 'caseId'>,
): Promise<void> {
  await db.query(sql`
    update bulk_people
       set outcome = ${it.outcome}, detail = ${it.detail}, case_id = ${it.caseId}, attempts = attempts + 1
     where bulk_start = ${id}
       and line = ${it.line}
  `);
}

/** A worker is at it, so that the sweep does not wake it as well. A preview begins from nothing. */
export async function beginBulkWork(db: Db, id: string): Promise<void> {
  await db.query(sql`
    update bulk_starts set planned = 0, touched_at = clock_timestamp() where id = ${id}
  `);
}

/** People of a list at the same point; `state` is that of their departures. */
export interface BulkProgress {
  readonly outcome: 'started' | 'not started' | null;
  readonly state: CaseState | null;
  readonly people: number;
}

/** How many people of an approved list have a departure, by the state it is in. */
export async function bulkProgress(db: Db, id: string): Promise<readonly BulkProgress[]> {
  const { rows } = await db.query<BulkProgress & { people: number }>(sql`
    select person.outcome, cases.state, count(*)::int as people
      from bulk_people person
      left join cases on cases.id = person.case_id
     where person.bulk_start = ${id}
       and person.standing = 'starts'
     group by person.outcome, cases.state
     order by person.outcome, cases.state
  `);
  return rows;
}

/** The bulk start of each of these departures that has one. */
export async function bulkStartsOf(
  db: Db,
  caseIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await db.query<{ caseId: string; bulkStart: string }>(sql`
    select case_id as "caseId", bulk_start as "bulkStart" from bulk_people where case_id = any (${caseIds})
  `);
  return new Map(rows.map((row) => [row.caseId, row.bulkStart]));
}

/** What a worker left lying, or what has run out: the sweep wakes it. */
export async function dueBulkStarts(db: Db, afterMs: number): Promise<readonly string[]> {
  const { rows } = await db.query<{ id: string }>(sql`
    select id
      from bulk_starts b
     where (state = 'planning' and touched_at < clock_timestamp() - make_interval(secs => ${afterMs / 1_000}))
        or (state in ('planning', 'waiting-for-approval') and expires_at < clock_timestamp())
        or (state = 'approved'
            and touched_at < clock_timestamp() - make_interval(secs => ${afterMs / 1_000})
            and exists (select from bulk_people p where p.bulk_start = b.id and standing = 'starts' and outcome is null))
  `);
  return rows.map((row) => row.id);
}
