import { type Db, sql } from './sql.ts';

export const hintStates = ['open', 'confirmed', 'dismissed'] as const;

/** An account ended, which may mean that its owner leaves. */
export interface DepartureHintRow {
  readonly id: string;
  readonly version: number;
  /** The row in `people`. */
  readonly person: string;
  readonly source: string;
  /** The account at that source; it may be gone. */
  readonly account: string;
  readonly what: 'deactivated' | 'deleted';
  readonly heardAt: Date;
  readonly state: (typeof hintStates)[number];
  /** The departure that answers it. */
  readonly caseId: string | null;
  /** Null: nobody had to, since a departure was there or came from a source. */
  readonly decidedBy: string | null;
  readonly decidedAt: Date | null;
  /** Of the HR system. */
  readonly personId: string;
  readonly name: string;
  readonly email: string;
  readonly ref: string;
  readonly subject: string;
  readonly accountNow: 'active' | 'inactive' | 'gone';
}

/** Open ones first, the newest first. */
export async function listHints(
  db: Db,
  it: { state: DepartureHintRow['state'] | null; skip: number; limit: number },
): Promise<readonly DepartureHintRow[]> {
  const { rows } = await db.query<DepartureHintRow>(sql`
    select *
      from departure_hint_view
     where (${it.state}::text is null or state = ${it.state})
     order by state <> 'open', "heardAt" desc, id
    offset ${it.skip}
     limit ${it.limit}
  `);
  return rows;
}

export async function loadHint(db: Db, id: string): Promise<DepartureHintRow | null> {
  const { rows } = await db.query<DepartureHintRow>(
    sql`select * from departure_hint_view where id::text = ${id}`,
  );
  return rows[0] ?? null;
}

/** Keeps a hint, or that more came of the open one about the same account: its version tells which. */
export async function saveHint(
  db: Db,
  it: Pick<
    DepartureHintRow,
    'id' | 'version' | 'person' | 'source' | 'account' | 'what' | 'heardAt'
  >,
): Promise<void> {
  await db.query(sql`
    insert into departure_hints as known (id, version, person, source, account, what, heard_at)
    values (${it.id}, ${it.version}, ${it.person}, ${it.source}, ${it.account}, ${it.what}, ${it.heardAt})
        on conflict (id) do update
       set version = excluded.version, what = excluded.what, heard_at = excluded.heard_at
  `);
}

/** The open hint about one account. */
export async function openHintOf(
  db: Db,
  it: { source: string; account: string },
): Promise<DepartureHintRow | null> {
  const { rows } = await db.query<DepartureHintRow>(sql`
    select *
      from departure_hint_view
     where source = ${it.source}
       and account = ${it.account}
       and state = 'open'
  `);
  return rows[0] ?? null;
}

/** One after the other, until the transaction ends: two at a time would not count each other. */
export async function lockHintsOf(db: Db, source: string): Promise<void> {
  await db.query(sql`
    select pg_advisory_xact_lock(hashtextextended(${`gatehouse.hints\n${source}`}, 0))
  `);
}

/** How many hints of a source are open: in all, and of the last hour. */
export async function countOpenHints(
  db: Db,
  source: string,
): Promise<{ open: number; lately: number }> {
  const { rows } = await db.query<{ open: number; lately: number }>(sql`
    select count(*)::int as open,
           (count(*) filter (where heard_at > clock_timestamp() - interval '1 hour'))::int as lately
      from departure_hints
     where source = ${source}
       and state = 'open'
  `);
  return rows[0]!;
}

/** The open hints about whoever has this HR id, in whichever employment. */
export async function openHintsAbout(
  db: Db,
  personId: string,
): Promise<readonly DepartureHintRow[]> {
  const { rows } = await db.query<DepartureHintRow>(sql`
    select * from departure_hint_view where "personId" = ${personId} and state = 'open' order by id
  `);
  return rows;
}

/**
 * The departure that explains why an account ended: one that has not ended, or was carried out since the account
 * was made or activated last.
 */
export async function departureBehind(
  db: Db,
  it: { personId: string; activeSince: Date },
): Promise<string | null> {
  const { rows } = await db.query<{ id: string }>(sql`
    select c.id
      from cases c
      join people p on p.id = c.person
     where p.person_id = ${it.personId}
       and c.kind = 'departure'
       and c.state not in ('cancelled', 'brought-back')
       and (c.state <> 'complete' or c.opened_at >= ${it.activeSince})
     order by c.opened_at desc
     limit 1
  `);
  return rows[0]?.id ?? null;
}

/** Ends an open hint. False: it has moved meanwhile. */
export async function decideHint(
  db: Db,
  it: { id: string; version: number; by: string | null } & (
    | { state: 'confirmed'; caseId: string }
    | { state: 'dismissed' }
  ),
): Promise<boolean> {
  const { rowCount } =
    it.state === 'dismissed'
      ? await db.query(sql`
          update departure_hints
             set version = version + 1, state = 'dismissed', decided_by = ${it.by}, decided_at = clock_timestamp()
           where id = ${it.id}
             and version = ${it.version}
             and state = 'open'
        `)
      : await db.query(sql`
          update departure_hints
             set version = version + 1, state = 'confirmed', case_id = ${it.caseId}, decided_by = ${it.by},
                 decided_at = clock_timestamp()
           where id = ${it.id}
             and version = ${it.version}
             and state = 'open'
        `);
  return rowCount === 1;
}
