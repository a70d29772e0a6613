import { type Db, sql } from './sql.ts';

/** Somebody whose record in an HR system cannot be taken in as it is. */
export interface SetAsideRow {
  readonly source: string;
  /** Of the HR system. */
  readonly personId: string;
  /** What is missing, in plain words. */
  readonly because: string;
  /** What the source says of their departure; null: none is seen. */
  readonly leaves: string | null;
  /** They left long before the source was first read: nobody is asked. */
  readonly isHistory: boolean;
}

export async function lockSetAside(
  db: Db,
  it: { source: string; personId: string },
): Promise<SetAsideRow | null> {
  const { rows } = await db.query<SetAsideRow>(sql`
    select source, person_id as "personId", because, leaves, is_history as "isHistory"
      from people_set_aside
     where source = ${it.source}
       and person_id = ${it.personId}
       for update
  `);
  return rows[0] ?? null;
}

/** Sets somebody aside, or keeps what is the matter with them now. Their record is read again after a while. */
export async function saveSetAside(db: Db, it: SetAsideRow & { againInMs: number }): Promise<void> {
  const againInSeconds = it.againInMs / 1_000;
  await db.query(sql`
    insert into people_set_aside (source, person_id, because, leaves, is_history, again_at)
    values (${it.source}, ${it.personId}, ${it.because}, ${it.leaves}, ${it.isHistory},
            clock_timestamp() + make_interval(secs => ${againInSeconds}))
        on conflict (source, person_id) do update
       set because = excluded.because, leaves = excluded.leaves, is_history = excluded.is_history,
           again_at = excluded.again_at
  `);
}

/** Their record could be taken in, or is gone. Null: they were not set aside. */
export async function forgetSetAside(
  db: Db,
  it: { source: string; personId: string },
): Promise<SetAsideRow | null> {
  const { rows } = await db.query<SetAsideRow>(sql`
    delete from people_set_aside
     where source = ${it.source}
       and person_id = ${it.personId}
    returning source, person_id as "personId", because, leaves, is_history as "isHistory"
  `);
  return rows[0] ?? null;
}

/** Those of a source who are asked about and of whom no departure is seen, the newest first. */
export async function listSetAside(db: Db, source: string): Promise<readonly SetAsideRow[]> {
  const { rows } = await db.query<SetAsideRow>(sql`
    select source, person_id as "personId", because, leaves, is_history as "isHistory"
      from people_set_aside
     where source = ${source}
       and leaves is null
       and not is_history
     order by since desc, person_id
  `);
  return rows;
}

/** Whose record is to be read again by now. */
export async function dueSetAside(db: Db, source: string): Promise<readonly string[]> {
  const { rows } = await db.query<{ personId: string }>(sql`
    select person_id as "personId"
      from people_set_aside
     where source = ${source}
       and not is_history
       and again_at <= clock_timestamp()
     order by again_at, person_id
     limit 1000
  `);
  return rows.map((row) => row.personId);
}
