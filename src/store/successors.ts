import type { Candidate } from '#core/successor.ts';
import { type Db, sql } from './sql.ts';

export interface NamedSuccessor {
  /** Of the HR system. */
  readonly personId: string;
  /** The user, or the source that told. */
  readonly namedBy: string;
}

/** Whom somebody named to take over in one departure; null: nobody did. */
export async function namedSuccessor(db: Db, caseId: string): Promise<NamedSuccessor | null> {
  const { rows } = await db.query<NamedSuccessor>(sql`
    select person_id as "personId", named_by as "namedBy" from successors where case_id = ${caseId}
  `);
  return rows[0] ?? null;
}

/** Names who takes over in one departure, or (null) goes back to the manager. */
export async function keepSuccessor(
  db: Db,
  it: { caseId: string; personId: string | null; by: string },
): Promise<void> {
  if (it.personId === null) {
    await db.query(sql`delete from successors where case_id = ${it.caseId}`);
    return;
  }
  await db.query(sql`
    insert into successors (case_id, person_id, named_by)
    values (${it.caseId}, ${it.personId}, ${it.by})
        on conflict (case_id) do update
       set person_id = excluded.person_id, named_by = excluded.named_by, named_at = clock_timestamp()
  `);
}

/** Whoever departures count on and now leaves as well: those departures are planned again. */
export async function wakeCasesCountingOn(db: Db, personId: string): Promise<void> {
  await db.query(sql`
    select wake_case(id, 20)
      from (select id, kind, direction, state
              from cases
             where id = any (array(select case_id from successors where person_id = ${personId}))
                or person = any (array(select id from people where facts ->> 'managerId' = ${personId}))
            offset 0) as counting -- apart, so that no plan goes through all open departures
     where kind = 'departure'
       and direction = 'forward'
       and state in ('scheduled', 'running', 'access-removed')
  `);
}

/** Somebody by HR id, in their newest employment, and whether a departure of theirs is under way or over. */
export async function candidateOf(
  db: Db,
  personId: string,
): Promise<(Candidate & { readonly managerId: string | null }) | null> {
  const { rows } = await db.query<Candidate & { managerId: string | null }>(sql`
    select p.person_id as "personId", p.name, p.email, p.facts ->> 'managerId' as "managerId",
           is_leaving(p.id) as leaves
      from people p
     where p.person_id = ${personId}
     order by leaves, p.heard_at desc
     limit 1
  `);
  return rows[0] ?? null;
}

/** People whose record names this HR id as their manager, and who stay. By name. */
export async function reportsOf(db: Db, personId: string): Promise<readonly { name: string }[]> {
  const { rows } = await db.query<{ name: string }>(sql`
    select p.name
      from people p
     where p.facts ->> 'managerId' = ${personId}
       and p.person_id <> ${personId}
       and not is_leaving(p.id)
     order by p.name, p.person_id
  `);
  return rows;
}
