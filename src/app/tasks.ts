import { isAmong } from '#core/task.ts';
import { type CaseRow, loadCase } from '#store/cases.ts';
import { type ProofFile, proofFilesOf } from '#store/proof-files.ts';
import { inSnapshot } from '#store/sql.ts';
import { loadStep, type StepRow } from '#store/steps.ts';
import { type AssignedStep, assignedSteps } from '#store/tasks.ts';
import type { App, Caller } from './app.ts';
import { authorize, may, maySee } from './authorize.ts';
import { userDecides } from './decider.ts';
import { notFound } from './problem.ts';
import { didIt, isAsked } from './step-decision.ts';
import { possibleStepActs, type StepAct } from './steps.ts';

export type { AssignedStep };

/** What waits for people: one's own tasks, or everybody's for those who run departures. */
export async function listTasks(
  app: App,
  caller: Caller,
  it: { mine: boolean },
): Promise<readonly AssignedStep[]> {
  authorize(caller, 'task.read');
  const everybody = !it.mine && may(caller, 'case.read');
  const found = await assignedSteps(app.pool);
  return found.filter((task) => {
    const own = isAmong(task.assignment.people, caller.user.email);
    return own || (everybody && (!task.confidential || may(caller, 'case.read-confidential')));
  });
}

/** A task with what its reader can do about it. */
export interface ShownTask {
  readonly step: StepRow;
  readonly case: CaseRow;
  /** Whether the reader may look at the whole departure. */
  readonly maySeeCase: boolean;
  /** What was added to it so far, whether or not it was confirmed with it. */
  readonly files: readonly ProofFile[];
  readonly acts: readonly StepAct[];
}

/**
 * One task, for whoever is asked, did it, or runs the departure. For everybody else there is none, and what no
 * person was ever asked for is none.
 */
export async function showTask(app: App, caller: Caller, id: string): Promise<ShownTask> {
  authorize(caller, 'task.read');
  return inSnapshot(app.pool, async (tx) => {
    const step = await loadStep(tx, id);
    const it = step && (await loadCase(tx, step.caseId));
    if (!step?.assignment || !it || !isTheirs(caller, step, it)) throw notFound(`task ${id}`);
    return {
      step,
      case: it,
      maySeeCase: maySee(caller, it),
      files: await proofFilesOf(tx, step.id),
      acts: possibleStepActs(caller, step, it),
    };
  });
}

function isTheirs(caller: Caller, step: StepRow, it: CaseRow): boolean {
  const who = userDecides(caller);
  const hasDone = didIt(who, step.assignment?.submission) || step.decision?.by === who.id;
  return isAsked(who, step) || hasDone || maySee(caller, it);
}
