import { recordSize } from '#ledger/changes.ts';
import { leafHashesOf, provenFact, type Seal, sealOf } from '#ledger/seal.ts';
import { eventsBetween } from '#ledger/search.ts';
import { zipped } from '#ledger/zip.ts';
import { inSnapshot } from '#store/sql.ts';
import type { App, Caller } from './app.ts';
import { filterFor, noteSearch } from './audit.ts';
import { authorize } from './authorize.ts';
import { notFound, Problem } from './problem.ts';

export type { Seal };

// What a reader of the record checks it with, in a browser or with other people's tools. Hashes tell nothing of what
// they are over, so everybody who may read the record gets all of them.

/** What the record was signed as; `upTo`: the newest signed state up to that size. */
export async function showSeal(app: App, caller: Caller, upTo: number | null): Promise<Seal> {
  authorize(caller, 'audit.read');
  return inSnapshot(app.pool, (db) => sealOf(db, upTo));
}

interface Places {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

export const mostHashes = 65_536;
export const mostLeaves = 2_000;

/** The hashes of so many facts, 32 bytes each. */
export async function hashesBetween(app: App, caller: Caller, it: Places): Promise<Buffer> {
  authorize(caller, 'audit.read');
  demandPlaces(it, mostHashes);
  return inSnapshot(app.pool, async (db) => {
    const size = await recordSize(db);
    if (it.to > size) throw new Problem('not possible', `The record has ${size} facts.`);
    return leafHashesOf(db, it);
  });
}

/** Facts to the byte. */
export interface Leaves {
  readonly leaves: readonly { readonly idx: number; readonly leaf: string }[];
  /** Whether some may be left out, as they are not for the caller. */
  readonly isPart: boolean;
}

/** The facts themselves, as far as the caller may see them; that somebody read them is a fact. */
export async function leavesBetween(app: App, caller: Caller, it: Places): Promise<Leaves> {
  authorize(caller, 'audit.read');
  demandPlaces(it, mostLeaves);
  const { filter, withheldCases } = await filterFor(app, caller, {});
  const leaves = await eventsBetween(app.pool, filter, it);
  await noteSearch(app, caller, ['seal', `entries:${it.from}-${it.to}`], leaves.length);
  return { leaves, isPart: withheldCases > 0 || caller.user.window !== null };
}

function demandPlaces({ from, to }: Places, most: number): void {
  if (from < to && to - from <= most) return;
  throw new Problem('not readable', `Ask for 1 to ${most} facts: “from” lies below “to”.`);
}

/** One fact, the proof that it is in the signed tree, and what that is checked with, as a zip file. */
export async function proofOfEntry(app: App, caller: Caller, idx: number): Promise<Buffer> {
  authorize(caller, 'audit.read');
  const { filter } = await filterFor(app, caller, {});
  const [found] = await eventsBetween(app.pool, filter, { from: idx, to: idx + 1 });
  if (!found) throw notFound(`entry ${idx} of the record`);
  const files = await inSnapshot(app.pool, (db) => provenFact(db, found));
  if (!files) throw new Problem('not possible', 'It is not signed yet. Ask again in a moment.');
  await noteSearch(app, caller, ['proof', `entry:${idx}`], 1);
  const pieces: Uint8Array[] = [];
  for await (const piece of zipped(files)) pieces.push(piece);
  return Buffer.concat(pieces);
}
