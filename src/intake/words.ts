import type { CaseRow } from '#store/cases.ts';
import { keepWord, type Word } from '#store/separations.ts';
import type { Db } from '#store/sql.ts';
import type { Heard, Received } from './receive.ts';

/** Keeps what is now the newest word, also where there is no case that could keep it. */
export async function remember(
  tx: Db,
  heard: Heard,
  it: { person: string; separationId: string; words: readonly Word[] },
): Promise<void> {
  const before = it.words.find((word) => word.separationId === it.separationId);
  const version = before?.source === heard.source ? before.sourceVersion : null;
  await keepWord(tx, {
    person: it.person,
    separationId: it.separationId,
    source: heard.source,
    sourceVersion: heard.version ?? version,
    heardAt: heard.occurredAt,
    departure: heard.says === 'departure' ? heard.record.departure : null,
    arrival: heard.says === 'arrival' ? (heard.record.arrival ?? null) : null,
  });
}

/** The source's own version decides, else when it was true. */
export function isOlder(
  heard: Heard,
  it: Pick<Word, 'source' | 'sourceVersion' | 'heardAt'>,
): boolean {
  if (heard.source === it.source && heard.version !== null && it.sourceVersion !== null) {
    return heard.version < it.sourceVersion;
  }
  return heard.occurredAt < it.heardAt;
}

export const nothingNew = (it: CaseRow | null, detail: string): Received => ({
  outcome: 'nothing new',
  detail,
  caseId: it?.id ?? null,
});

/** What was said is from before the newest that we heard. */
export const olderThan = (it: CaseRow | null): Received => ({
  outcome: 'older',
  detail: 'older than what we have',
  caseId: it?.id ?? null,
});
