import { endStates } from '#core/case.ts';
import { record } from '#ledger/record.ts';
import { resolveAlerts } from '#store/alerts.ts';
import type { CaseRow } from '#store/cases.ts';
import { databaseNow } from '#store/clock.ts';
import { inTransaction } from '#store/sql.ts';
import { reopenStep, type StepRow } from '#store/steps.ts';
import type { App, Caller } from './app.ts';
import { authorize, may } from './authorize.ts';
import { userDecides } from './decider.ts';
import { mayAnswerTime, mayAskForTime } from './more-time.ts';
import { changedMeanwhile, Problem } from './problem.ts';
import {
  demandWaiting,
  factOf,
  isSubmitted,
  isTask,
  isThing,
  mayAccept,
  mayAnswer,
  mayPassOn,
  settleByHand,
  stepForDecision,
  waitsForPerson,
} from './step-decision.ts';

export { attestStep } from './attestation.ts';
export { holdStep } from './holding.ts';

/** What a person can do about one step. */
export type StepAct =
  | 'hold'
  | 'retry'
  | 'attest'
  | 'accept'
  | 'send-back'
  | 'hand-over'
  | 'ask-time'
  | 'give-time'
  | 'refuse-time'
  | 'waive'
  | 'write-off';

/**
 * What the caller may do about a step now; the acts themselves check once more. `toHold`: the steps
 * that can be taken out of the queue.
 */
export function possibleStepActs(
  caller: Caller,
  step: StepRow,
  it: Pick<CaseRow, 'state'>,
  toHold: ReadonlySet<string> = new Set(),
): readonly StepAct[] {
  if (endStates.includes(it.state)) return [];
  const held = step.status === 'held';
  const waits = waitsForPerson(step);
  const who = userDecides(caller);
  const acts: StepAct[] = [];
  if (toHold.has(step.id) && may(caller, 'step.hold')) acts.push('hold');
  if (held && step.kind !== 'gap' && may(caller, 'step.retry')) acts.push('retry');
  const mayAttest = waits && may(caller, 'step.attest');
  if (mayAttest && !isSubmitted(step) && mayAnswer(who, step)) acts.push('attest');
  if (mayAttest && mayAccept(who, step)) acts.push('accept', 'send-back');
  if (mayAttest && isTask(step) && mayPassOn(who, step)) acts.push('hand-over');
  if (mayAttest && mayAskForTime(who, step)) acts.push('ask-time');
  if (waits && mayAnswerTime(who, step)) acts.push('give-time', 'refuse-time');
  if (waits && may(caller, 'step.waive')) acts.push('waive');
  if (waits && isThing(step) && may(caller, 'step.write-off')) acts.push('write-off');
  return acts;
}

/** Asks for another pass over a held step. The step still has to reach its goal by itself. */
export async function retryStep(app: App, caller: Caller, id: string): Promise<void> {
  authorize(caller, 'step.retry');
  await inTransaction(app.pool, async (tx) => {
    const { step, case: it } = await stepForDecision(tx, caller, id);
    if (step.status !== 'held') {
      throw new Problem('not possible', `This step does not wait for you; it is ${step.status}.`);
    }
    if (step.kind === 'gap') {
      throw new Problem(
        'not possible',
        'No step of the playbook covers this account, so there is nothing to try. End the access by hand ' +
          'and confirm it, or skip it with a reason.',
      );
    }
    await record(tx, app.keys, [
      factOf(userDecides(caller), step, it, { type: 'step.retried', values: {} }),
    ]);
    if (!(await reopenStep(tx, step.id, step.version))) throw changedMeanwhile('The step');
    await resolveAlerts(tx, `step:${step.id}`);
  });
}

/** A thing that will not come back: it is not done, for good, and a named person answers for that. */
export async function writeOffStep(
  app: App,
  caller: Caller,
  id: string,
  it: { reason: string },
): Promise<void> {
  authorize(caller, 'step.write-off');
  await inTransaction(app.pool, async (tx) => {
    const found = await stepForDecision(tx, caller, id);
    demandWaiting(found.step);
    if (!isThing(found.step)) {
      throw new Problem(
        'not possible',
        'Only equipment can be written off. Access is ended, confirmed with proof, or skipped until a day.',
      );
    }
    await settleByHand(tx, app, userDecides(caller), found, {
      kind: 'waived',
      by: caller.user.id,
      byName: caller.user.name,
      reason: it.reason,
      proof: null,
      expiresAt: null,
      writtenOff: true,
    });
  });
}

/** It is not done, and a named person answers for that until a day. */
export async function waiveStep(
  app: App,
  caller: Caller,
  id: string,
  it: { reason: string; expiresAt: Date },
): Promise<void> {
  authorize(caller, 'step.waive');
  if (it.expiresAt <= (await databaseNow(app.pool))) {
    throw new Problem('not readable', 'The day until which this is skipped lies in the past.');
  }
  await inTransaction(app.pool, async (tx) => {
    const found = await stepForDecision(tx, caller, id);
    demandWaiting(found.step);
    await settleByHand(tx, app, userDecides(caller), found, {
      kind: 'waived',
      by: caller.user.id,
      byName: caller.user.name,
      reason: it.reason,
      proof: null,
      expiresAt: it.expiresAt.toISOString(),
    });
  });
}
