import type { ArrivalFacts } from '#core/arrival.ts';
import type { DepartureFacts } from '#core/departure.ts';
import { type Db, json, sql } from './sql.ts';

/** The newest thing a source said about one leaving of one employment, or about its beginning. */
export interface Word {
  /** The row in `people`. */
  readonly person: string;
  /** Empty: the source said that the person does not leave at all. */
  readonly separationId: string;
  readonly source: string;
  readonly sourceVersion: number | null;
  readonly heardAt: Date;
  /** Null: taken back, or there never was one. */
  readonly departure: DepartureFacts | null;
  /** Null: taken back, or it is not about an arrival. */
  readonly arrival: ArrivalFacts | null;
}

/** What was said before about this leaving, or about leaving at all. */
export async function wordsAbout(
  db: Db,
  it: Pick<Word, 'person' | 'separationId'>,
): Promise<readonly Word[]> {
  const { rows } = await db.query<Word & { person: string }>(sql`
    select person, separation_id as "separationId", source, source_version::float8 as "sourceVersion",
           heard_at as "heardAt", departure, arrival
      from separations
     where person = ${it.person}
       and separation_id in ('', ${it.separationId})
  `);
  return rows;
}

/** Whether any source says, or said and did not take back, that this employment ends. */
export async function isSaidToLeave(db: Db, person: string): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    select from separations where person = ${person} and jsonb_typeof(departure) = 'object' limit 1
  `);
  return rowCount === 1;
}

/** Keeps the newest word; the caller has judged that it is the newest. */
export async function keepWord(db: Db, it: Word): Promise<void> {
  await db.query(sql`
    insert into separations (person, separation_id, source, source_version, heard_at, departure, arrival)
    values (${it.person}, ${it.separationId}, ${it.source}, ${it.sourceVersion}, ${it.heardAt},
            ${json(it.departure)}::jsonb, ${json(it.arrival)}::jsonb)
        on conflict (person, separation_id) do update
       set source = excluded.source, source_version = excluded.source_version, heard_at = excluded.heard_at,
           departure = excluded.departure, arrival = excluded.arrival
  `);
}
