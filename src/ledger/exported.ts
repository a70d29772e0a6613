import { createHash } from 'node:crypto';
import type { Language } from '#core/language.ts';
import { inSnapshot, inTransaction, type Pool } from '#store/sql.ts';
import { evidenceOf, openPress } from './evidence.ts';
import { growthSince } from './growth-since.ts';
import { type Period, periodEntries } from './period-evidence.ts';
import { aboutNobody, record, type SubjectKeys } from './record.ts';
import { type PackEntry, zipped } from './zip.ts';

/** What is to be packed, and for whom. */
export interface WantedPack {
  readonly of: { readonly caseId: string } | Period;
  /** Null: no personal values. */
  readonly keys: SubjectKeys | null;
  /** Of the report; null: that of the company. */
  readonly language: Language | null;
  /** Cases whose reader may not know them; counted in a pack for a period. */
  readonly withheld: ReadonlySet<string>;
  /** Id of the user it is for, or `local` for whoever may read the data directory. */
  readonly recipient: string;
  /** Issued although not enough witnesses have signed. */
  readonly withoutQuorum?: boolean;
  /** The text of a checkpoint that its reader kept: the proof that leads from there comes along. */
  readonly since?: string;
}

export type MadePack =
  | { readonly kind: 'made'; readonly digest: string; readonly size: number }
  | { readonly kind: 'not complete' | 'not signed yet' }
  | { readonly kind: 'pruned'; readonly at: Date }
  | { readonly kind: 'not grown'; readonly because: string };

/**
 * Makes a pack, hands it on piece by piece, and states that it was made with its digest. Only then may its reader
 * have it: `keep` ends when every piece is safe, and what it kept is given away afterwards.
 */
export async function exportPack(
  pool: Pool,
  wanted: WantedPack,
  keep: (pieces: AsyncIterable<Uint8Array>) => Promise<void>,
): Promise<MadePack> {
  const hash = createHash('sha256');
  let size = 0;
  async function* hashed(entries: Iterable<PackEntry> | AsyncIterable<PackEntry>) {
    for await (const piece of zipped(entries)) {
      hash.update(piece);
      size += piece.length;
      yield piece;
    }
  }
  const { of, keys, language, withheld, recipient, withoutQuorum, since } = wanted;
  const failed = await inSnapshot(pool, async (db) => {
    if ('caseId' in of) {
      const evidence = await evidenceOf(db, keys, of.caseId, language, withoutQuorum);
      if (evidence.kind !== 'pack') return evidence;
      const growth = await growthSince(db, since, Buffer.from(evidence.files.get('checkpoint')!));
      if (growth.kind !== 'grown') return growth;
      await keep(hashed([...evidence.files, ...growth.entries]));
      return null;
    }
    const press = await openPress(db, keys, language, withoutQuorum);
    if (!press) return { kind: 'not signed yet' } as const;
    const growth = await growthSince(db, since, press.signed.note);
    if (growth.kind !== 'grown') return growth;
    await keep(hashed(then(periodEntries(press, of, withheld), growth.entries)));
    return null;
  });
  if (failed) return failed;

  const digest = hash.digest('base64url');
  const what = 'caseId' in of ? 'case' : 'period';
  await inTransaction(pool, (tx) =>
    record(tx, aboutNobody, [
      {
        type: 'export.created',
        actor: { kind: 'system', id: 'scribe', auth: 'none' },
        ...('caseId' in of ? { caseId: of.caseId } : {}),
        data: {
          kind: `evidence:${what}${keys ? '' : ':without-personal-values'}`,
          recipient,
          digest,
          size,
        },
      },
    ]),
  );
  return { kind: 'made', digest, size };
}

async function* then(
  first: Iterable<PackEntry> | AsyncIterable<PackEntry>,
  second: readonly PackEntry[],
): AsyncIterable<PackEntry> {
  yield* first;
  yield* second;
}
