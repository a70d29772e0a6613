import { type Fact, record } from '#ledger/record.ts';
import { raiseAlert } from '#store/alerts.ts';
import { lockCase } from '#store/cases.ts';
import { inTransaction } from '#store/sql.ts';
import { loadWork } from '#store/steps.ts';
import { expiredWaivers, holdWaivedStep } from '#store/waivers.ts';
import { caseReopened, openCaseAgain } from './access-returned.ts';
import type { Engine } from './engine.ts';
import { factAbout } from './facts.ts';

/**
 * Opens every step again whose waiver has run out, also in a case that was complete: what was
 * skipped until a day is not skipped for ever.
 */
export async function reopenExpiredWaivers(engine: Engine): Promise<void> {
  for (const stepId of await expiredWaivers(engine.pool)) await reopen(engine, stepId);
}

async function reopen(engine: Engine, stepId: string): Promise<void> {
  await inTransaction(engine.pool, async (tx) => {
    const found = await loadWork(tx, stepId);
    const it = found ? await lockCase(tx, found.caseId) : null;
    const work = it ? await loadWork(tx, stepId) : null;
    if (!it || work?.decision?.kind !== 'waived') return;

    const { byName, reason } = work.decision;
    const because = `Skipped by ${byName} until today: ${reason}`;
    const facts: Fact[] = [
      factAbout(work, 'step.reopened', {
        version: work.version + 1,
        reason: because,
        data: { reason: 'waiver-expired' },
      }),
    ];
    if (it.state === 'complete') facts.push(caseReopened(it, 'waiver-expired'));
    if (!(await holdWaivedStep(tx, { stepId, version: work.version, because }))) return;
    await record(tx, engine.keys, facts);
    await openCaseAgain(tx, it);
    await raiseAlert(tx, {
      condition: `step:${stepId}`,
      kind: 'waiver.expired',
      title: 'A skipped step is open again',
      body: `${work.title}${work.connectionId ? ` in ${work.connectionId}` : ''}: ${because}`,
      caseId: it.id,
      stepId,
      connectionId: work.connectionId,
      confidential: it.departure.confidential,
    });
  });
}
