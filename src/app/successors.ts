import { endStates } from '#core/case.ts';
import type { Colleague } from '#core/successor.ts';
import { receiversOf } from '#engine/continuity.ts';
import { nameSuccessor as name } from '#intake/successor.ts';
import { type CaseRow, lockCase } from '#store/cases.ts';
import { employmentsOf } from '#store/people.ts';
import { type Db, inTransaction } from '#store/sql.ts';
import { namedSuccessor } from '#store/successors.ts';
import type { App, Caller } from './app.ts';
import { authorize, may, maySee } from './authorize.ts';
import { notFound, Problem } from './problem.ts';

/**
 * Names who takes over the work, data and ownerships of a person who leaves; null: the manager
 * again. HR and IT may for everybody, a manager for people of their own.
 */
export async function nameSuccessor(
  app: App,
  caller: Caller,
  id: string,
  personId: string | null,
): Promise<{ detail: string }> {
  authorize(caller, 'case.name-successor');
  return inTransaction(app.pool, async (tx) => {
    const it = await lockCase(tx, id);
    const none = notFound(`departure ${id}`);
    if (!it || !(await mayName(tx, caller, it))) {
      none.hides = it?.id ?? null;
      throw none;
    }
    if (endStates.includes(it.state)) {
      throw new Problem('not possible', `This departure is ${it.state} already.`);
    }
    const by = { actor: caller.actor, name: caller.user.id };
    const naming = await name(tx, app, it, by, personId);
    if (naming.kind === 'refused') throw new Problem('not possible', naming.because);
    return { detail: naming.detail };
  });
}

async function mayName(tx: Db, caller: Caller, it: CaseRow): Promise<boolean> {
  if (may(caller, 'case.change')) return maySee(caller, it);
  const { managerId } = it.personFacts;
  const [manager] = managerId === null ? [] : await employmentsOf(tx, managerId);
  const isManager = manager?.email.toLowerCase() === caller.user.email.toLowerCase();
  return isManager && !it.departure.confidential;
}

export interface Successor extends Colleague {
  /** False: nobody said so, it is the manager. */
  readonly isNamed: boolean;
}

/** Who takes over in a case as things stand; null: nobody is known. The case itself was authorised. */
export async function successorIn(app: App, it: CaseRow): Promise<Successor | null> {
  const { successor } = await receiversOf(app.pool, it.id, it.personFacts);
  if (!successor) return null;
  const named = await namedSuccessor(app.pool, it.id);
  return { ...successor, isNamed: named?.personId === successor.personId };
}
