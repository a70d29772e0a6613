import { type MoreTime, sameAddress } from '#core/task.ts';
import { record } from '#ledger/record.ts';
import { raiseAlert } from '#store/alerts.ts';
import { databaseNow } from '#store/clock.ts';
import { type Db, inTransaction } from '#store/sql.ts';
import type { StepRow } from '#store/steps.ts';
import { noteMoreTime } from '#store/tasks.ts';
import type { App, Caller } from './app.ts';
import { authorize } from './authorize.ts';
import { type Decider, mayDecide, userDecides } from './decider.ts';
import { changedMeanwhile, Problem } from './problem.ts';
import {
  assignmentOf,
  demandWaiting,
  factOf,
  isAsked,
  passOn,
  stepForDecision,
  type ToDecide,
} from './step-decision.ts';

/* Whoever is asked may ask for more time; another person gives it or not. Until then the deadline stands. */

/** Whether more time can be asked for; the act itself looks once more. */
export const mayAskForTime = (who: Decider, step: StepRow): boolean =>
  isAsked(who, step) && whyNoMoreTime(step) === null;

/** Whether a request for more time waits for their word: never that of whoever asked. */
export function mayAnswerTime(who: Decider, step: StepRow): boolean {
  const { moreTime } = step.assignment ?? {};
  if (!moreTime || sameAddress(moreTime.byEmail, who.email)) return false;
  return mayDecide(who, 'case.change') && (!endsAccess(step) || mayDecide(who, 'step.waive'));
}

/** Giving time for what ends access is leaving it open for as long: that is for those who may skip it. */
const endsAccess = ({ layer, kind }: StepRow): boolean => layer === 'security' && kind !== 'task';

/** Why nobody can ask for more time now; null: it can be asked for. */
function whyNoMoreTime({ status, assignment, task }: StepRow): string | null {
  const { deadline, submission, confirmed, moreTime } = assignment ?? {};
  if (status !== 'running' || !deadline)
    return 'Only a task with a date can be given more time, and this is none.';
  if (task?.obligation) return 'This date is set by law, so nobody here can move it.';
  if (submission || confirmed) return 'It is done already, so it needs no more time.';
  if (moreTime) return `${moreTime.byName} has asked already; nobody has answered yet.`;
  return null;
}

/** Asks for more time, with a reason. Who runs departures is told; the date stands until one of them agrees. */
export async function askForTime(
  app: App,
  caller: Caller,
  id: string,
  it: { until: Date; reason: string },
): Promise<void> {
  authorize(caller, 'step.attest');
  await inTransaction(app.pool, async (tx) => {
    const { step, case: found } = await stepForDecision(tx, caller, id);
    const who = userDecides(caller);
    if (!isAsked(who, step)) {
      throw new Problem('not allowed', 'Only whoever is asked can ask for more time.');
    }
    const problem = whyNoMoreTime(step);
    if (problem !== null) throw new Problem('not possible', problem);
    const now = await databaseNow(tx);
    demandLater(step, it.until, now);
    const moreTime: MoreTime = {
      byName: who.name,
      byEmail: who.email,
      until: it.until.toISOString(),
      reason: it.reason,
      at: now.toISOString(),
    };
    await record(tx, app.keys, [
      factOf(who, step, found, {
        type: 'step.time-asked',
        data: { until: moreTime.until },
        values: { reason: it.reason },
      }),
    ]);
    const because = `${who.name} asks for more time: ${it.reason}`;
    if (!(await noteMoreTime(tx, { stepId: step.id, version: step.version, moreTime, because }))) {
      throw changedMeanwhile('The step');
    }
    await raiseAlert(tx, {
      condition: `step:${step.id}:more-time`,
      kind: 'task.more-time',
      title: 'Somebody asks for more time',
      body:
        `${titleOf(step)}: ${who.name} asks for time until ${moreTime.until.slice(0, 10)}: ${it.reason} ` +
        `Give it: gatehouse step give-time ${step.id}. Or not: gatehouse step refuse-time ${step.id} --reason "…"`,
      caseId: found.id,
      stepId: step.id,
      connectionId: step.connectionId,
      confidential: found.departure.confidential,
    });
  });
}

function demandLater({ assignment }: StepRow, until: Date, now: Date): void {
  const deadline = new Date(assignment?.deadline ?? 0);
  if (until > now && until > deadline) return;
  const detail = 'More time ends after the date that is set, and after now.';
  throw new Problem('not readable', detail, [{ at: 'until', problem: detail }]);
}

/** Gives the time that was asked for: from then on the task is due at that moment, and whoever is asked is told. */
export async function giveTime(app: App, caller: Caller, id: string): Promise<Date> {
  return answer(app, caller, id, async ({ step, case: it }, moreTime, tx) => {
    const { moreTime: _, ...assignment } = assignmentOf(step);
    await record(tx, app.keys, [
      factOf(userDecides(caller), step, it, {
        type: 'step.time-given',
        data: { until: moreTime.until },
        values: {},
      }),
    ]);
    await passOn(tx, step, {
      assignment: { ...assignment, extendedTo: moreTime.until },
      because: `${caller.user.name} gave ${moreTime.byName} more time.`,
    });
    return new Date(moreTime.until);
  });
}

/** Does not give it: the date stays, and whoever asked is told why. */
export async function refuseTime(
  app: App,
  caller: Caller,
  id: string,
  { reason }: { reason: string },
): Promise<void> {
  await answer(app, caller, id, async ({ step, case: it }, _, tx) => {
    const { moreTime: __, ...assignment } = assignmentOf(step);
    await record(tx, app.keys, [
      factOf(userDecides(caller), step, it, { type: 'step.time-refused', values: { reason } }),
    ]);
    await passOn(tx, step, {
      assignment: {
        ...assignment,
        timeRefused: { byName: caller.user.name, reason },
        news: 'time-refused',
      },
      because: `${caller.user.name} gave no more time: ${reason}`,
    });
  });
}

async function answer<Answer>(
  app: App,
  caller: Caller,
  id: string,
  decide: (found: ToDecide, moreTime: MoreTime, tx: Db) => Promise<Answer>,
): Promise<Answer> {
  authorize(caller, 'case.change');
  return inTransaction(app.pool, async (tx) => {
    const found = await stepForDecision(tx, caller, id);
    const { step } = found;
    demandWaiting(step);
    const { moreTime } = step.assignment ?? {};
    if (!moreTime) throw new Problem('not possible', 'Nobody asks for more time here.');
    if (!mayAnswerTime(userDecides(caller), step)) {
      throw new Problem(
        'not allowed',
        sameAddress(moreTime.byEmail, caller.user.email)
          ? 'Who asks for more time does not give it as well; another person has to.'
          : 'More time for what ends access is for those who may skip it.',
      );
    }
    return decide(found, moreTime, tx);
  });
}

const titleOf = ({ task, title }: StepRow): string => task?.title ?? title;
