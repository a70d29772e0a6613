import { keepBlob, largestBlobBytes, openBlob } from '#ledger/blob.ts';
import { record } from '#ledger/record.ts';
import { noteProofFile, type ProofFile, proofFilesOf } from '#store/proof-files.ts';
import { inTransaction } from '#store/sql.ts';
import type { App, Caller } from './app.ts';
import { authorize } from './authorize.ts';
import { userDecides } from './decider.ts';
import { notFound, Problem } from './problem.ts';
import { demandMayAttest, demandWaiting, stepForDecision, stepToSee } from './step-decision.ts';

export type { ProofFile };

export const largestProofBytes = largestBlobBytes;

/** So that nobody fills the disk; a scan of many pages is one file. */
const mostFiles = 20;

/**
 * Keeps a file that proves what somebody did by hand, sealed under the key of the person the
 * departure is about. It counts once the step is confirmed with it.
 */
export async function addProof(
  app: App,
  caller: Caller,
  stepId: string,
  it: { name: string; bytes: Uint8Array },
): Promise<ProofFile> {
  authorize(caller, 'step.attest');
  if (it.bytes.length === 0) throw new Problem('not readable', `${it.name} is empty.`);
  return inTransaction(app.pool, async (tx) => {
    const { step, case: found } = await stepForDecision(tx, caller, stepId);
    demandWaiting(step);
    demandMayAttest(userDecides(caller), step);
    if ((await proofFilesOf(tx, stepId)).length >= mostFiles) {
      throw new Problem('not possible', `A step takes at most ${mostFiles} files.`);
    }
    const blob = await keepBlob(tx, app.keys, found.subject, it.bytes);
    const file = { ...blob, name: it.name };
    await noteProofFile(tx, { ...file, stepId, by: caller.user.id });
    return file;
  });
}

/** The bytes of a file; that somebody opened it is a fact. */
export async function openProof(
  app: App,
  caller: Caller,
  stepId: string,
  sha256: string,
): Promise<ProofFile & { readonly bytes: Uint8Array }> {
  return inTransaction(app.pool, async (tx) => {
    const { step, case: found } = await stepToSee(tx, caller, stepId);
    const file = (await proofFilesOf(tx, step.id)).find((it) => it.sha256 === sha256);
    if (!file) throw notFound(`file ${sha256} of step ${stepId}`);
    const bytes = await openBlob(tx, app.keys, sha256);
    if (!bytes)
      throw new Problem('not found', 'The data of this person was erased, and this file with it.');
    await record(tx, app.keys, [
      {
        type: 'disclosure.opened',
        actor: caller.actor,
        caseId: found.id,
        target: { ref: found.ref },
        data: { object: 'proof-file', values: 1 },
      },
    ]);
    return { ...file, bytes };
  });
}
