import path from 'node:path';
import type pg from 'pg';
import { openDatabase } from '#store/database.ts';
import { type EmbeddedServer, startEmbedded } from '#store/embedded.ts';
import { passwordFile, readPassword } from '#store/passwords.ts';
import { openPool } from '#store/pools.ts';
import { type Role, roleName } from '#store/roles.ts';
import { killServer } from './server-processes.ts';

/** A database server of one test alone, on a disk and with the settings of production, to be killed. */
export interface OwnServer {
  readonly pools: Readonly<Record<Role | 'admin' | 'owner', pg.Pool>>;
  /** The address for another process to log in with. */
  url(role: Role): string;
  /** Ends the server and every process of it as a cut of the power would; resolves when all are gone. */
  kill(): Promise<void>;
  /** Starts it on the folder that the killed one has left. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const database = 'gatehouse';

export async function startOwnServer(dataDirectory: string): Promise<OwnServer> {
  const keysDirectory = path.join(dataDirectory, 'keys');
  const places = { dataDirectory, keysDirectory };
  let server: EmbeddedServer = await startEmbedded(places);
  const prepared = await openDatabase({ ...places, roles: [], onConnectionError: () => {} });
  await prepared.stop();

  const passwordOf = (role: Role) => readPassword(passwordFile(keysDirectory, `database-${role}`))!;
  const login = (role: Role) => ({ user: roleName(role), password: passwordOf(role) });
  const open = (role: Role | 'admin', more: pg.PoolConfig = {}) =>
    openPool(role, { ...server.admin, database, ...more }, () => {});
  const pools = {
    admin: open('admin'),
    owner: open('admin', { options: '-c role=gatehouse_owner' }),
    web: open('web', login('web')),
    worker: open('worker', login('worker')),
    scribe: open('scribe', login('scribe')),
  };
  return {
    pools,
    url(role) {
      const address = new URL(`postgres://localhost:${server.admin.port}/${database}`);
      const { user, password } = login(role);
      for (const [name, value] of Object.entries({ host: server.admin.host, user, password })) {
        address.searchParams.set(name, value);
      }
      return address.href;
    },
    kill: () => killServer(server.processId),
    async restart() {
      await server.stop(); // our place in the one that is dead
      server = await startEmbedded(places);
    },
    async stop() {
      await Promise.all(Object.values(pools).map((pool) => pool.end()));
      await server.stop();
    },
  };
}
