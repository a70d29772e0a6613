import { routeAmong } from '#engine/plan-for.ts';
import { standingsOf } from '#intake/bulk-standing.ts';
import { type BulkPersonRow, type BulkStartRow, noteStandings } from '#store/bulk-starts.ts';
import { publishedPlaybooks } from '#store/playbooks.ts';
import type { Db } from '#store/sql.ts';

interface Change {
  readonly at: string;
  readonly problem: string;
}

/** What is no longer as it was previewed, person by person. Keeps where they stand now. */
export async function changesSince(
  tx: Db,
  it: BulkStartRow,
  people: readonly BulkPersonRow[],
): Promise<readonly Change[]> {
  const now = new Map((await standingsOf(tx, people, it.id)).map((row) => [row.line, row]));
  const routed = await routing(tx, it);
  const changes = people.flatMap((row): Change[] => {
    const at = `line ${row.line}, ${row.facts.name}`;
    const { standing } = now.get(row.line)!;
    if (standing !== row.standing) {
      return [{ at, problem: standing === 'starts' ? 'would leave by it now' : standing }];
    }
    const playbook = standing === 'starts' && row.question === null ? routed(row) : row.playbookId;
    return playbook === row.playbookId
      ? []
      : [{ at, problem: 'goes by another playbook, or another version of it' }];
  });
  if (changes.length > 0) await noteStandings(tx, it.id, [...now.values()]);
  return changes;
}

/** Which playbook version somebody would go by now. */
async function routing(tx: Db, { source }: BulkStartRow) {
  const rows = await publishedPlaybooks(tx);
  return ({ facts: personFacts, departure }: BulkPersonRow): string | null =>
    routeAmong(rows, { personFacts, departure, source }).row?.id ?? null;
}
