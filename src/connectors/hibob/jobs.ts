import { textIn } from '#connector-kit/employments.ts';
import type { Job } from '#connector-kit/role-change.ts';
import { type HiBob, hidden, type WorkRow } from './api.ts';
import { idIn } from './fields.ts';

type JobOfSomebody = Job & { readonly managerId: string | null };

/**
 * The jobs of a person in their order, in words: where the table has the id of an item of a list, the list says
 * what it is called. A row of Bob is numbered by its day, so a day that moves would be another row; jobs are
 * counted instead.
 */
export async function jobsOf(
  client: HiBob,
  employeeId: string,
  rows: readonly WorkRow[] | null,
): Promise<readonly JobOfSomebody[] | null> {
  if (rows === null) return null;
  for (const row of rows) needColumns(employeeId, row);
  if (rows.length === 0) return [];
  const [departments, titles] = await Promise.all([
    client.listOf('department'),
    client.listOf('title'),
  ]);
  const wordIn = (list: ReadonlyMap<string, string>, found: string | null) =>
    found === null ? null : (list.get(found) ?? found);
  return rows
    .toSorted((a, b) => a.effectiveDate.localeCompare(b.effectiveDate))
    .map((row, i) => ({
      id: String(i + 1),
      on: row.effectiveDate,
      role: {
        department: wordIn(departments, textIn(row, 'department')),
        title: wordIn(titles, textIn(row, 'title')),
        location: textIn(row, 'site'),
      },
      managerId: idIn(row['reportsTo']),
    }));
}

/** A column that we may not see would look like a role that never changes. */
function needColumns(employeeId: string, row: WorkRow): void {
  const missing = ['department', 'title', 'site'].filter((name) => !(name in row));
  if (missing.length > 0) throw hidden(employeeId, `${missing.join(', ')} of the table Work`);
}
