import { every } from '#core/every.ts';
import { loadCase } from '#store/cases.ts';
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
      const erased = error instanceof SubjectErased;
      if (!erased) onError(error);
      await failEvidence(tx, order.id, erased ? whyErased : 'It failed here; the log says why.');
      return true;
    }
  });
}

const whyErased =
  'The data of this person was erased. On the server, gatehouse evidence makes what is left.';

async function make(pool: Pool, tx: Db, keys: SubjectKeys, order: EvidenceOrder): Promise<boolean> {
  const found = await loadCase(tx, order.caseId);
  if (!found) throw new Error(`The case ${order.caseId} of an order is gone.`);
  const key = await keys.keyOf(tx, found.subject);
  const pieces: Uint8Array[] = [];
  const wanted = {
    of: { caseId: order.caseId },
    keys: order.personal ? keys : null,
    language: order.language,
    withheld: new Set<string>(),
    recipient: order.askedBy,
  };
  const made = await exportPack(pool, wanted, async (all) => {
    for await (const piece of all) pieces.push(piece);
  });
  if (made.kind === 'made') {
    const ct = seal(key, orderPlace(order.id), Buffer.concat(pieces));
    await keepEvidence(tx, order.id, { digest: made.digest, size: made.size, ct });
    return true;
  }
  // The scribe signs within a second or two; then it is looked at again.
  if (made.kind === 'not signed yet') return false;
  await failEvidence(tx, order.id, 'The case is not complete yet.');
  return true;
}
