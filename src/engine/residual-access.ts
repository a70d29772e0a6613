import { every } from '#core/every.ts';
import type { Failure } from '#core/failure.ts';
import type { ConnectionOffer } from '#core/playbook.ts';
import { settingsFrom } from '#core/settings.ts';
import { type Fact, record } from '#ledger/record.ts';
import { raiseAlert, resolveAlerts } from '#store/alerts.ts';
import { listConnections } from '#store/connections.ts';
import { countFailure } from '#store/health.ts';
import {
  beginSweep,
  failSweep,
  judgeSweep,
  maySweep,
  type NewFinding,
  noteSwept,
  planSweeps,
  sweepsDue,
} from '#store/residual-access.ts';
import { loadSettings } from '#store/settings.ts';
import { inTransaction } from '#store/sql.ts';
import { inTime } from './deadline.ts';
import { discover } from './discover.ts';
import { type Engine, engineActor } from './engine.ts';
import { failureIn, judgeConnection } from './fail.ts';
import { offersFrom } from './offers.ts';
import { sideBySide } from './side-by-side.ts';

const hourMs = 60 * 60_000;

/**
 * Asks every connection for all of its accounts, once a day or as often as the setting says: whoever left and still has one
 * that can be used is a finding, and so is one of nobody we know. Each connection is swept by itself, by one worker; one
 * that cannot be asked says why, and is tried again after an hour.
 */
export function startSweeps(engine: Engine): { stop(): Promise<void> } {
  const sweeps = sideBySide((connectionId, { message }) =>
    engine.log.error({ connectionId, error: message }, 'no sweep for residual access'),
  );
  const timer = every(engine.timing.sweepMs, async () => {
    try {
      const may = await maySweep(engine.pool, { againMs: hourMs });
      if (may.isNew) await planSweeps(engine.pool, await sweptConnections(engine));
      if (!may.isDue) return;
      const { sweepHours } = settingsFrom(await loadSettings(engine.pool)).guardrails;
      const often = { everyMs: sweepHours * hourMs, againMs: hourMs };
      const due = await sweepsDue(engine.pool, often);
      sweeps.begin(due, (connectionId) => sweep(engine, { connectionId, ...often }));
    } catch (error) {
      engine.log.error({ error: String(error) }, 'nobody sweeps for residual access');
    }
  });
  return {
    async stop() {
      await timer.stop();
      // Lists of whole systems may take long; one that is cut off is made again.
      await inTime(sweeps.ended(), engine.timing.callMs);
    },
  };
}

/** Connections whose accounts let somebody in. */
async function sweptConnections(
  engine: Engine,
): Promise<{ holders: readonly string[]; others: readonly string[] }> {
  const offers = offersFrom(engine.connectors, await listConnections(engine.pool));
  const isHolder = ({ holdsAccounts, areAccess }: ConnectionOffer) =>
    holdsAccounts && areAccess !== false;
  return {
    holders: offers.filter(isHolder).map(({ id }) => id),
    others: offers.filter((it) => !isHolder(it)).map(({ id }) => id),
  };
}

async function sweep(
  engine: Engine,
  it: { connectionId: string; everyMs: number; againMs: number },
): Promise<void> {
  const { connectionId } = it;
  const begunAt = await beginSweep(engine.pool, it);
  if (!begunAt) return;
  try {
    await discover(engine, connectionId);
  } catch (error) {
    return cannotSweep(engine, connectionId, failureIn(error));
  }
  await inTransaction(engine.pool, async (tx) => {
    const found = await judgeSweep(tx, { connectionId, begunAt });
    const counts = await noteSwept(tx, { connectionId, begunAt });
    await record(tx, engine.keys, [
      {
        type: 'access.swept',
        actor: engineActor,
        data: { connection: connectionId, ...counts },
      },
      ...found.flatMap((one) => factOf(one, connectionId)),
    ]);
    await resolveAlerts(tx, unsweptCondition(connectionId));
    if (counts.residual === 0) return resolveAlerts(tx, residualCondition(connectionId));
    if (!found.some(({ kind }) => kind === 'residual')) return;
    await raiseAlert(tx, {
      condition: residualCondition(connectionId),
      kind: 'access.residual',
      title: 'Somebody who left still has access',
      body:
        `Accounts in ${connectionId} that can be used and are of people who left: ${counts.residual}. ` +
        'gatehouse access list says which, and how each is ended.',
      caseId: null,
      stepId: null,
      connectionId,
      confidential: false, // it names nobody
    });
  });
}

const residualCondition = (connectionId: string) => `connection:${connectionId}:residual`;
const unsweptCondition = (connectionId: string) => `connection:${connectionId}:unswept`;

/** Nothing is left out in silence: what cannot be listed is told; a system that is away, by the alert that it is. */
async function cannotSweep(engine: Engine, connectionId: string, failure: Failure): Promise<void> {
  const because = failure.detail;
  await failSweep(engine.pool, { connectionId, because });
  if (failure.kind === 'rate-limited') return;
  if (failure.kind === 'unavailable') {
    return judgeConnection(engine, connectionId, await countFailure(engine.pool, connectionId));
  }
  await inTransaction(engine.pool, async (tx) => {
    await raiseAlert(tx, {
      condition: unsweptCondition(connectionId),
      kind: 'access.unchecked',
      title: `${connectionId} cannot be swept for residual access`,
      body:
        `Its accounts cannot be listed: ${because} It is tried again once an hour; until then nobody knows ` +
        'whether somebody who left has an account there.',
      caseId: null,
      stepId: null,
      connectionId,
      confidential: false,
    });
  });
}

/** About nobody we know there is nothing to state but how many. */
function factOf(found: NewFinding, connectionId: string): readonly Fact[] {
  const { ref, subject, login, id } = found;
  if (ref === null || subject === null) return [];
  return [
    {
      type: 'access.found',
      actor: engineActor,
      target: { ref, system: connectionId },
      data: { connection: connectionId, finding: id },
      personal: { subject, values: { 'account.login': login } },
    },
  ];
}
