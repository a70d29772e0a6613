import type { PersonFacts } from '#core/person.ts';
import { type Db, sql } from './sql.ts';

export interface PersonRow {
  readonly id: string;
  /** The pseudonym that stands for the person in the record. */
  readonly ref: string;
  /** Names the key under which the record keeps what is personal. */
  readonly subject: string;
  readonly source: string;
  readonly personId: string;
  readonly employmentId: string;
  readonly facts: PersonFacts;
  readonly name: string;
  readonly email: string;
  readonly heardAt: Date;
  /** Null: they are not erased. */
  readonly erasedAt: Date | null;
}

export async function loadPerson(db: Db, id: string): Promise<PersonRow | null> {
  const { rows } = await db.query<PersonRow>(sql`select * from person_view where id = ${id}`);
  return rows[0] ?? null;
}

/** Every employment of the person with this HR id. */
export async function employmentsOf(db: Db, personId: string): Promise<readonly PersonRow[]> {
  const { rows } = await db.query<PersonRow>(
    sql`select * from person_view where "personId" = ${personId} order by "heardAt" desc`,
  );
  return rows;
}

/** Every employment of whoever has this address at work, the newest first. */
export async function employmentsAt(db: Db, email: string): Promise<readonly PersonRow[]> {
  const { rows } = await db.query<PersonRow>(sql`
    select * from person_view where lower(email) = lower(${email}) order by "heardAt" desc
  `);
  return rows;
}

/** Whoever has this HR id as their manager. */
export async function reportsOf(db: Db, personId: string): Promise<readonly PersonRow[]> {
  const { rows } = await db.query<PersonRow>(sql`
    select * from person_view where facts ->> 'managerId' = ${personId} order by name, id
  `);
  return rows;
}

/** Locks the employment against a second event about it, and returns what we know of it. */
export async function lockPerson(
  db: Db,
  it: { personId: string; employmentId: string },
): Promise<PersonRow | null> {
  // Also orders two events about somebody we have never heard of.
  const [, known] = await Promise.all([
    db.query(sql`
      select pg_advisory_xact_lock(hashtextextended(${`${it.personId}\n${it.employmentId}`}, 0))
    `),
    employmentWith(db, it),
  ]);
  return known;
}

/** What we know of an employment. */
export async function employmentWith(
  db: Db,
  it: { personId: string; employmentId: string },
): Promise<PersonRow | null> {
  const { rows } = await db.query<PersonRow>(sql`
    select *
      from person_view
     where "personId" = ${it.personId}
       and "employmentId" = ${it.employmentId}
  `);
  return rows[0] ?? null;
}

/** Keeps the newest facts about somebody who is locked; older ones than we have change nothing. */
export async function savePerson(
  db: Db,
  it: { ref: string; source: string; facts: PersonFacts; heardAt: Date },
): Promise<PersonRow> {
  await db.query(sql`
    insert into people as known (ref, source, person_id, employment_id, facts, heard_at)
    values (${it.ref}, ${it.source}, ${it.facts.personId}, ${it.facts.employmentId}, ${JSON.stringify(it.facts)}, ${it.heardAt})
        on conflict (person_id, employment_id) do update
       set source = excluded.source, facts = excluded.facts, heard_at = excluded.heard_at
     where known.heard_at <= excluded.heard_at
       and (known.facts, known.source) is distinct from (excluded.facts, excluded.source)
  `);
  return (await employmentWith(db, it.facts))!;
}

/**
 * Whose somebody is when a file tells of them: of whoever told first, unless that is an identity provider, which an
 * HR system comes before.
 */
export async function sourceInFile(
  db: Db,
  known: PersonRow | null,
  source: string,
): Promise<string> {
  if (known === null) return source;
  const { rowCount } = await db.query(sql`
    select from scim_resources where source = ${known.source} limit 1
  `);
  return rowCount === 0 ? known.source : source;
}

export interface PeopleFilter {
  /** Part of a name, an address or a person id. */
  readonly text: string | null;
  readonly afterName: string | null;
  readonly limit: number;
}

/** Matches where this text occurs anywhere, whatever it holds. */
const anywhere = (text: string): string => `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`;

/** The pseudonyms of everybody of whose name, address or person id this is a part. */
export async function refsOfPeople(db: Db, text: string): Promise<readonly string[]> {
  const pattern = anywhere(text);
  const { rows } = await db.query<{ ref: string }>(sql`
    select ref
      from people
     where erased_at is null
       and sought like lower(${pattern})
  `);
  return rows.map((row) => row.ref);
}

/** By name. */
export async function listPeople(db: Db, it: PeopleFilter): Promise<readonly PersonRow[]> {
  const pattern = it.text === null ? null : anywhere(it.text);
  const { rows } = await db.query<PersonRow>(sql`
    select *
      from person_view
     where "erasedAt" is null
       and (${it.afterName}::text is null or name || chr(1) || id::text > ${it.afterName})
       and (${pattern}::text is null or name ilike ${pattern} or email ilike ${pattern} or "personId" ilike ${pattern})
     order by name || chr(1) || id::text
     limit ${it.limit}
  `);
  return rows;
}

/** Who stands behind the pseudonyms of the record, as far as we know them. */
export async function namesOfRefs(
  db: Db,
  refs: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await db.query<{ ref: string; name: string }>(
    sql`select ref, name from people where ref = any (${refs}) and erased_at is null`,
  );
  return new Map(rows.map((row) => [row.ref, row.name]));
}

/** Whether somebody's record names this HR id as their manager. */
export async function hasReports(db: Db, personId: string): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    select from people where facts ->> 'managerId' = ${personId} limit 1
  `);
  return rowCount === 1;
}
