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

/** An empty database on the same PostgreSQL, with the same settings, as Gatehouse brings along. */
export async function startPeerDatabase(name: string): Promise<PeerDatabase> {
  const folder = await mkdtemp(path.join(tmpdir(), `bench-${name}-`));
  const server = await startEmbedded({
    dataDirectory: folder,
    keysDirectory: path.join(folder, 'keys'),
  });
  const client = new pg.Client({ ...server.admin, database: 'postgres' });
  await client.connect();
  await client.query(`create database ${pg.escapeIdentifier(name)}`);
  await client.end();
  return {
    login: { ...server.admin, database: name },
    folder,
    processes: () => [server.processId, ...descendants(server.processId)],
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
