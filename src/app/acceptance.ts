import { record } from '#ledger/record.ts';
import type { Db } from '#store/sql.ts';
import { inTransaction } from '#store/sql.ts';
import type { App, Caller } from './app.ts';
import { authorize } from './authorize.ts';
import { Problem } from './problem.ts';
import {
  assignmentOf,
  demandWaiting,
  factOf,
  isSubmitted,
  mayAccept,
  passOn,
  settleByHand,
  stepForDecision,
  type ToDecide,
} from './step-decision.ts';

/** The receiver accepts what somebody did by hand: it settles, with both names. */
export async function acceptStep(app: App, caller: Caller, id: string): Promise<void> {
  authorize(caller, 'step.attest');
  await inTransaction(app.pool, async (tx) => {
    const found = await stepToAccept(tx, caller, id);
    const { by, byName, reason, proof, files } = assignmentOf(found.step).submission!;
    await settleByHand(tx, app, caller, found, {
      kind: 'attested',
      by,
      byName,
      reason,
      proof,
      files,
      expiresAt: null,
      acceptedBy: caller.user.id,
      acceptedByName: caller.user.name,
    });
  });
}

/** The receiver does not accept it: whoever had the task is asked again, with the reason. */
export async function sendBackStep(
  app: App,
  caller: Caller,
  id: string,
  it: { reason: string },
): Promise<void> {
  authorize(caller, 'step.attest');
  await inTransaction(app.pool, async (tx) => {
    const { step, case: found } = await stepToAccept(tx, caller, id);
    const { submission, handOver: _, ...assignment } = assignmentOf(step);
    const byName = caller.user.name;
    const { handOver, byName: name, byEmail: email } = submission!;
    await record(tx, app.keys, [
      factOf(caller, step, found, { type: 'step.sent-back', values: { reason: it.reason } }),
    ]);
    await passOn(tx, step, {
      assignment: {
        ...assignment,
        people: [{ name, email }],
        ...(handOver && { handOver }),
        sentBack: { byName, reason: it.reason },
        news: 'sent-back',
      },
      because: `${byName} sent it back: ${it.reason}`,
    });
  });
}

async function stepToAccept(tx: Db, caller: Caller, id: string): Promise<ToDecide> {
  const found = await stepForDecision(tx, caller, id);
  const { step } = found;
  demandWaiting(step);
  if (!isSubmitted(step)) {
    throw new Problem(
      'not possible',
      'Nobody has confirmed this yet, so there is nothing to accept.',
    );
  }
  if (mayAccept(caller, step)) return found;
  throw new Problem(
    'not allowed',
    step.assignment?.submission?.by === caller.user.id
      ? 'Who did it does not accept it as well; another person has to.'
      : 'This is for somebody else to accept. Ask them, or IT.',
  );
}
