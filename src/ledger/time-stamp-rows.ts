import { type Db, type Pool, type Sql, sql } from '#store/sql.ts';

/** What an authority has to be asked about. */
export interface Due {
  readonly origin: string;
  /** Of the signed state. */
  readonly size: number;
  /** 0: over the note of that state; each further one is over the one before. */
  readonly generation: number;
  readonly data: Buffer;
}

/**
 * The newest signed state, when an authority has not stamped it, and its last is so old or a case was
 * sealed since; null: nothing is due.
 */
export async function dueNow(db: Db, tsa: string, everyMs: number): Promise<Due | null> {
  const { rows } = await db.query<Omit<Due, 'data'> & { note: string }>(sql`
    select newest.origin, newest.size::float8 as size, 0 as generation, newest.note
      from ledger.head
      join lateral (
             select origin, size, note
               from ledger.checkpoint
              where origin = head.origin
              order by ledger.checkpoint.size desc
              limit 1) as newest on true
      left join lateral (
             select size, gen_time
               from ledger.tsa_token
              where origin = head.origin
                and tsa = ${tsa}
                and generation = 0
              order by ledger.tsa_token.size desc
              limit 1) as last on true
     where last.size is null
        or (last.size < newest.size
            and (last.gen_time < clock_timestamp() - ${everyMs} * interval '1 millisecond'
                 or exists (select from ledger.event_ix
                             where type = 'case.sealed' and idx >= last.size and idx < newest.size)))
  `);
  const [row] = rows;
  if (!row) return null;
  const { note, ...due } = row;
  return { ...due, data: Buffer.from(note) };
}

/** The oldest time stamp of an authority that is older than that and has no newer one over it. */
export async function dueForRenewal(db: Db, tsa: string, olderThanMs: number): Promise<Due | null> {
  const { rows } = await db.query<Due & { size: number }>(sql`
    select origin, size::float8 as size, generation + 1 as generation, tsr as data
      from ledger.tsa_token as old
     where tsa = ${tsa}
       and gen_time < clock_timestamp() - ${olderThanMs} * interval '1 millisecond'
       and not exists (select from ledger.tsa_token as newer
                        where newer.origin = old.origin
                          and newer.size = old.size
                          and newer.tsa = old.tsa
                          and newer.generation = old.generation + 1)
     order by gen_time
     limit 1
  `);
  return rows[0] ?? null;
}

/** Keeps a time stamp with the certificates above the one that signed it. */
export async function addToken(
  tx: Db,
  it: Omit<Due, 'data'> & { tsa: string; tsr: Buffer; at: Date; chainPem: string },
): Promise<void> {
  await tx.query(sql`
    insert into ledger.tsa_token (origin, size, tsa, generation, tsr, gen_time, chain_pem)
    values (${it.origin}, ${it.size}, ${it.tsa}, ${it.generation}, ${it.tsr}, ${it.at}, ${it.chainPem})
  `);
}

/** Keeps which authorities are asked now; what is known of others is forgotten. */
export async function keepAuthorities(db: Db, names: readonly string[]): Promise<void> {
  await db.query(sql`delete from ledger.tsa where name <> all (${names})`);
  await db.query(sql`
    insert into ledger.tsa (name) select unnest(${names}::text[]) on conflict do nothing
  `);
}

/** Keeps how an authority answered. `because`: what was wrong; null: nothing. */
export async function noteAnswer(db: Db, tsa: string, because: string | null): Promise<void> {
  await db.query(sql`
    update ledger.tsa
       set because = ${because},
           failing_since = case when ${because}::text is not null
                                then coalesce(failing_since, clock_timestamp()) end
     where name = ${tsa}
  `);
}

/** An authority that gives no good time stamps. */
export interface FailingAuthority {
  readonly name: string;
  readonly since: Date;
  /** `The time stamp …`. */
  readonly because: string;
}

/** The authorities that have given no good time stamp for that long. */
export const authoritiesFailing = (forMs: number): Sql => sql`
    select name, failing_since as since, because
      from ledger.tsa
     where failing_since <= clock_timestamp() - ${forMs} * interval '1 millisecond'
     order by name
`;

export async function failingAuthorities(
  db: Pick<Pool, 'query'>,
  forMs: number,
): Promise<readonly FailingAuthority[]> {
  const { rows } = await db.query<FailingAuthority & { name: string }>(authoritiesFailing(forMs));
  return rows;
}
