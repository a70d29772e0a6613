import { record } from '#ledger/record.ts';
import { resolveAlerts } from '#store/alerts.ts';
import { databaseNow } from '#store/clock.ts';
import { noteSecretDay, secretCondition } from '#store/secret-days.ts';
import { inTransaction } from '#store/sql.ts';
import type { App, Caller } from './app.ts';
import { authorize } from './authorize.ts';
import { notFound, Problem } from './problem.ts';

/** Days on which secrets run out, by their names. */
type Days = Readonly<Record<string, string>>;

/**
 * When the secrets of a connection run out, as it is saved. What is said of one that is entered anew counts for the
 * new one; the day of the old one goes with it.
 */
export function expiriesOf(it: {
  input: { readonly expires?: Readonly<Record<string, string | null>> | undefined };
  known: Days;
  /** All that the connection has from now on. */
  secrets: readonly string[];
  replaced: readonly string[];
  /** Such as 2026-12-31. */
  today: string;
}): Days {
  const said = Object.entries(it.input.expires ?? {});
  const problems = said.flatMap(([name, day]) => {
    const problem = it.secrets.includes(name)
      ? problemOf(day, it.known[name], it.today)
      : 'This connection has no such secret.';
    return problem === null ? [] : [{ at: `expires.${name}`, problem }];
  });
  if (problems.length > 0) {
    throw new Problem('not readable', 'A day on which a secret runs out does not fit.', problems);
  }
  const kept = Object.entries(it.known).filter(
    ([name]) => it.secrets.includes(name) && !it.replaced.includes(name),
  );
  const days = { ...Object.fromEntries(kept), ...Object.fromEntries(said) };
  return Object.fromEntries(
    Object.entries(days).flatMap(([name, day]) => (day === null ? [] : [[name, day]])),
  );
}

/** Null: nothing is wrong. A day that is there already may be past. */
function problemOf(day: string | null, known: string | undefined, today: string): string | null {
  return day === null || day === known || day >= today ? null : 'This day is past.';
}

/** Says when a secret runs out that is in use already; null: nobody knows. */
export async function setSecretDay(
  app: App,
  caller: Caller,
  it: { connectionId: string; secret: string; day: string | null },
): Promise<void> {
  authorize(caller, 'connection.write');
  const { connectionId, secret, day } = it;
  await inTransaction(app.pool, async (tx) => {
    const today = (await databaseNow(tx)).toISOString().slice(0, 10);
    const problem = problemOf(day, undefined, today);
    if (problem) throw new Problem('not readable', problem, [{ at: 'day', problem }]);
    const version = await noteSecretDay(tx, it);
    if (version === null) throw notFound(`secret ${secret} of the connection ${connectionId}`);
    await resolveAlerts(tx, secretCondition(connectionId, secret));
    await record(tx, app.keys, [
      {
        type: 'connection.changed',
        actor: caller.actor,
        row: { table: 'connections', id: connectionId, version },
        data: { connection: connectionId, change: 'changed' },
      },
    ]);
  });
}
