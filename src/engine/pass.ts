import { z } from 'zod';
import type { AnyAction } from '#connector-kit/contract.ts';
import { personParams } from '#connector-kit/fields.ts';
import { type Capability, capabilities } from '#core/capability.ts';
import { workingStates } from '#core/case.ts';
import { fillParams } from '#core/plan-params.ts';
import { isReceiverWord, nameSomebody } from '#core/successor.ts';
import { takeProbe } from '#store/health.ts';
import { nowOf, postponeStep, type Work, wakeSteps } from '#store/steps.ts';
import { giveUpTurn, takeTurn } from '#store/turns.ts';
import { later } from './call.ts';
import type { Opened } from './clients.ts';
import { send } from './command.ts';
import { receiversOf } from './continuity.ts';
import type { Engine } from './engine.ts';
import { searchedOf } from './facts.ts';
import { fail, failureIn, namingScopes } from './fail.ts';
import { askByHand, tellOrAssign } from './humans.ts';
import { keepRecord } from './keep-record.ts';
import { lookUp, lookUpOwned } from './look-up.ts';
import { countingRequests, expectedRequests } from './pace.ts';
import { hold, Stale, settle } from './settle.ts';
import { invite } from './survey.ts';
import { keepTicket } from './ticket.ts';
import { moveTo } from './transition.ts';

/**
 * One pass over one step: read, plan, and at most one apply.
 *
 * Every pass starts from what the system says now, so it may be cut off anywhere and
 * simply run again. It leaves behind either a settled step, a held one, or the moment
 * of the next pass.
 */
export async function pass(engine: Engine, stepId: string): Promise<void> {
  const work = await engine.groups.load(stepId);
  const leave = work && (await leaveFor(engine, work));
  if (!leave) return;

  try {
    await countingRequests(engine.pool, work, leave.paid, () =>
      carryOut(engine, work).catch((error: unknown) => {
        if (error instanceof Stale) throw error;
        return fail(engine, work, failureIn(error), 'no call');
      }),
    );
  } catch (error) {
    // Somebody else moved it; the sweep looks again.
    if (!(error instanceof Stale)) throw error;
    if (work.ratePerSecond !== null) await giveUpTurn(engine.pool, stepId);
  }
}

async function carryOut(engine: Engine, work: Work): Promise<void> {
  switch (work.kind) {
    case 'action':
      return act(engine, work);
    case 'lookup':
      return work.account ? lookUpOwned(engine, work) : lookUp(engine, work);
    case 'task':
    case 'notice':
      return tellOrAssign(engine, work);
    case 'ticket':
      return keepTicket(engine, work);
    case 'record':
      return keepRecord(engine, work);
    case 'survey':
      return invite(engine, work);
    case 'gap':
      return; // only a person can answer for it
  }
}

/** That a pass may begin, and how many requests its turn has paid for where it needs one. */
interface Leave {
  readonly paid: number;
}

/** Rows are the truth: a job may come early, twice, or for a case that stands still. Null: not now. */
async function leaveFor(engine: Engine, work: Work): Promise<Leave | null> {
  if (!workingStates.includes(work.caseState)) return null;
  if (work.planStale && work.startedAt === null) return null;
  if ((work.undoOf !== null) !== (work.direction === 'back')) return null;
  if (work.status !== 'ready' && work.status !== 'running') return null;
  if (!work.wakeAt) return null;
  if (work.connectionState !== null && work.connectionState !== 'active') return null;

  const quietUntil = work.quietUntil && work.quietUntil > work.now ? work.quietUntil : null;
  const notBefore = quietUntil ?? (work.wakeAt > work.now ? work.wakeAt : null);
  if (notBefore) {
    if (quietUntil) await postpone(engine, work, quietUntil);
    return null;
  }
  // By a clock that is wrong somebody would lose their access too early, or in the middle of the night.
  const doubt = work.dueAt !== null && work.startedAt === null ? engine.clock.problem() : null;
  if (doubt !== null) {
    const wakeAt = later(work.now, engine.timing.selfWatchMs);
    await postpone(engine, { ...work, because: `It waits for the clocks: ${doubt}` }, wakeAt);
    return null;
  }
  const leave = work.ratePerSecond === null ? { paid: 0 } : await turnOf(engine, work);
  if (leave && work.downSince && work.connectionId) {
    const probe = { connectionId: work.connectionId, probeMs: engine.timing.probeMs };
    if (await takeProbe(engine.pool, probe)) return leave;
    const probeAt = work.probeAt && work.probeAt > work.now ? work.probeAt : null;
    await postpone(engine, work, probeAt ?? later(work.now, engine.timing.probeMs));
    return null;
  }
  return leave;
}

