import { every } from '#core/every.ts';
import { Period } from '#core/period.ts';
import { confidentialCases, loadCase } from '#store/cases.ts';
import {
  type EvidenceOrder,
  failEvidence,
  forgetOldEvidence,
  keepEvidence,
  nextEvidenceOrder,
} from '#store/evidence-orders.ts';
import { type Db, inTransaction, type Pool } from '#store/sql.ts';
import { SubjectErased } from '#store/subject-keys.ts';
import { seal, unseal } from './disclosure.ts';
import { exportPack } from './exported.ts';
import type { SubjectKeys } from './record.ts';

/** Where the file of an order belongs. */
const orderPlace = (id: string): string => `gatehouse:evidence:v1|${id}`;

/** A file as it is kept for a day: it goes with its person's key as well. */
export async function openEvidence(
  db: Db,
  keys: SubjectKeys,
  it: { id: string; subject: string; ct: Uint8Array },
): Promise<Buffer | null> {
  return unseal(await keys.keyOf(db, it.subject), orderPlace(it.id), it.ct);
}

interface Maker {
  readonly pool: Pool;
  readonly keys: SubjectKeys;
  readonly onError: (error: unknown) => void;
}

/** Makes the packs that people asked for, one after the other, and drops those whose day is over. */
export function startEvidenceOrders(it: Maker, everyMs = 1_000): { stop(): Promise<void> } {
  return every(everyMs, async (stopping) => {
    try {
      await forgetOldEvidence(it.pool);
      while (!stopping.aborted && (await makeNext(it)));
    } catch (error) {
      it.onError(error);
    }
  });
}

/** False: nothing is to be made now. One that cannot be made does not hold up the others. */
async function makeNext({ pool, keys, onError }: Maker): Promise<boolean> {
  return inTransaction(pool, async (tx) => {
    const order = await nextEvidenceOrder(tx);
    if (!order) return false;
    try {
      return await make(pool, tx, keys, order);
    } catch (error) {
      const because = whyFailed(error);
      if (because === null) onError(error);
      await failEvidence(tx, order.id, because ?? 'It failed here; the log says why.');
      return true;
    }
  });
}

/** Null: nobody expected it. */
function whyFailed(error: unknown): string | null {
  if (error instanceof SubjectErased) return whyErased;
  return error instanceof TooLarge ? whyTooLarge : null;
}

const whyErased =
  'The data of this person was erased. On the server, gatehouse evidence makes what is left.';

/** Of a case whose facts are gone. */
export const whyPruned = (at: Date): string =>
  `The facts of this case were pruned on ${at.toISOString().slice(0, 10)}, as their time was over. Their hashes are in ` +
  'place: a pack that was made before is checked as ever.';

/** Above this a file is made on the server: it would have to lie in memory, and in the database, as a whole. */
const mostBytes = 200_000_000;

class TooLarge extends Error {
  override readonly name = 'TooLarge';
}

const whyTooLarge = `It would be larger than ${mostBytes / 1_000_000} MB. Choose a shorter period, or make it on the server with gatehouse evidence.`;

async function make(pool: Pool, tx: Db, keys: SubjectKeys, order: EvidenceOrder): Promise<boolean> {
  const key = await keys.keyOf(tx, order.subject ?? (await subjectOf(tx, order)));
  const pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  const wanted = {
    of:
      order.caseId === null
        ? Period.parse({ from: order.from, to: order.to })
        : { caseId: order.caseId },
    keys: order.personal ? keys : null,
    language: order.language,
    withheld: await withheldFrom(tx, order),
    recipient: order.askedBy,
  };
  const made = await exportPack(pool, wanted, async (all) => {
    for await (const piece of all) {
      sizeBytes += piece.length;
      if (sizeBytes > mostBytes) throw new TooLarge();
      pieces.push(piece);
    }
  });
  if (made.kind === 'made') {
    const ct = seal(key, orderPlace(order.id), Buffer.concat(pieces));
    await keepEvidence(tx, order.id, { digest: made.digest, size: made.size, ct });
    return true;
  }
  // The scribe signs within a second or two; then it is looked at again.
  if (made.kind === 'not signed yet') return false;
  const because = made.kind === 'pruned' ? whyPruned(made.at) : 'The case is not complete yet.';
  await failEvidence(tx, order.id, because);
  return true;
}

async function subjectOf(tx: Db, { caseId }: EvidenceOrder): Promise<string> {
  const found = caseId === null ? null : await loadCase(tx, caseId);
  if (!found) throw new Error(`The case ${caseId} of an order is gone.`);
  return found.subject;
}

/** The cases that whoever asked may not know of. */
const withheldFrom = async (
  tx: Db,
  { caseId, secret, askedBy }: EvidenceOrder,
): Promise<ReadonlySet<string>> =>
  new Set(
    caseId !== null || secret ? [] : await confidentialCases(tx, { exceptOpenedBy: askedBy }),
  );
