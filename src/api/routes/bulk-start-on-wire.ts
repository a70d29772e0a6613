import type { App, Caller } from '#app/app.ts';
import type { BulkPreview, BulkStartRow, BulkStartWithPeople } from '#app/bulk-starts.ts';
import { userNames } from '#app/users.ts';
import type { BulkStart, BulkStartSummary } from '../contract/bulk-starts.ts';
import { iso } from '../route.ts';

/** Who asked and who decided, by their ids. */
export const namesFor = (app: App, rows: readonly BulkStartRow[]) =>
  userNames(
    app,
    rows.flatMap((it) => [it.askedBy, ...(it.decidedBy ? [it.decidedBy] : [])]),
  );

export function bulkStartSummaryOnWire(
  it: BulkStartRow,
  names: ReadonlyMap<string, string>,
): BulkStartSummary {
  const named = (id: string) => ({ id, name: names.get(id) ?? null });
  return {
    id: it.id,
    state: it.state,
    source: it.source,
    askedBy: named(it.askedBy),
    askedAt: it.askedAt.toISOString(),
    expiresAt: it.expiresAt.toISOString(),
    decidedBy: it.decidedBy === null ? null : named(it.decidedBy),
    decidedAt: iso(it.decidedAt),
    people: it.people,
    planned: it.planned,
    digest: it.digest,
  };
}

export async function bulkStartOnWire(
  app: App,
  caller: Caller,
  { bulkStart: it, people, progress }: BulkStartWithPeople,
): Promise<BulkStart> {
  const isOpen = it.state === 'planning' || it.state === 'waiting-for-approval';
  const starts = people.some((row) => row.standing === 'starts');
  const mayApprove = it.state === 'waiting-for-approval' && starts;
  const isHeld = progress.some(({ state }) => state === 'waiting-for-approval');
  return {
    ...bulkStartSummaryOnWire(it, await namesFor(app, [it])),
    preview: it.preview && previewOnWire(it.preview),
    list: people.map((row) => ({
      line: row.line,
      personId: row.facts.personId,
      name: row.facts.name,
      standing: row.standing,
      other: row.other,
      steps: row.steps,
      question: row.question,
      outcome: row.outcome,
      detail: row.detail,
      caseId: row.caseId,
    })),
    refused: it.report.refused.map((refusal) => ({ ...refusal })),
    unknownColumns: [...it.report.unknownColumns],
    progress:
      it.state === 'approved'
        ? progress.map(({ outcome, state, people: count }) => ({
            state: state ?? (outcome === null ? 'to be started' : 'not started'),
            people: count,
          }))
        : [],
    actions: [
      ...(mayApprove && it.askedBy !== caller.user.id ? (['approve'] as const) : []),
      ...(isOpen ? (['withdraw'] as const) : []),
      ...(isHeld ? (['release'] as const) : []),
    ],
  };
}

const previewOnWire = (it: BulkPreview): NonNullable<BulkStart['preview']> => ({
  ...it,
  byKind: [...it.byKind],
  byDepartment: [...it.byDepartment],
  byCountry: [...it.byCountry],
  playbooks: [...it.playbooks],
  steps: [...it.steps],
  questions: [...it.questions],
  lookAt: [...it.lookAt],
  unanswered: [...it.unanswered],
});
