import type { Account } from '#core/account.ts';
import { record } from '#ledger/record.ts';
import { type DueCheck, noteChecked } from '#store/access-checks.ts';
import { saveFoundAccounts } from '#store/accounts.ts';
import { raiseAlert } from '#store/alerts.ts';
import { type CaseRow, loadCase, outdatePlan, wakeCase } from '#store/cases.ts';
import { type Db, inTransaction } from '#store/sql.ts';
import { stepsOfCase } from '#store/steps.ts';
import { caseReopened, openCaseAgain, returnedCondition } from './access-returned.ts';
import { type Engine, engineActor } from './engine.ts';
import { lockLook, noteHolds, roundOf } from './look-results.ts';
import { findAccounts } from './look-up.ts';
import { connectionAnswered, Stale } from './settle.ts';

/**
 * Looks somebody who left up once more in one connection. An account that their plan does not know, and that can be
 * used, goes into the plan, and the case goes on.
 */
export async function lookForPerson(engine: Engine, check: DueCheck): Promise<void> {
  const { connectionId } = check;
  const found = await loadCase(engine.pool, check.caseId);
  if (!found) throw new Stale(check.id);
  const accounts = await findAccounts(engine, connectionId, found.personFacts);
  await connectionAnswered(engine, connectionId);

  const { round, nextMs } = roundOf(check, engine);
  await inTransaction(engine.pool, async (tx) => {
    const it = await lockLook(tx, check);
    const unknown = await unknownTo(tx, it, connectionId, accounts);
    await saveFoundAccounts(tx, {
      person: it.person,
      answers: new Map([[connectionId, accounts]]),
    });
    if (unknown.length > 0) {
      await takeIn(tx, engine, it, connectionId, unknown);
      return noteChecked(tx, { id: check.id, seen: true, nextMs });
    }
    await noteHolds(tx, engine, check, {
      type: 'case.rechecked',
      actor: engineActor,
      caseId: it.id,
      target: { ref: it.ref, system: connectionId },
      data: { connection: connectionId, round },
    });
  });
}

/** Accounts that can be used, and that no step of the case is about. */
async function unknownTo(
  tx: Db,
  it: CaseRow,
  connectionId: string,
  accounts: readonly Account[],
): Promise<readonly Account[]> {
  const known = (await stepsOfCase(tx, it.id))
    .filter((step) => step.connectionId === connectionId && step.undoOf === null)
    .flatMap(({ account }) => account?.id ?? []);
  return accounts.filter(({ id, status }) => status === 'active' && !known.includes(id));
}

/** There is more to deal with than the plan knows: the case, which is locked, is open again and planned anew. */
export async function planForMore(tx: Db, engine: Engine, it: CaseRow, by?: string): Promise<void> {
  if (it.state === 'complete') {
    const fact = caseReopened(it, 'account-appeared');
    await record(tx, engine.keys, [by === undefined ? fact : { ...fact, onBehalfOf: by }]);
    await openCaseAgain(tx, it);
  }
  await outdatePlan(tx, it.id);
  await wakeCase(tx, { caseId: it.id, urgency: 0 });
}

async function takeIn(
  tx: Db,
  engine: Engine,
  it: CaseRow,
  connectionId: string,
  accounts: readonly Pick<Account, 'login'>[],
): Promise<void> {
  await planForMore(tx, engine, it);
  const logins = accounts.map(({ login }) => login).join(', ');
  await raiseAlert(tx, {
    condition: returnedCondition({ stepId: null, caseId: it.id, connectionId }),
    kind: 'access.returned',
    title: 'Somebody who left has an account again',
    body:
      `In ${connectionId} there is an account that the departure did not know: ${logins}. ` +
      'It goes into the plan now. Find out who or what made it.',
    caseId: it.id,
    stepId: null,
    connectionId,
    confidential: it.departure.confidential,
  });
}
