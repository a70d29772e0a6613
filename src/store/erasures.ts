import type { ErasureBasis, ErasureState } from '#core/erasure.ts';
import { type Db, sql } from './sql.ts';

/** That somebody's data be destroyed: asked for, decided, and what came of it. */
export interface ErasureRow {
  readonly id: string;
  readonly version: number;
  readonly state: ErasureState;
  /** Of the HR system; null once the person is erased. */
  readonly personId: string | null;
  readonly basis: ErasureBasis;
  /** The id of a user; `schedule`, as below, where nobody asked but the setting. */
  readonly requestedBy: string;
  readonly requestedAt: Date;
  readonly decidedBy: string | null;
  readonly decidedAt: Date | null;
  readonly whyRefused: string | null;
  /** How many values and files were destroyed; null: none yet. */
  readonly values: number | null;
  readonly blobs: number | null;
  readonly endedAt: Date | null;
}

const columns = sql`
  id, version, state, person_id as "personId", basis, coalesce(requested_by, 'schedule') as "requestedBy",
  requested_at as "requestedAt", case when scheduled then 'schedule' else decided_by end as "decidedBy", decided_at as "decidedAt", why_refused as "whyRefused", value_count as values,
  blob_count as blobs, ended_at as "endedAt"`;

/** The newest first. */
export async function listErasures(db: Db): Promise<readonly ErasureRow[]> {
  const { rows } = await db.query<ErasureRow & { id: string }>(
    sql`select ${columns} from erasures order by requested_at desc, id`,
  );
  return rows;
}

export async function lockErasure(db: Db, id: string): Promise<ErasureRow | null> {
  const { rows } = await db.query<ErasureRow & { id: string }>(
    sql`select ${columns} from erasures where id = ${id} for no key update`,
  );
  return rows[0] ?? null;
}

/** Null: one is open for this person already. */
export async function addErasure(
  db: Db,
  it: { id: string; personId: string; basis: ErasureBasis; by: string },
): Promise<ErasureRow | null> {
  const { rows } = await db.query<ErasureRow & { id: string }>(sql`
    insert into erasures (id, person_id, basis, requested_by)
    values (${it.id}, ${it.personId}, ${it.basis}, ${it.by})
        on conflict do nothing
    returning ${columns}
  `);
  return rows[0] ?? null;
}

/** False: somebody else decided first. */
export async function decideErasure(
  db: Db,
  it: { id: string; version: number; state: 'approved' | 'withdrawn'; by: string },
): Promise<boolean> {
  const approved = it.state === 'approved';
  const { rowCount } = await db.query(sql`
    update erasures
       set version = version + 1, state = ${it.state},
           decided_by = case when ${approved} then ${it.by} end,
           decided_at = case when ${approved} then clock_timestamp() end,
           ended_at = case when ${approved} then null else clock_timestamp() end
     where id = ${it.id}
       and version = ${it.version}
       and state = 'waiting-for-approval'
  `);
  return rowCount === 1;
}

/** HR ids of those who left longer ago than the schedule keeps their data; none where none is set. */
export async function dueForErasure(db: Db): Promise<readonly string[]> {
  const { rows } = await db.query<{ personId: string }>(
    sql`select person_id as "personId" from due_for_erasure() order by person_id`,
  );
  return rows.map((row) => row.personId);
}

/** Null: this person is not due, or an erasure of them is open already. */
export async function addScheduledErasure(db: Db, personId: string): Promise<string | null> {
  const { rows } = await db.query<{ id: string | null }>(
    sql`select schedule_erasure(${personId}) as id`,
  );
  return rows[0]?.id ?? null;
}

/** Those that are to be carried out, the oldest first. */
export async function approvedErasures(db: Db): Promise<readonly string[]> {
  const { rows } = await db.query<{ id: string }>(
    sql`select id from erasures where state = 'approved' order by decided_at`,
  );
  return rows.map((row) => row.id);
}

/** Locks an approved erasure and all about the person; nothing where somebody else has it. The newest employment first. */
export async function beginErasure(
  db: Db,
  id: string,
): Promise<readonly { readonly ref: string; readonly subject: string }[]> {
  const { rows } = await db.query<{ ref: string; subject: string }>(
    sql`select ref, subject from begin_erasure(${id})`,
  );
  return rows;
}

export async function refuseErasure(db: Db, it: { id: string; why: string }): Promise<void> {
  await db.query(sql`
    update erasures
       set version = version + 1, state = 'refused', why_refused = ${it.why}, ended_at = clock_timestamp()
     where id = ${it.id}
  `);
}

/**
 * Destroys the keys of these subjects, then every value and file under them, and returns how many there
 * were. The keys first: who was about to keep something more waits for them.
 */
export async function destroySubjects(
  db: Db,
  subjects: readonly string[],
): Promise<ReadonlyMap<string, { readonly values: number; readonly blobs: number }>> {
  await db.query(sql`
    insert into ledger.subject_key (subject, wrapped, destroyed_at)
    select subject, null, clock_timestamp() from unnest(${subjects}::uuid[]) as it (subject)
        on conflict (subject) do update set wrapped = null, destroyed_at = excluded.destroyed_at
  `);
  const { rows } = await db.query<{ subject: string; values: number; blobs: number }>(sql`
    with gone as (
      delete from ledger.disclosure where subject = any (${subjects}::uuid[]) returning subject
    ), lost as (
      delete from ledger.blob where subject = any (${subjects}::uuid[]) returning subject
    )
    select it.subject, (select count(*) from gone where gone.subject = it.subject)::int as values,
           (select count(*) from lost where lost.subject = it.subject)::int as blobs
      from unnest(${subjects}::uuid[]) as it (subject)
  `);
  return new Map(rows.map(({ subject, ...counts }) => [subject, counts]));
}

