import type pg from 'pg';
import { type Load, loadTables } from './load.ts';
import { migrate, migrationNames, migrationsIn } from './migrate.ts';
import { DatabaseProblem } from './problem.ts';

/** A database as it was, of this version or an earlier one. */
export interface Restored extends Load {
  /** Those that it had been moved forward by. */
  readonly migrations: readonly string[];
}

/** Moves an empty database as far as the one was that is put back, and fills it. Cut off, it is done again. */
export async function restoreInto(client: pg.Client, it: Restored): Promise<void> {
  const here = migrationNames();
  const newest = it.migrations.at(-1) ?? '';
  if (!here.includes(newest)) {
    throw new DatabaseProblem(
      `The backup was made by a newer Gatehouse: its database is at "${newest}", which this version does not know. ` +
        'Restore it with that version or a later one.',
    );
  }
  const wanted = here.slice(0, it.migrations.length);
  if (wanted.join() !== it.migrations.join()) {
    throw new DatabaseProblem(
      'The backup was made by a version that is no forerunner of this one.',
    );
  }
  const found = await migrationsIn(client);
  const isUsed = found.length > 0 && (await hasUsers(client));
  if (isUsed || found.join() !== wanted.slice(0, found.length).join()) {
    throw new DatabaseProblem(
      `There is a database here already, ${isUsed ? 'and it is in use' : 'of another version'}. Restore into an empty ` +
        'one: move the folder postgres in the data directory away, or name another with DATABASE_URL.',
    );
  }
  if (found.length < wanted.length) await migrate(client, undefined, wanted.length - found.length);
  await loadTables(client, it);
}

/** Each installation that has ever answered has one. */
async function hasUsers(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ used: boolean }>(
    'select exists (select from users) as used',
  );
  return rows[0]?.used ?? false;
}
