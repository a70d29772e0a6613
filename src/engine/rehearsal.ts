import { isRehearsing, noteRehearsal } from '#store/rehearsals.ts';
import type { Work } from '#store/steps.ts';
import type { Opened } from './clients.ts';
import type { Engine } from './engine.ts';
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
  { summary, state }: { summary: string; state: unknown },
): Promise<void> {
  const { id: stepId, connectionId, version } = work;
  const because =
    `Nothing was done: ${connectionId} is new and only rehearses. It would now: ${summary} This is done by itself once ` +
    `somebody lets the connection act (gatehouse connection go-live ${connectionId}). Or do it by hand and confirm it, or ` +
    'skip it with a reason.';
  const held = {
    because,
    failure: null,
    reason: 'rehearsal',
    ...(state === null ? {} : { state }),
  };
  await hold(engine, work, held, (tx) => noteRehearsal(tx, { stepId, version: version + 1 }));
}
