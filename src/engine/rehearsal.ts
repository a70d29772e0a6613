import type { Actor } from '#core/event.ts';
import { record } from '#ledger/record.ts';
import { resolveAlerts } from '#store/alerts.ts';
import {
  endedRehearsals,
  endRehearsal,
  isRehearsing,
  lockRehearsed,
  noteRehearsal,
  reopenRehearsed,
} from '#store/rehearsals.ts';
import { type Db, inTransaction } from '#store/sql.ts';
import { loadWorks, type Work } from '#store/steps.ts';
import type { Opened } from './clients.ts';
import { type Engine, engineActor } from './engine.ts';
import { factAbout } from './facts.ts';
import { hold } from './settle.ts';

/*
 * A connection that is new does everything but act: what it would do to an account is read, planned, said and held for a
 * person, until somebody says that it may, or its first days are over.
 */

/**
 * Whether a step may only say what it would do. Tickets, records and messages end nobody's access. What is known of a
 * connection may be a moment old, so that one which seems to rehearse is asked for once more.
 */
export async function isRehearsal(engine: Engine, work: Work, opened: Opened): Promise<boolean> {
  const { id, rehearsesUntil } = opened.connection;
  if (work.kind !== 'action' || rehearsesUntil === null || rehearsesUntil <= work.now) return false;
  return isRehearsing(engine.pool, id);
}

/** Holds a step with what it would do now. */
export async function rehearse(
  engine: Engine,
  work: Work,
  { rehearsesUntil }: Opened['connection'],
  { summary, state }: { summary: string; state: unknown },
): Promise<void> {
  const { id: stepId, connectionId, version } = work;
  const day = rehearsesUntil?.toISOString().slice(0, 10);
  const because =
    `Nothing was done: ${connectionId} is new and only rehearses. It would now: ${summary} This is done by itself once ` +
    `somebody lets the connection act (gatehouse connection go-live ${connectionId}), or on ${day}, when its first days ` +
    'are over. Or do it by hand and confirm it, or skip it with a reason.';
  const held = {
    because,
    failure: null,
    reason: 'rehearsal',
    ...(state === null ? {} : { state }),
  };
  await hold(engine, work, held, (tx) => noteRehearsal(tx, { stepId, version: version + 1 }));
}

/**
 * Lets a connection act that has only said what it would do, and has what it held tried by itself. Returns how many
 * steps these are; null: it rehearses nothing.
 */
export async function endRehearsalOf(
  tx: Db,
  { keys }: Pick<Engine, 'keys'>,
  connectionId: string,
  actor: Actor,
): Promise<number | null> {
  // Departures first, as everybody who states a fact about them does.
  const stepIds = await lockRehearsed(tx, connectionId);
  const version = await endRehearsal(tx, connectionId);
  if (version === null) return null;
  const works = await loadWorks(tx, stepIds);
  const facts = works.flatMap((work) => {
    if (!work) return [];
    const data = { reason: 'rehearsal over' };
    return [{ ...factAbout(work, 'step.retried', { version: work.version + 1, data }), actor }];
  });
  await record(tx, keys, [
    {
      type: 'connection.changed',
      actor,
      row: { table: 'connections', id: connectionId, version },
      data: { connection: connectionId, change: 'live' },
    },
    ...facts,
  ]);
  await reopenRehearsed(tx, stepIds);
  for (const id of stepIds) await resolveAlerts(tx, `step:${id}`);
  return stepIds.length;
}

/** Connections whose first days are over act, and do what has waited for that. */
export async function endRehearsals(engine: Engine): Promise<void> {
  for (const id of await endedRehearsals(engine.pool)) {
    const steps = await inTransaction(engine.pool, (tx) =>
      endRehearsalOf(tx, engine, id, engineActor),
    );
    if (steps !== null)
      engine.log.info({ connectionId: id, steps }, 'a connection acts from now on');
  }
}
