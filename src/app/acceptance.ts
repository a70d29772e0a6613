import type { Submission } from '#core/task.ts';
import { record } from '#ledger/record.ts';
import type { Db } from '#store/sql.ts';
import { inTransaction } from '#store/sql.ts';
import type { App, Caller } from './app.ts';
import { authorize } from './authorize.ts';
import { type Decider, userDecides } from './decider.ts';
import { Problem } from './problem.ts';
import {
  assignmentOf,
  demandWaiting,
  didIt,
  factOf,
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
    await accept(tx, app, userDecides(caller), await stepForDecision(tx, caller, id));
  });
}

/** {@link acceptStep} of whoever decides, in a transaction that holds the departure. */
export async function accept(tx: Db, app: App, who: Decider, found: ToDecide): Promise<void> {
  const { by, byName, reason, proof, files } = submissionToAnswer(who, found);
  await settleByHand(tx, app, who, found, {
    kind: 'attested',
    by,
    byName,
    reason,
    proof,
    files,
    expiresAt: null,
    acceptedBy: who.id,
    acceptedByName: who.name,
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
    await sendBack(tx, app, userDecides(caller), await stepForDecision(tx, caller, id), it);
  });
}

/** {@link sendBackStep} of whoever decides, in a transaction that holds the departure. */
export async function sendBack(
  tx: Db,
  app: App,
  who: Decider,
  found: ToDecide,
  { reason }: { reason: string },
): Promise<void> {
  const { step, case: it } = found;
  const { handOver, byName: name, byEmail: email } = submissionToAnswer(who, found);
  const { submission: _, handOver: __, ...assignment } = assignmentOf(step);
  await record(tx, app.keys, [
    factOf(who, step, it, { type: 'step.sent-back', values: { reason } }),
  ]);
  await passOn(tx, step, {
    assignment: {
      ...assignment,
      people: [{ name, email }],
      ...(handOver && { handOver }),
      sentBack: { byName: who.name, reason },
      news: 'sent-back',
    },
    because: `${who.name} sent it back: ${reason}`,
  });
}

/** What was done, for somebody who may accept it. */
function submissionToAnswer(who: Decider, { step }: ToDecide): Submission {
  demandWaiting(step);
  const { submission } = assignmentOf(step);
  if (!submission) {
    throw new Problem(
      'not possible',
      'Nobody has confirmed this yet, so there is nothing to accept.',
    );
  }
  if (mayAccept(who, step)) return submission;
  throw new Problem(
    'not allowed',
    didIt(who, submission)
      ? 'Who did it does not accept it as well; another person has to.'
      : 'This is for somebody else to accept. Ask them, or IT.',
  );
}
