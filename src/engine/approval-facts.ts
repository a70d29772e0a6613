import { type Fact, record } from '#ledger/record.ts';
import { type ApprovalRow, endApproval } from '#store/approvals.ts';
import { inTransaction } from '#store/sql.ts';
import { type Engine, engineActor } from './engine.ts';
import { Stale } from './settle.ts';

type Named = Pick<ApprovalRow, 'id' | 'version' | 'stepId' | 'caseId' | 'digest'>;

/** A fact that the worker states about an approval; it accounts for the row's next version. */
export function approvalFact(
  it: Named,
  ref: string,
  type: 'approval.requested' | 'approval.consumed' | 'approval.expired' | 'approval.voided',
  data: Readonly<Record<string, unknown>> = {},
): Fact {
  return {
    type,
    actor: engineActor,
    caseId: it.caseId,
    row: { table: 'approvals', id: it.id, version: it.version + 1 },
    target: { ref },
    plan: it.digest.toString('base64url'),
    data: { approval: it.id, step: it.stepId, ...data },
  };
}

/** Ends an approval that was not used. `code` stands in the record, `because` is for people. */
export async function end(
  engine: Engine,
  it: ApprovalRow,
  ref: string,
  how: { type: 'approval.expired' | 'approval.voided'; code: string; because: string },
): Promise<void> {
  await inTransaction(engine.pool, async (tx) => {
    await record(tx, engine.keys, [approvalFact(it, ref, how.type, { reason: how.code })]);
    const ended = await endApproval(tx, { ...it, because: how.because });
    if (!ended) throw new Stale(it.stepId);
  });
}
