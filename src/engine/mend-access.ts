import { loadCase, lockCase } from '#store/cases.ts';
import { endFinding, type FindingRow, loadFinding } from '#store/residual-access.ts';
import { type Db, inTransaction } from '#store/sql.ts';
import { loadWork, stepsOfCase, type Work } from '#store/steps.ts';
import { reopenReturned } from './access-returned.ts';
import type { Engine } from './engine.ts';
import { planForMore } from './look-person.ts';

/**
 * Ends access that a sweep found, since somebody asks for it: the step of the departure that had ended it opens again, or the
 * departure is planned anew with the account. Throws, in words, where there is nothing to open.
 */
export async function mendAccess(
  engine: Engine,
  it: { findingId: string; by: string },
): Promise<{ detail: string }> {
  return inTransaction(engine.pool, async (tx) => {
    const found = await loadFinding(tx, it.findingId);
    if (!found || found.endedAt !== null) throw new Error('This is no longer so.');
    if (found.person === null) {
      throw new Error(
        'Nobody knows whose account this is. Say whose it is on the page of that person, or end it in the system itself.',
      );
    }
    const known = found.caseId === null ? null : await loadCase(tx, found.caseId);
    if (!known) {
      throw new Error('There is no departure of this person. Request one (gatehouse depart).');
    }
    const locked = (await lockCase(tx, known.id))!;
    if (!['running', 'access-removed', 'complete'].includes(locked.state)) {
      throw new Error(`The departure is ${locked.state}; that has to be decided first.`);
    }
    const ended = await whatEndedIt(tx, found);
    const { by } = it;
    if (ended) {
      const because = 'A sweep found the account in use again.';
      await reopenReturned(tx, engine, locked, ended, { because, state: undefined, by });
    } else {
      await planForMore(tx, engine, locked, by);
    }
    await endFinding(tx, { id: found.id, because: 'covered' });
    return {
      detail: ended
        ? `“${ended.title}” is open again in the departure, and ends it.`
        : 'The account goes into the plan of the departure.',
    };
  });
}

/** The settled step that was to keep the account closed; null: the plan does not know the account. */
async function whatEndedIt(tx: Db, { caseId, ...found }: FindingRow): Promise<Work | null> {
  const own = (await stepsOfCase(tx, caseId!)).filter(
    (step) =>
      step.connectionId === found.connectionId &&
      step.account?.id === found.accountId &&
      step.undoOf === null &&
      step.layer === 'security' &&
      step.status === 'settled',
  );
  const step =
    own.find(({ capability }) => capability === 'account.suspend') ??
    own.find(({ capability }) => capability === 'account.delete') ??
    own.find(({ kind }) => kind === 'gap');
  if (!step && own.length > 0) {
    throw new Error(
      'The playbook of the departure leaves this account usable. Block it in the system itself.',
    );
  }
  return step ? loadWork(tx, step.id) : null;
}