/** Takes every value of the person out of the ordinary tables, and the erasure to its end. */
export async function finishErasure(
  db: Db,
  it: { id: string; values: number; blobs: number },
): Promise<void> {
  await db.query(sql`select erase_person(${it.id})`);
  await db.query(sql`
    update erasures
       set version = version + 1, state = 'erased', person_id = null, value_count = ${it.values}, blob_count = ${it.blobs},
           ended_at = clock_timestamp()
     where id = ${it.id}
  `);
}

/** What might stand in the way of erasing the person with this HR id. */
export interface Standing {
  readonly isHeld: boolean;
  /** Ids of departures and arrivals that have not ended, of the person and then of others that name them. */
  readonly openCases: readonly string[];
  readonly casesNaming: readonly string[];
  /** Complete departures with a step that is only skipped for a while. */
  readonly waivedIn: readonly string[];
  readonly openBulkStarts: readonly string[];
  readonly openEvents: number;
  /** Questions whether they leave, which nobody has answered. */
  readonly openHints: readonly string[];
  readonly isUser: boolean;
  /** Settings, connections and playbooks in which an address of theirs stands. */
  readonly namedIn: readonly string[];
  readonly country: string | null;
  /** Day on which the last employment ended. */
  readonly endedOn: string | null;
  readonly today: string;
}

export async function standingOf(db: Db, personId: string): Promise<Standing> {
  const { rows } = await db.query<Standing & { today: string }>(sql`
    with person as (
      select id, name, subject, facts from people where person_id = ${personId}
    ), own as (
      select c.* from cases c join person on person.id = c.person
    ), words as (
      select addresses_of(${personId}) as addresses,
             addresses_of(${personId}) || array(select name from person where name like '%_ _%') as words
    ), ended as (
      select unnest(array['complete', 'cancelled', 'brought-back']) as state
    )
    select exists (select from ledger.subject_key k join person p on p.subject = k.subject where k.legal_hold)
           or exists (select from legal_holds h join person p on p.id = h.person where h.lifted_at is null) as "isHeld",
           array(select own.id from own where own.state not in (table ended) order by 1) as "openCases",
           array(select distinct s.case_id
                   from steps s
                   join cases c on c.id = s.case_id
                  where c.state not in (table ended)
                    and not exists (select from person p where p.id = c.person or p.name = (select o.name from people o where o.id = c.person))
                    and step_mentions(s, words.words)
                 union
                 select f.case_id from successors f join cases c on c.id = f.case_id
                  where f.person_id = ${personId} and c.state not in (table ended)
                 order by 1) as "casesNaming",
           array(select distinct s.case_id
                   from steps s
                   join own on own.id = s.case_id
                  where s.grade = 'waived' and s.decision ->> 'expiresAt' is not null and s.dropped_at is null
                    and own.state = 'complete' and own.direction = 'forward'
                  order by 1) as "waivedIn",
           array(select distinct b.id
                   from bulk_starts b
                   join bulk_people p on p.bulk_start = b.id
                  where p.person_id = ${personId} and p.outcome is null and b.state in ('planning', 'waiting-for-approval', 'approved')
                  order by 1) as "openBulkStarts",
           (select count(*)::int
              from deliveries d
             where d.outcome in ('received', 'waiting')
               and mentions(encode(d.body, 'escape'), words.addresses || ${`"${personId}"`}::text)) as "openEvents",
           array(select h.id::text from departure_hints h join person p on p.id = h.person where h.state = 'open' order by 1) as "openHints",
           exists (select from users u
                    where u.disabled_at is null and lower(u.email) = any (select lower(unnest(words.addresses)))) as "isUser",
           array(select 'setting ' || id from settings where mentions(value::text, words.addresses)
                 union
                 select 'connection ' || id from connections where mentions(concat(owner, settings), words.addresses)
                 union
                 select 'playbook ' || name from playbooks where status <> 'retired' and mentions(text, words.addresses)
                 union
                 select 'draft of playbook ' || name from playbook_drafts where mentions(text, words.addresses)
                 order by 1) as "namedIn",
           (select p.facts ->> 'country' from person p order by p.facts ->> 'country' nulls last limit 1) as country,
           (select max(coalesce(own.employment_ends, own.ended_at::date))::text
              from own where own.kind = 'departure' and own.state = 'complete') as "endedOn",
           clock_timestamp()::date::text as today
      from words
  `);
  return rows[0]!;
}

/** When each of these pseudonyms was erased, of those that were. */
export async function erasedAmong(
  db: Db,
  refs: readonly string[],
): Promise<ReadonlyMap<string, Date>> {
  if (refs.length === 0) return new Map();
  const { rows } = await db.query<{ ref: string; at: Date }>(sql`
    select person_ref as ref, min(at) as at
      from ledger.event_ix
     where type = 'subject.erased'
       and person_ref = any (${refs}::text[])
     group by person_ref
  `);
  return new Map(rows.map(({ ref, at }) => [ref, at]));
}

/** HR ids of people whose key is destroyed and whose data is here: the database was put back to a day before. */
export async function erasedSince(admin: Db): Promise<readonly string[]> {
  const { rows } = await admin.query<{ personId: string }>(sql`
    select distinct person_id as "personId"
      from people
      join ledger.subject_key using (subject)
     where wrapped is null
       and erased_at is null
     order by 1
  `);
  return rows.map(({ personId }) => personId);
}
