import { type AnyConnector, actionsOf } from '#connector-kit/contract.ts';
import { settingsFrom } from '#core/settings.ts';
import { endRehearsalOf } from '#engine/rehearsal.ts';
import { isFirstDay } from '#store/installation.ts';
import { loadSettings } from '#store/settings.ts';
import { type Db, inTransaction } from '#store/sql.ts';
import type { App, Caller } from './app.ts';
import { authorize, demandStepUp } from './authorize.ts';
import { Problem } from './problem.ts';

/** How a new connection of one kind may begin. */
export interface Rehearsal {
  /** For so many days it only says what it would do, unless somebody lets it act. */
  readonly days: number;
  /** Whether it does where nobody says. */
  readonly byDefault: boolean;
}

/**
 * How a new connection begins; null: there is nothing that it could do, or nothing is rehearsed. Without a word of
 * anybody it acts at once on the first day of an installation only, when somebody sits beside it and looks.
 * `settings` of the connection; null: they are not known yet.
 */
export async function rehearsalOf(
  db: Db,
  connector: AnyConnector,
  settings: unknown,
): Promise<Rehearsal | null> {
  const { rehearsalDays: days } = settingsFrom(await loadSettings(db)).guardrails;
  const isDescribed = typeof connector.actions === 'function';
  const acts =
    (isDescribed && settings === null) ||
    actionsOf(connector, settings).some(({ kind }) => kind !== 'by-hand');
  return days > 0 && acts ? { days, byDefault: !(await isFirstDay(db)) } : null;
}

/** Lets a connection act that has only said what it would do. What it has held is done now, by itself. */
export async function goLive(
  app: App,
  caller: Caller,
  connectionId: string,
): Promise<{ steps: number }> {
  authorize(caller, 'connection.write');
  demandStepUp(caller);
  const steps = await inTransaction(app.pool, (tx) =>
    endRehearsalOf(tx, app, connectionId, caller.actor),
  );
  if (steps === null) throw new Problem('not possible', `${connectionId} rehearses nothing.`);
  return { steps };
}