/** What is due takes its turn in line; what was planned ahead has none before its moment came. Null: not yet. */
async function turnOf(engine: Engine, work: Work): Promise<Leave | null> {
  const turn =
    work.turnAt !== null && work.turnPays !== null
      ? { at: work.turnAt, pays: work.turnPays }
      : await takeTurn(engine.pool, { stepId: work.id, pays: expectedRequests(engine.pool, work) });
  if (!turn) return null;
  if (turn.at <= nowOf(work)) return { paid: turn.pays };
  // The line has moved on since, or the turn was only taken now.
  await wakeSteps(engine.pool, [work.id]);
  return null;
}

async function postpone(engine: Engine, work: Work, wakeAt: Date): Promise<void> {
  await postponeStep(engine.pool, {
    stepId: work.id,
    version: work.version,
    wakeAt,
    because: work.because,
    failure: work.failure,
    attempts: work.attempts,
  });
}

async function act(engine: Engine, work: Work): Promise<void> {
  if (!work.connectionId || !work.account) {
    await settle(engine, work, {
      type: 'step.absent',
      grade: 'absent',
      because: work.because ?? 'Looked in every connection; there is no such account.',
      searched: searchedOf(work),
    });
    return;
  }
  const opened = await engine.clients.open(work.connectionId);
  try {
    const action = opened.actions.find((it) => it.capability === work.capability);
    if (!action) {
      await hold(engine, work, {
        because: `${opened.name} does not offer ${work.capability}.`,
        failure: null,
      });
      return;
    }
    if (work.undoOf === null && action.kind === 'command' && destroysUnseen(action.capability)) {
      await hold(engine, work, {
        because:
          `${opened.name} cannot show whether this was done, and it cannot be undone, so Gatehouse does not do it. ` +
          'Do it by hand, or skip it with a reason.',
        failure: null,
      });
      return;
    }
    const filled = await fillIn(engine, work, action);
    if ('problem' in filled) {
      await hold(engine, work, { because: filled.problem, failure: null, reason: 'nobody' });
      return;
    }
    const withoutSecrets = (error: unknown) => namingScopes(opened.withoutSecrets(error), action);
    await take(engine, filled, { ...opened, withoutSecrets }, action).catch((error: unknown) => {
      throw withoutSecrets(error);
    });
  } catch (error) {
    throw opened.withoutSecrets(error);
  } finally {
    await opened.close();
  }
}

/** Puts people in the place of words that nobody stood behind when it was planned. */
async function fillIn(
  engine: Engine,
  work: Work,
  { params: shape }: AnyAction,
): Promise<Work | { problem: string }> {
  const words = personParams(shape).filter((it) => isReceiverWord(work.params[it]));
  if (words.length === 0 || work.undoOf !== null) return work;
  const receivers = await receiversOf(engine.pool, work.caseId, work.personFacts);
  const given = z.record(z.string(), z.json()).parse(work.params);
  const { params, open } = fillParams(given, words, receivers);
  if (open.length === 0) return { ...work, params };
  return {
    problem: `This goes to the ${open.join(' and the ')}, and nobody is known. ${nameSomebody} Then try again.`,
  };
}

/** What cannot be read back is never destructive. */
const destroysUnseen = (capability: Capability): boolean =>
  capabilities[capability].weight === 'destructive';

async function take(engine: Engine, work: Work, opened: Opened, action: AnyAction): Promise<void> {
  switch (action.kind) {
    case 'transition':
      return moveTo(engine, work, opened, action);
    case 'command':
      return send(engine, work, opened, action);
    case 'by-hand':
      return askByHand(engine, work, opened, action);
  }
}
