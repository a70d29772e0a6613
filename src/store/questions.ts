import { type Db, type Sql, sql } from './sql.ts';

/**
 * Which of several questions have an answer, asked in one statement. Each is a select, or several of which one is
 * enough, and a row is the answer. It only looks: whoever acts upon it reads again.
 */
export async function answered<Name extends string>(
  db: Db,
  questions: Readonly<Record<Name, readonly Sql[]>>,
): Promise<ReadonlySet<Name>> {
  const each = Object.entries<readonly Sql[]>(questions).flatMap(([name, all]) =>
    all.map((one) => sql`select ${name}::text as name where exists (${one})`),
  );
  const { rows } = await db.query<{ name: Name }>(
    each.reduce((before, one) => sql`${before} union all ${one}`),
  );
  return new Set(rows.map(({ name }) => name));
}
