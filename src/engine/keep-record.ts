import { z } from 'zod';
import type { CaseRecord, Records } from '#connector-kit/contract.ts';
import { ticketIn } from '#connector-kit/tickets.ts';
import { workingStates } from '#core/case.ts';
import { isFactType, settlingFacts } from '#core/event.ts';
import { textAt } from '#core/event-rows.ts';
import { type ExportedEvent, exportEvents } from '#ledger/search.ts';
import { lockCase } from '#store/cases.ts';
import { countFacts } from '#store/records.ts';
import { inTransaction } from '#store/sql.ts';
import { postponeStep, type StepRow, stepsOfCase, type Work } from '#store/steps.ts';
import { later } from './call.ts';
import { caseRecord } from './case-record.ts';
import type { Opened } from './clients.ts';
import { send } from './command.ts';
import type { Engine } from './engine.ts';
import { searchedOf } from './facts.ts';
import { namingScopes } from './fail.ts';
import { sealCase } from './progress.ts';
import { hold, settle } from './settle.ts';
import { moveTo } from './transition.ts';

/**
 * One pass over the delivery of a record. The case is sealed first, so what is delivered shows by
 * itself that nothing is missing. The facts about the deliveries come after that seal, and a last
 * seal after them.
 */
export async function keepRecord(engine: Engine, work: Work): Promise<void> {
  if (!work.connectionId) {
    await settle(engine, work, {
      type: 'step.absent',
      grade: 'absent',
      because: 'No connected system that was chosen keeps records.',
      searched: searchedOf(work),
    });
    return;
  }
  const opened = await engine.clients.open(work.connectionId);
  try {
    if (opened.records) await deliver(engine, work, opened, opened.records);
    else await hold(engine, work, { because: `${opened.name} keeps no records.`, failure: null });
  } catch (error) {
    throw opened.withoutSecrets(error);
  } finally {
    await opened.close();
  }
}

async function deliver(
  engine: Engine,
  work: Work,
  opened: Opened,
  records: Records<unknown>,
): Promise<void> {
  const found = await recordOf(engine, work);
  if (found.kind === 'not yet') {
    await postponeStep(engine.pool, {
      stepId: work.id,
      version: work.version,
      wakeAt: later(work.now, found.waitMs),
      because: found.because,
      failure: work.failure,
      attempts: work.attempts,
    });
    return;
  }
  const delivery = { ...records.delivery(found.record), params: z.unknown() };
  const withoutSecrets = (error: unknown) => namingScopes(opened.withoutSecrets(error), delivery);
  const it = { ...opened, withoutSecrets };
  try {
    if (delivery.kind === 'transition') await moveTo(engine, work, it, delivery);
    else await send(engine, work, it, delivery);
  } catch (error) {
    throw withoutSecrets(error);
  }
}

type Found =
  | { readonly kind: 'record'; readonly record: CaseRecord }
  | { readonly kind: 'not yet'; readonly because: string; readonly waitMs: number };

const notYet = (because: string, waitMs: number): Found => ({ kind: 'not yet', because, waitMs });

const soonMs = 300;
const minuteMs = 60_000;

/** The record up to the seal that closed the work; sealed now where that is still to be done. */
async function recordOf(engine: Engine, work: Work): Promise<Found> {
  const { caseId } = work;
  const steps = (await stepsOfCase(engine.pool, caseId)).filter((it) => it.undoOf === null);
  const others = steps.filter((it) => it.kind !== 'record');
  if (others.some((it) => it.status !== 'settled')) {
    return notYet('Waits for other steps, which are open again.', minuteMs);
  }
  const stated = await countFacts(engine.pool, caseId);
  const personalValues = work.params['personalValues'] === true && !work.departure.confidential;
  const events: ExportedEvent[] = [];
  const keys = personalValues ? engine.keys : null;
  for await (const event of exportEvents(engine.pool, { caseIds: [caseId] }, keys)) {
    events.push(event);
  }
  if (events.length < stated) return notYet('Waits until the record is complete.', soonMs);

  const seal = events.findLastIndex((it) => it.type === 'case.sealed');
  // A plan of deliveries alone settles nothing before, and has to be sealed as well.
  if (
    seal <
    Math.max(
      0,
      events.findLastIndex((it) => settles(it, others)),
    )
  ) {
    await sealWork(engine, caseId, events.length);
    return notYet('The case is sealed; delivers it next.', soonMs);
  }
  const record = caseRecord({
    caseId,
    events: events.slice(0, seal + 1),
    steps: others,
    personalValues,
    ticketId: ticketOf(others, work),
  });
  return { kind: 'record', record };
}

/** The first ticket of the plan that the same connection keeps. */
function ticketOf(steps: readonly StepRow[], { connectionId }: Work): string | null {
  for (const step of steps) {
    if (step.kind !== 'ticket' || step.connectionId !== connectionId) continue;
    const ticket = ticketIn(step.afterState);
    if (ticket) return ticket.id;
  }
  return null;
}

/** Whether a fact gave one of these steps its grade. */
function settles(event: ExportedEvent, steps: readonly StepRow[]): boolean {
  if (!isFactType(event.type) || !settlingFacts[event.type]) return false;
  const id = textAt(JSON.parse(event.leaf), 'step', 'id');
  return steps.some((step) => step.id === id);
}

/** Once for all deliveries of a case: whoever comes second finds more facts than he saw. */
async function sealWork(engine: Engine, caseId: string, seen: number): Promise<void> {
  await inTransaction(engine.pool, async (tx) => {
    const locked = await lockCase(tx, caseId);
    if (locked?.direction !== 'forward' || !workingStates.includes(locked.state)) return;
    if ((await countFacts(tx, caseId)) !== seen) return;
    await sealCase(tx, engine, locked, locked.state);
  });
}
