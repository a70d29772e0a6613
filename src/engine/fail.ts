import { ConnectorError, type Failure } from '#core/failure.ts';
import { record } from '#ledger/record.ts';
import { raiseAlert } from '#store/alerts.ts';
import { moveConnection } from '#store/connections.ts';
import { countFailure, quietConnection } from '#store/health.ts';
import { endClaim } from '#store/leases.ts';
import { type Db, inTransaction } from '#store/sql.ts';
import { postponeStep, type Work } from '#store/steps.ts';
import { type Engine, engineActor } from './engine.ts';
import { factAbout } from './facts.ts';
import { outcomeOf, reactTo } from './reaction.ts';
import { hold, Stale } from './settle.ts';

/** A ConnectorError carries its failure; anything else is a fault of our own. */
export function failureIn(error: unknown): Failure {
  if (error instanceof ConnectorError) return error.failure;
  const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { kind: 'unexpected', detail: `${ownFault} ${detail}` };
}

const ownFault = 'Gatehouse itself failed:';
const ownFaultsUntilHeld = 5;
/** By then half a minute has passed. */
const attemptsUntilAlert = 4;

/**
 * Reacts to a failed call, whatever failed: nothing is dropped and nothing passes in
 * silence. `claim` names the fence when the failed call was one that changes something.
 */
export async function fail(
  engine: Engine,
  work: Work,
  failure: Failure,
  claim: { fence: string } | 'no call',
): Promise<void> {
  const attempt = work.attempts + 1;
  engine.log.warn(
    { stepId: work.id, connectionId: work.connectionId, kind: failure.kind, attempt },
    'a call failed',
  );
  if (claim !== 'no call') await keepOutcome(engine, work, failure, claim.fence);

  const reaction =
    failure.detail.startsWith(ownFault) && attempt < ownFaultsUntilHeld
      ? reactTo({ kind: 'unavailable', detail: failure.detail }, attempt, engine.timing)
      : reactTo(failure, attempt, engine.timing);

  switch (reaction.kind) {
    case 'hold':
      return hold(engine, work, { because: reaction.because, failure });
    case 'retry':
      return inTransaction(engine.pool, async (tx) => {
        await tryAgain(tx, work, failure, reaction);
        if (failure.kind === 'unavailable') await countAgainst(tx, engine, work);
      });
    case 'pause-connection':
      return inTransaction(engine.pool, async (tx) => {
        await tryAgain(tx, work, failure, { afterMs: 0, wholeConnection: false });
        await pause(tx, engine, work, failure);
      });
  }
}

/** What we know of the call goes into the record before anything else happens. */
async function keepOutcome(
  engine: Engine,
  work: Work,
  failure: Failure,
  fence: string,
): Promise<void> {
  const outcome = outcomeOf(failure);
  await inTransaction(engine.pool, async (tx) => {
    if (outcome === 'unknown') {
      await record(tx, engine.keys, [
        factAbout(work, 'step.unknown', {
          attempt: work.attempt + 1,
          reason: failure.detail,
          data: {
            call_started_at: work.now.toISOString(),
            cause: failure.kind === 'unexpected' ? 'unreadable-answer' : 'connection-cut',
          },
        }),
      ]);
    }
    if (!(await endClaim(tx, { stepId: work.id, fence, outcome }))) throw new Stale(work.id);
  });
}

async function tryAgain(
  tx: Db,
  work: Work,
  failure: Failure,
  it: { afterMs: number; wholeConnection: boolean },
): Promise<void> {
  const wakeAt = new Date(work.now.getTime() + it.afterMs);
  const kept = await postponeStep(tx, {
    stepId: work.id,
    version: work.version,
    wakeAt,
    because: failure.detail,
    failure,
    attempts: work.attempts + 1,
  });
  if (!kept) throw new Stale(work.id);
  if (it.wholeConnection && work.connectionId) {
    await quietConnection(tx, { connectionId: work.connectionId, forMs: it.afterMs });
  }
  if (work.attempts + 1 >= attemptsUntilAlert && work.layer === 'security' && !work.downSince) {
    await raiseAlert(tx, {
      condition: `step:${work.id}`,
      kind: 'step.failing',
      title: 'A step that ends access keeps failing',
      body: `${work.title} in ${work.connectionId}: ${failure.detail} We go on trying.`,
      caseId: work.caseId,
      stepId: work.id,
      connectionId: work.connectionId,
      confidential: work.departure.confidential,
    });
  }
}

async function countAgainst(tx: Db, engine: Engine, work: Work): Promise<void> {
  const { connectionId } = work;
  if (!connectionId) return;
  const { wentDown } = await countFailure(tx, { connectionId, probeMs: engine.timing.probeMs });
  if (!wentDown) return;
  await raiseAlert(tx, {
    condition: `connection:${connectionId}`,
    kind: 'connection.down',
    title: `${connectionId} does not answer`,
    body:
      `Steps in ${connectionId} wait until it answers; all others go on. ` +
      'We try once a minute and go on by ourselves.',
    caseId: null,
    stepId: null,
    connectionId,
    confidential: false,
  });
}

async function pause(tx: Db, engine: Engine, work: Work, failure: Failure): Promise<void> {
  const { connectionId } = work;
  if (!connectionId) return;
  const because = `It no longer accepts our key: ${failure.detail}`;
  const version = await moveConnection(tx, { connectionId, state: 'paused', because });
  if (version === null) return;
  await record(tx, engine.keys, [
    {
      type: 'connection.changed',
      actor: engineActor,
      row: { table: 'connections', id: connectionId, version },
      data: {
        connection: connectionId,
        change: 'state',
        state: 'paused',
        reason: failure.kind,
      },
    },
  ]);
  await raiseAlert(tx, {
    condition: `connection:${connectionId}`,
    kind: 'connection.paused',
    title: `${connectionId} no longer accepts our key`,
    body:
      `Nothing more happens in ${connectionId} until somebody enters a new key ` +
      `(gatehouse connection add). The steps wait and are not lost.`,
    caseId: null,
    stepId: null,
    connectionId,
    confidential: false,
  });
}
