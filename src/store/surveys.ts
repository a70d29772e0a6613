import { type Db, sql } from './sql.ts';

/** One version of a survey. Versions never change; a change is the next one. */
export interface SurveyRow {
  readonly id: string;
  readonly name: string;
  /** 1, 2, 3 … per name. */
  readonly number: number;
  /** The document. */
  readonly text: string;
  readonly author: string;
  readonly createdAt: Date;
}

/** Every version of one survey, or of all: by name, the newest first. */
export async function surveyVersions(
  db: Db,
  name: string | null = null,
): Promise<readonly SurveyRow[]> {
  const { rows } = await db.query<SurveyRow>(sql`
    select id, name, number, text, author, created_at as "createdAt"
      from surveys
     where (${name}::text is null or name = ${name})
     order by name, number desc
  `);
  return rows;
}

/** The version that is asked now. */
export async function newestSurvey(db: Db, name: string): Promise<SurveyRow | null> {
  return (await surveyVersions(db, name))[0] ?? null;
}

/** False: somebody else was faster. */
export async function addSurveyVersion(
  db: Db,
  it: { id: string; name: string; number: number; text: string; author: string },
): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    insert into surveys (id, version, name, number, text, author)
    values (${it.id}, 1, ${it.name}, ${it.number}, ${it.text}, ${it.author})
        on conflict (name, number) do nothing
  `);
  return rowCount === 1;
}
