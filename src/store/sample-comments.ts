import { newId } from './random.ts';
import { type Db, sql } from './sql.ts';

/** What somebody said of one who left. */
export interface SampleComment {
  readonly id: string;
  readonly author: string;
  readonly authorName: string;
  /** For more than is shown. */
  readonly asks: boolean;
  readonly text: string;
  readonly saidAt: Date;
}

/** Of the person behind a pseudonym, the oldest first. */
export async function sampleComments(db: Db, ref: string): Promise<readonly SampleComment[]> {
  const { rows } = await db.query<SampleComment>(sql`
    select c.id, c.author, u.name as "authorName", c.asks, c.text, c.said_at as "saidAt"
      from sample_comments c
      join people p on p.id = c.person
      join users u on u.id = c.author
     where p.ref = ${ref}
     order by c.said_at, c.id
  `);
  return rows;
}

/** Keeps what was said of the person behind a pseudonym; returns the comment's id, and under whose key it is stated. */
export async function keepSampleComment(
  db: Db,
  it: { ref: string; author: string; asks: boolean; text: string },
): Promise<{ id: string; subject: string }> {
  const { rows } = await db.query<{ id: string; subject: string }>(sql`
    with about as (
      select id, subject from people where ref = ${it.ref}
    ), said as (
      insert into sample_comments (id, person, author, asks, text)
      select ${newId()}, id, ${it.author}, ${it.asks}, ${it.text} from about
      returning id
    )
    select said.id, about.subject from said, about
  `);
  return rows[0]!;
}
