import { type Db, sql } from '#store/sql.ts';

/** How far the record lies once more outside the database. */
export interface MirrorState {
  readonly place: string;
  readonly comesFirst: boolean;
  readonly size: number;
  /** Why it cannot be written; null: it can. */
  readonly problem: string | null;
  /** For how long the oldest signed state that does not lie there has been waiting; 0: all lies there. */
  readonly lagMs: number;
}

/** A mirror that follows may be so far behind. */
export const longestLagMs = 60_000;

const state = sql`
    select place, comes_first as "comesFirst", mirror.size::float8 as size, problem,
           coalesce(extract(epoch from clock_timestamp() - (
             select greatest(signed_at, mirror.noted_at)
               from ledger.checkpoint later
              where later.origin = head.origin
                and later.size > case when mirror.origin = head.origin then mirror.size else 0 end
              order by later.size
              limit 1
           )) * 1000, 0)::float8 as "lagMs"
      from ledger.mirror
     cross join ledger.head
`;

/** Null: there is no mirror. */
export async function mirrorState(db: Db): Promise<MirrorState | null> {
  const { rows } = await db.query<MirrorState>(state);
  return rows[0] ?? null;
}

/** Whether somebody has to look: nothing can be signed, or what is signed has no second place for too long. */
export const mirrorIsAmiss = ({ comesFirst, problem, lagMs }: MirrorState): boolean =>
  comesFirst ? problem !== null : lagMs > longestLagMs;

/** The same, asked of the database. */
export const mirrorAmiss = sql`
    select
      from (${state}) mirror
     where case when "comesFirst" then problem is not null else "lagMs" > ${longestLagMs} end
`;

type Place = Pick<MirrorState, 'place' | 'comesFirst'>;

/** What the scribe has for a mirror; null: none. */
export async function noteMirror(db: Db, mirror: Place | null): Promise<void> {
  await db.query(
    sql`delete from ledger.mirror where place is distinct from ${mirror?.place ?? null}`,
  );
  if (!mirror) return;
  await db.query(sql`
    insert into ledger.mirror (place, comes_first) values (${mirror.place}, ${mirror.comesFirst})
        on conflict (one) do nothing
  `);
}

export async function noteMirrored(
  db: Db,
  { place, comesFirst }: Place,
  { origin, size }: { readonly origin: string; readonly size: number },
): Promise<void> {
  await db.query(sql`
    insert into ledger.mirror (place, comes_first, origin, size, mirrored_at)
    values (${place}, ${comesFirst}, ${origin}, ${size}, clock_timestamp())
        on conflict (one) do update
       set place = excluded.place, comes_first = excluded.comes_first, origin = excluded.origin, size = excluded.size,
           mirrored_at = excluded.mirrored_at, problem = null, problem_since = null
  `);
}

export async function noteMirrorProblem(
  db: Db,
  { place, comesFirst }: Place,
  problem: string,
): Promise<void> {
  await db.query(sql`
    insert into ledger.mirror as known (place, comes_first, problem, problem_since)
    values (${place}, ${comesFirst}, ${problem}, clock_timestamp())
        on conflict (one) do update
       set place = excluded.place, comes_first = excluded.comes_first, problem = excluded.problem,
           problem_since = coalesce(known.problem_since, excluded.problem_since)
  `);
}
