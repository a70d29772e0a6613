import { capabilities } from '#core/capability.ts';
import { budgetOf, hasBudget, settingsFrom } from '#core/settings.ts';
import { raiseAlert, resolveAlerts } from '#store/alerts.ts';
import { isReversible, lockSpent, spentInHour } from '#store/budgets.ts';
import { loadSettings } from '#store/settings.ts';
import type { Db } from '#store/sql.ts';
import type { Work } from '#store/steps.ts';
import { whenText } from './approvers.ts';
import { letWait } from './ask-approval.ts';
import type { Engine } from './engine.ts';
import { Stale } from './settle.ts';

/*
 * So much may be ended or destroyed in one connection within an hour. What is above that waits and is not lost, and
 * somebody is told: a mistake, or an account that was taken over, does no more. Suspensions of urgent departures, of
 * approved bulk starts and of released ones neither wait nor count, so that a lawful layoff leaves no access open.
 */

/** What a step would spend; null: it is about nothing that has a budget. */
function spenderOf({ capability, connectionId, id, undoOf, hasOwnBudget }: Work) {
  if (capability === null || !hasBudget(capability)) return null;
  if (connectionId === null || undoOf !== null) return null;
  if (isReversible(capability) && hasOwnBudget) return null;
  return { connectionId, capability, stepId: id };
}

/** Whether it counts against a budget at all. */
export const hasBudgetOf = (work: Work): boolean => spenderOf(work) !== null;

/** What a step would spend, and of how much; null: nothing, or of no end. */
async function budgetFor(db: Db, work: Work) {
  const spender = spenderOf(work);
  if (!spender) return null;
  const most = budgetOf(settingsFrom(await loadSettings(db)), spender.capability);
  return most === null ? null : { most, spender };
}

/** Lets a step wait that would spend more than there is. True: it waits. */
export async function waitsForBudget(engine: Engine, work: Work): Promise<boolean> {
  const budget = await budgetFor(engine.pool, work);
  if (!budget) return false;
  const { most, spender } = budget;
  const { count, freeAt } = await spentInHour(engine.pool, spender);
  if (count < most || !freeAt) return false;
  const what = capabilities[spender.capability].title;
  const said = `“${what}” was begun ${count} times in ${spender.connectionId} within an hour, and ${most} are allowed.`;
  await raiseAlert(engine.pool, {
    condition: conditionOf(work),
    kind: 'budget.spent',
    title: isReversible(spender.capability)
      ? `Many accounts are being suspended in ${spender.connectionId}`
      : `Much is being destroyed in ${spender.connectionId}`,
    body:
      `${said} What is above that waits. If it is as it should be, there is nothing to do; a higher limit ` +
      '(gatehouse settings set guardrails) counts from the next look on. If not: gatehouse kill-switch on.',
    caseId: null,
    stepId: null,
    connectionId: spender.connectionId,
    confidential: false,
  });
  const because = `${said} It looks again at ${whenText(freeAt)}.`;
  await letWait(engine.pool, work, { until: freeAt, because });
  return true;
}

/** Counts once more in the transaction that begins the call, one at a time. Throws `Stale`. */
export async function spend(tx: Db, work: Work): Promise<void> {
  const budget = await budgetFor(tx, work);
  if (!budget) return;
  const { count } = await lockSpent(tx, budget.spender);
  if (count >= budget.most) throw new Stale(work.id);
  if (count + 1 < budget.most) await resolveAlerts(tx, conditionOf(work));
}

const conditionOf = ({ connectionId, capability }: Work): string =>
  `budget:${connectionId}:${capability}`;
