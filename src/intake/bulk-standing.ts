import type { BulkStanding } from '#core/bulk-start.ts';
import { type BulkPersonRow, knownOf } from '#store/bulk-starts.ts';
import type { Db } from '#store/sql.ts';
import { isSomebodyElse } from './receive.ts';

export type Row = Pick<BulkPersonRow, 'line' | 'facts' | 'departure'>;
export type Standing = Pick<BulkPersonRow, 'line' | 'standing' | 'other'>;

/** Who of a list would get a departure now, and what stands in the way of the others. */
export async function standingsOf(
  db: Db,
  people: readonly Row[],
  bulkStart: string,
): Promise<readonly Standing[]> {
  const factsOf = new Map(people.map(({ line, facts }) => [line, facts]));
  const known = await knownOf(db, people, bulkStart);
  return known.map((it) => {
    const { line, name, email, openCase, endedCase, otherList } = it;
    const facts = factsOf.get(line)!;
    const stands = (standing: BulkStanding, other: string | null) => ({ line, standing, other });
    if (name !== null && email !== null && isSomebodyElse({ name, email }, facts)) {
      return stands('is somebody else by this id', null);
    }
    if (openCase !== null) return stands('is leaving already', openCase);
    if (endedCase !== null) return stands('has left already', endedCase);
    if (otherList !== null) return stands('stands in another bulk start', otherList);
    return stands('starts', null);
  });
}
