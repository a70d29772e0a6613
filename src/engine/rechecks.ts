import { every } from '#core/every.ts';
import type { Failure } from '#core/failure.ts';
import {
  connectionsToCheck,
  type DueCheck,
  endPointlessChecks,
  isCheckDue,
  noteUnmade,
  takeCheck,
} from '#store/access-checks.ts';
import { raiseAlert } from '#store/alerts.ts';
import { countFailure, quietConnection, takeProbe } from '#store/health.ts';
import { type Leisure, leisureOf } from '#store/leisure.ts';
import { inTransaction } from '#store/sql.ts';
import type { Engine } from './engine.ts';
import { failureIn, judgeConnection, pauseConnection } from './fail.ts';
import { lookForPerson } from './look-person.ts';
import { missLook, sealLooks, uncheckedCondition } from './look-results.ts';
import { lookAtStep } from './look-step.ts';
import { Stale } from './settle.ts';
import { sideBySide } from './side-by-side.ts';

/** After this many looks in a connection others get their turn, and changed circumstances theirs. */
const mostAtOnce = 200;

/**
 * Looks again at what was ended, whenever that is due: reads, and plans, and never changes anything. What is seen
 * becomes a fact; what has come back opens its step again.
 *
 * The looks are rows with moments, so a restart or a worker that dies forgets none. Each connection is seen to by
 * itself, so that one that hangs keeps nobody waiting, and only while no step of anybody is due there.
 */
export function startRechecks(engine: Engine): { stop(): Promise<void> } {
  const looks = sideBySide((connectionId, { message }) =>
    engine.log.error({ connectionId, error: message }, 'access was not looked at'),
  );
  let stopping = false;

  const seeTo = async (connectionId: string) => {
    for (let count = 0; count < mostAtOnce && !stopping; count++) {
      if (!(await recheckOne(engine, connectionId))) return;
    }
  };
  const timer = every(engine.timing.sweepMs, async () => {
    try {
      if (!(await isCheckDue(engine.pool))) return;
      for (const caseId of await endPointlessChecks(engine.pool)) {
        // What others waited for does not come any more.
        await inTransaction(engine.pool, (tx) => sealLooks(tx, engine, caseId));
      }
      looks.begin(await connectionsToCheck(engine.pool), seeTo);
    } catch (error) {
      engine.log.error({ error: String(error) }, 'access is not looked at again');
    }
  });
  return {
    async stop() {
      stopping = true;
      await timer.stop();
      await looks.ended();
    },
  };
}

/** Makes the next look in a connection. False: there is none, or not now. */
export async function recheckOne(engine: Engine, connectionId: string): Promise<boolean> {
  const leisure = await leisureOf(engine.pool, connectionId);
  if (!leisure || !(await isFree(engine, connectionId, leisure))) return false;
  const leaseMs = Math.max(engine.timing.leaseMs, engine.timing.callMs * 2);
  const check = await takeCheck(engine.pool, { connectionId, leaseMs });
  if (!check) return false;
  try {
    if (leisure.state === 'disabled') await missLook(engine, check);
    else if (check.stepId !== null) await lookAtStep(engine, check);
    else await lookForPerson(engine, check);
  } catch (error) {
    // Somebody else moved the step or the case: whoever did sees to it, or the next try does.
    if (!(error instanceof Stale)) await notMade(engine, check, failureIn(error));
  }
  return true;
}

async function isFree(engine: Engine, connectionId: string, it: Leisure): Promise<boolean> {
  if (it.state === 'disabled') return true; // nobody is called
  if (it.state === 'paused' || it.isQuiet || it.isBusy || !it.isLineFree) return false;
  return !it.isDown || takeProbe(engine.pool, { connectionId, probeMs: engine.timing.probeMs });
}

/** A look that could not be made stays due, says why, and is tried again; where only a person can mend it, they are told. */
async function notMade(engine: Engine, check: DueCheck, failure: Failure): Promise<void> {
  const { connectionId, id } = check;
  const { pool, timing } = engine;
  const again = (againMs: number) =>
    inTransaction(pool, async (tx) => {
      await noteUnmade(tx, { id, because: failure.detail, againMs });
      await sealLooks(tx, engine, check.caseId);
    });
  switch (failure.kind) {
    case 'rate-limited':
      await quietConnection(pool, { connectionId, forMs: failure.retryAfterMs });
      return again(failure.retryAfterMs);
    case 'unavailable':
      await again(timing.probeMs);
      return judgeConnection(engine, connectionId, await countFailure(pool, connectionId));
    case 'unauthenticated':
      await inTransaction(pool, (tx) => pauseConnection(tx, engine, connectionId, failure));
      return again(timing.probeMs);
    default:
      await raiseAlert(pool, {
        condition: uncheckedCondition(connectionId),
        kind: 'access.unchecked',
        title: `${connectionId} cannot be looked at again`,
        body:
          `Whether access that was ended in ${connectionId} is still ended cannot be seen: ${failure.detail} ` +
          'We go on trying once an hour; until then nobody knows.',
        caseId: null,
        stepId: null,
        connectionId,
        confidential: false,
      });
      return again(timing.recheckRetryMs);
  }
}
