import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { type EmbeddedServer, startEmbedded } from '#store/embedded.ts';
import { descendants } from '../processes.ts';

export interface PeerDatabase {
  /** How to log in to the empty database. */
  readonly login: EmbeddedServer['admin'] & { readonly database: string };
  /** A folder for what else the peer keeps; goes with the database. */
  readonly folder: string;
  processes(): readonly number[];
  stop(): Promise<void>;
}

const signals = ['SIGINT', 'SIGTERM'] as const;

/** An empty database on the same PostgreSQL, with the same settings, as Gatehouse brings along. */
export async function startPeerDatabase(name: string): Promise<PeerDatabase> {
  const folder = await mkdtemp(path.join(tmpdir(), `bench-${name}-`));
  const starting = startEmbedded({
    dataDirectory: folder,
    keysDirectory: path.join(folder, 'keys'),
  });
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= (async () => {
      for (const signal of signals) process.off(signal, leave);
      await (await starting).stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    })();
    return stopping;
  };
  // The server lives in a session of its own, so that Ctrl-C ends us and not it.
  const leave = () => void stop().finally(() => process.exit(130));
  for (const signal of signals) process.once(signal, leave);
  const server = await starting;
  const client = new pg.Client({ ...server.admin, database: 'postgres' });
  await client.connect();
  await client.query(`create database ${pg.escapeIdentifier(name)}`);
  await client.end();
  return {
    login: { ...server.admin, database: name },
    folder,
    processes: () => [server.processId, ...descendants(server.processId)],
    stop,
  };
}
