import { record } from '#ledger/record.ts';
import { raiseAlert, resolveAlerts } from '#store/alerts.ts';
import type { Db } from '#store/sql.ts';
import { inTransaction } from '#store/sql.ts';
import {
  holdStep as keepHeld,
  loadWork,
  loadWorks,
  type StepRow,
  type Work,
} from '#store/steps.ts';
import type { App, Caller } from './app.ts';
import { authorize } from './authorize.ts';
import { userDecides } from './decider.ts';
import { changedMeanwhile, Problem } from './problem.ts';
import { factOf, stepForDecision } from './step-decision.ts';

/* A step whose system does not answer is tried for ever. A person may end that, and decide. */

/**
 * Takes a step that waits for its system out of the queue: from then on it waits for a person, who
 * does it by hand, skips it, or has it tried again. Whoever works on it at this moment writes nothing
 * more, since its version is another; only a call that is under way has to end first.
 */
export async function holdStep(app: App, caller: Caller, id: string): Promise<void> {
  authorize(caller, 'step.hold');
  await inTransaction(app.pool, async (tx) => {
    const { step, case: it } = await stepForDecision(tx, caller, id);
    // Read once the departure is locked: a call that begins has locked it before us, or sees the hold.
    const work = await loadWork(tx, step.id);
    const reason = work && lastFailureOf(work);
    if (!work || !reason) throw new Problem('not possible', whyNot(step));
    if (isCalling(work)) {
      throw new Problem(
        'not possible',
        'A call to the system is under way, and may still have its effect. Try again when it has ended, ' +
          'half a minute from now.',
      );
    }
    const because = `${caller.user.name} took it out of the queue. ${reason}${effectOf(work)}`;
    const { failure, version } = step;
    await record(tx, app.keys, [
      factOf(userDecides(caller), step, it, {
        type: 'step.held',
        data: { reason: 'taken out by a person', ...(failure && { failure: failure.kind }) },
        values: { reason: because },
      }),
    ]);
    const held = await keepHeld(tx, { stepId: step.id, version, because, failure });
    if (!held) throw changedMeanwhile('The step');
    await resolveAlerts(tx, `step:${step.id}`);
    await raiseAlert(tx, {
      condition: `step:${step.id}:held`,
      kind: 'step.held',
      title: 'A step needs you',
      body:
        `${step.title}${step.connectionId ? ` in ${step.connectionId}` : ''}: ${because} ` +
        'Do it by hand and confirm it with proof, or skip it with a reason.',
      caseId: it.id,
      stepId: step.id,
      connectionId: step.connectionId,
      confidential: it.departure.confidential,
    });
  });
}

/** Steps among these that a person may take out of the queue now. */
export async function stepsToHold(db: Db, steps: readonly StepRow[]): Promise<ReadonlySet<string>> {
  const open = steps.filter(({ status }) => status === 'ready' || status === 'running');
  if (open.length === 0) return new Set();
  const works = await loadWorks(
    db,
    open.map(({ id }) => id),
  );
  const possible = works.filter((work) => work && lastFailureOf(work) !== null && !isCalling(work));
  return new Set(possible.flatMap((work) => work?.id ?? []));
}

/**
 * Why a step that is due does not get on: what failed last, or what keeps everybody from its system.
 * Null: nothing does, or it waits for people anyway.
 */
function lastFailureOf(work: Work): string | null {
  const { assignment, dueAt, now, status } = work;
  const isOpen = status === 'ready' || status === 'running';
  const isVoid = (work.undoOf !== null) !== (work.direction === 'back');
  if (!isOpen || isVoid || assignment !== null || (dueAt !== null && dueAt > now)) return null;
  return work.failure?.detail ?? standstillOf(work);
}

function standstillOf({ connectionId, connectionState, downSince }: Work): string | null {
  if (connectionState === 'paused')
    return `${connectionId} is paused: it no longer accepts our key.`;
  if (connectionState === 'disabled') return `${connectionId} is switched off.`;
  return downSince === null ? null : `${connectionId} does not answer.`;
}

const isCalling = ({ leaseUntil, now }: Work): boolean => leaseUntil !== null && leaseUntil > now;

/** Whoever does it by hand has to know what an earlier call of ours may have done. */
function effectOf({ callStartedAt, callOutcome }: Work): string {
  if (callStartedAt === null || callOutcome === 'refused') return '';
  return callOutcome === 'accepted'
    ? ' An earlier call was accepted and could not be read back; look there first.'
    : ' Nobody knows whether an earlier call had its effect; look there first.';
}

function whyNot({ assignment, status }: StepRow): string {
  if (status === 'held') return 'This step waits for a person already.';
  if (assignment !== null) {
    return 'Somebody was asked to do this; it can be confirmed, handed over or skipped as it is.';
  }
  return (
    `Only a step that has failed, or whose system does not answer, can be taken out of the queue; this one is ${status} ` +
    'and nothing has failed.'
  );
}
