import { ConnectorError, type Failure } from '#core/failure.ts';
import { record } from '#ledger/record.ts';
import { raiseAlert } from '#store/alerts.ts';
import { moveConnection } from '#store/connections.ts';
import { countFailure, failuresUntilDown, markDown, quietConnection } from '#store/health.ts';
import { endClaim } from '#store/leases.ts';
import { type Db, inTransaction } from '#store/sql.ts';
import { postponeStep, type Work } from '#store/steps.ts';
import { type Engine, engineActor } from './engine.ts';
import { factAbout } from './facts.ts';
import { heldUpBlocks } from './held-up-block.ts';
import { answersAtAll } from './probe.ts';
import { outcomeOf, type Reaction, reactTo } from './reaction.ts';
import { connectionAnswered, hold, Stale } from './settle.ts';

/** A ConnectorError carries its failure; anything else is a fault of our own. */
export function failureIn(error: unknown): Failure {
  if (error instanceof ConnectorError) return error.failure;
  const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { kind: 'unexpected', detail: `${ownFault} ${detail}` };
}

/** Whoever mends a missing permission has to know which one is meant. */
export function namingScopes(
  error: unknown,
  { scopes }: { readonly scopes: readonly string[] },
): unknown {
  if (!(error instanceof ConnectorError) || error.failure.kind !== 'forbidden') return error;
  const needed = `Needed there: ${scopes.join(', ')}.`;
  const { failure } = error;
  if (scopes.length === 0 || failure.detail.endsWith(needed)) return error;
  return new ConnectorError({ ...failure, detail: `${failure.detail} ${needed}` });
}

const ownFault = 'Gatehouse itself failed:';
const ownFaultsUntilHeld = 5;
/** By then half a minute has passed; eight minutes where no access is at stake. */
const attemptsUntilAlert = { security: 4, operations: 8, compliance: 8 } as const;

/** What whoever is told of it can do. */
const wayOut =
  'A step that cannot wait: take it out of the queue (gatehouse step hold) and do it by hand.';

/** A system that wants us to wait longer than this keeps somebody's access open meanwhile. */
const longWaitMs = 5 * 60_000;

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

  const reaction = reactionTo(engine, work, failure, attempt);
  switch (reaction.kind) {
    case 'hold':
      return hold(engine, work, { because: reaction.because, failure });
    case 'retry':
      engine.measures.retried({ connection: work.connectionId, kind: failure.kind });
      return retry(engine, work, failure, reaction);
    case 'pause-connection':
      return inTransaction(engine.pool, async (tx) => {
        await tryAgain(tx, work, failure, 0);
        if (work.connectionId) await pauseConnection(tx, engine, work.connectionId, failure);
      });
  }
}

function reactionTo(engine: Engine, work: Work, failure: Failure, attempt: number): Reaction {
  // A letter's connection is not the step's own, so there is none to pause: it is tried again.
  const isElsewhere = failure.kind === 'unauthenticated' && work.connectionId === null;
  if (!isOwnFault(failure) && !isElsewhere) return reactTo(failure, attempt, engine.timing);

  const inRow = work.failure !== null && isOwnFault(work.failure) && attempt >= ownFaultsUntilHeld;
  if (isOwnFault(failure) && inRow) {
    return {
      kind: 'hold',
      because:
        `${failure.detail} It failed ${attempt} times in a row. Tell whoever runs Gatehouse; ` +
        'until that is mended, do it by hand.',
    };
  }
  return reactTo({ kind: 'unavailable', detail: failure.detail }, attempt, engine.timing);
}

const isOwnFault = ({ detail }: Failure): boolean => detail.startsWith(ownFault);

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

/**
 * Tries again later, and counts against the connection when nobody answered. The connection
 * comes first in the transaction, as everywhere: passes that end at once must not wait in a circle.
 */
async function retry(
  engine: Engine,
  work: Work,
  failure: Failure,
  { afterMs, wholeConnection }: Extract<Reaction, { kind: 'retry' }>,
): Promise<void> {
  const { connectionId } = work;
  const failuresInRow = await inTransaction(engine.pool, async (tx) => {
    if (connectionId && wholeConnection) {
      await quietConnection(tx, { connectionId, forMs: afterMs });
      engine.measures.toldToWait({ connection: connectionId, ms: afterMs });
    }
    const counts = connectionId !== null && failure.kind === 'unavailable';
    const count = counts ? await countFailure(tx, connectionId) : 0;
    await tryAgain(tx, work, failure, afterMs);
    return count;
  });
  if (connectionId !== null) await judgeConnection(engine, connectionId, failuresInRow);
}

/** After calls in a row that nobody answered: is the connection down? */
export async function judgeConnection(
  engine: Engine,
  connectionId: string,
  failuresInRow: number,
): Promise<void> {
  if (failuresInRow < failuresUntilDown) return;
  // One account that always fails is no outage, and must not keep the others waiting.
  if (await answersAtAll(engine, connectionId)) await connectionAnswered(engine, connectionId);
  else await inTransaction(engine.pool, (tx) => goDown(tx, engine, connectionId));
}

async function tryAgain(tx: Db, work: Work, failure: Failure, afterMs: number): Promise<void> {
  const kept = await postponeStep(tx, {
    stepId: work.id,
    version: work.version,
    wakeAt: new Date(work.now.getTime() + afterMs),
    because: failure.detail,
    failure,
    attempts: work.attempts + 1,
  });
  if (!kept) throw new Stale(work.id);
  const isLong = afterMs > longWaitMs || work.attempts + 1 >= attemptsUntilAlert[work.layer];
  if (!isLong || work.downSince) return;
  const heldUp = await heldUpBlocks(
    tx,
    work,
    'Where that is urgent, block the account there by hand.',
  );
  await raiseAlert(tx, {
    condition: `step:${work.id}:failing`,
    kind: 'step.failing',
    title:
      work.layer === 'security' ? 'A step that ends access keeps failing' : 'A step keeps failing',
    body:
      `${work.title}${work.connectionId ? ` in ${work.connectionId}` : ''}: ${failure.detail} ` +
      `We go on trying. ${wayOut}${heldUp}`,
    caseId: work.caseId,
    stepId: work.id,
    connectionId: work.connectionId,
    confidential: work.departure.confidential,
  });
}

async function goDown(tx: Db, engine: Engine, connectionId: string): Promise<void> {
  const { wentDown } = await markDown(tx, { connectionId, probeMs: engine.timing.probeMs });
  if (!wentDown) return;
  await raiseAlert(tx, {
    condition: `connection:${connectionId}:down`,
    kind: 'connection.down',
    title: `${connectionId} does not answer`,
    body:
      `Steps in ${connectionId} wait until it answers; all others go on. ` +
      `We try once a minute and go on by ourselves. ${wayOut}`,
    caseId: null,
    stepId: null,
    connectionId,
    confidential: false,
  });
}

/** Nothing more is asked of a connection that does not accept our key, until somebody enters another. */
export async function pauseConnection(
  tx: Db,
  engine: Engine,
  connectionId: string,
  failure: Failure,
): Promise<void> {
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
    condition: `connection:${connectionId}:paused`,
    kind: 'connection.paused',
    title: `${connectionId} no longer accepts our key`,
    body:
      `Nothing more happens in ${connectionId} until somebody enters a new key ` +
      `(gatehouse connection add). The steps wait and are not lost. ${wayOut}`,
    caseId: null,
    stepId: null,
    connectionId,
    confidential: false,
  });
}
