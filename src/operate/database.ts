import { type Database, openDatabase } from '#store/database.ts';
import type { Role } from '#store/roles.ts';
import type { Configuration } from './configuration.ts';

/** Opens the database as a role does, beside a running server or without one, for one piece of work. */
export async function withDatabase<R extends Role>(
  configuration: Configuration,
  role: R,
  work: (database: Database<R>) => Promise<void>,
): Promise<void> {
  const database = await openDatabase({
    dataDirectory: configuration.dataDirectory,
    keysDirectory: configuration.keysDirectory,
    urls: configuration.databaseUrls,
    roles: [role],
    onConnectionError: () => {},
  });
  try {
    await work(database);
  } finally {
    await database.stop();
  }
}
