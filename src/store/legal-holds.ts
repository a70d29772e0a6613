import { type Db, sql } from './sql.ts';
import { wakeSteps } from './steps.ts';

/** Nothing of a person may be destroyed, for as long as it is open. */
export interface LegalHoldRow {
  readonly id: string;
  readonly version: number;
  /** The row in `people`. */
  readonly person: string;
  readonly reason: string;
  readonly setBy: string;
  readonly setAt: Date;
  readonly liftedBy: string | null;
  readonly liftedAt: Date | null;
  readonly whyLifted: string | null;
  /** Of the HR system. */
  readonly personId: string;
  readonly name: string;
  readonly ref: string;
  readonly subject: string;
}

/** Open ones first, the newest first. */
export async function listLegalHolds(db: Db): Promise<readonly LegalHoldRow[]> {
  const { rows } = await db.query<LegalHoldRow>(sql`
    select * from legal_hold_view order by "liftedAt" is not null, "setAt" desc, id
  `);
  return rows;
}

export async function lockLegalHold(db: Db, id: string): Promise<LegalHoldRow | null> {
  await db.query(sql`select from legal_holds where id = ${id} for no key update`);
  const { rows } = await db.query<LegalHoldRow>(
    sql`select * from legal_hold_view where id = ${id}`,
  );
  return rows[0] ?? null;
}

/** The oldest open hold on the person with this HR id, whichever employment it was set on. */
export async function openHoldFor(db: Db, personId: string): Promise<LegalHoldRow | null> {
  const { rows } = await db.query<LegalHoldRow>(sql`
    select *
      from legal_hold_view
     where "personId" = ${personId}
       and "liftedAt" is null
     order by "setAt"
     limit 1
  `);
  return rows[0] ?? null;
}

export async function insertLegalHold(
  db: Db,
  it: { id: string; person: string; reason: string; by: string },
): Promise<void> {
  await db.query(sql`
    insert into legal_holds (id, version, person, reason, set_by)
    values (${it.id}, 1, ${it.person}, ${it.reason}, ${it.by})
  `);
}

/** False: it was lifted already. */
export async function liftLegalHold(
  db: Db,
  it: { id: string; version: number; by: string; why: string },
): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    update legal_holds
       set version = version + 1, lifted_by = ${it.by}, lifted_at = clock_timestamp(), why_lifted = ${it.why}
     where id = ${it.id}
       and version = ${it.version}
       and lifted_at is null
  `);
  return rowCount === 1;
}

/** Keeps a person's data in the record from being erased, or not any more. */
export async function markHeld(db: Db, it: { person: string; held: boolean }): Promise<void> {
  await db.query(sql`
    update ledger.subject_key
       set legal_hold = ${it.held}
     where subject in (select subject
                         from people
                        where person_id = (select person_id from people where id = ${it.person}))
  `);
}

/**
 * Locks the departures of a person against whoever is about to act on them: what is about to
 * destroy something has done so before, or sees the hold.
 */
export async function lockDeparturesOf(db: Db, person: string): Promise<void> {
  await db.query(sql`
    select ledger.lock_cases(array(
             select c.id
               from cases c
               join people p on p.id = c.person
              where p.person_id = (select person_id from people where id = ${person})
                and c.state not in ('complete', 'cancelled', 'brought-back')))
  `);
}

/** Whether what the person has in a connection was preserved in this case, and read back. */
export async function isPreserved(
  db: Db,
  it: { caseId: string; connectionId: string },
): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    select
      from steps
     where case_id = ${it.caseId}
       and connection_id = ${it.connectionId}
       and capability = 'data.preserve'
       and grade = 'verified'
       and undo_of is null
       and dropped_at is null
     limit 1
  `);
  return rowCount === 1;
}

/** Wakes the open steps of a person with these capabilities. */
export async function wakeStepsOf(
  db: Db,
  it: { person: string; capabilities: readonly string[] },
): Promise<void> {
  const { rows } = await db.query<{ id: string }>(sql`
    update steps s
       set wake_at = greatest(s.due_at, clock_timestamp())
      from cases c
      join people p on p.id = c.person
     where s.case_id = c.id
       and p.person_id = (select person_id from people where id = ${it.person})
       and s.capability = any (${it.capabilities}::text[])
       and s.status in ('ready', 'running')
       and s.wake_at is not null
       and s.dropped_at is null
    returning s.id
  `);
  await wakeSteps(
    db,
    rows.map((row) => row.id),
  );
}
