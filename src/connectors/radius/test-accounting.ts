import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import pg from 'pg';
import type { Io } from '#connector-kit/contract.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { startTestServer } from '#store/testing/server.ts';

export type TestAccounting = Awaited<ReturnType<typeof startAccounting>>;

export const accountingHost = 'accounting.meadow.example';

/** The columns of FreeRADIUS's table that anybody reads or writes here. */
const table = `
  create table radacct (
    radacctid bigserial primary key,
    acctsessionid text not null,
    acctuniqueid text not null unique,
    username text,
    nasipaddress inet not null,
    acctstarttime timestamp with time zone,
    acctupdatetime timestamp with time zone,
    acctstoptime timestamp with time zone
  )`;

/** A real PostgreSQL with FreeRADIUS's table in it, and a user who may read that and nothing else. */
export async function startAccounting(schema = table) {
  const server = await startTestServer();
  const { admin } = server;
  const name = `radius_${randomBytes(6).toString('hex')}`;
  const password = randomBytes(12).toString('hex');
  const asAdmin = async (database: string, ...statements: readonly string[]) => {
    const client = new pg.Client({ ...admin, database });
    await client.connect();
    try {
      for (const it of statements) await client.query(it);
    } finally {
      await client.end();
    }
  };
  await asAdmin(
    'postgres',
    `create database ${name}`,
    `create role ${name} login password '${password}'`,
  );
  await asAdmin(name, schema, `grant select on radacct to ${name}`);
  const pool = new pg.Pool({ ...admin, database: name, allowExitOnIdle: true });

  return {
    name,
    password,
    /** For whoever writes it. */
    writer: { ...admin, database: name },
    /** The outside world in which the database is found by its name. */
    io: {
      ...loopbackIo,
      address: async (host, port) =>
        host === accountingHost
          ? { ip: admin.host, port: admin.port, serverName: host }
          : loopbackIo.address(host, port),
    } satisfies Io,
    async begins(session: string, user: string | null, nas = '127.0.0.1'): Promise<void> {
      await pool.query(
        `insert into radacct (acctsessionid, acctuniqueid, username, nasipaddress, acctstarttime)
         values ($1, $2, $3, $4, '2026-11-30T07:00:00Z')`,
        [session, randomBytes(16).toString('hex'), user, nas],
      );
    },
    async stops(session: string): Promise<void> {
      await pool.query(
        `update radacct set acctstoptime = '2026-11-30T08:00:00Z' where acctsessionid = $1`,
        [session],
      );
    },
    change: (statement: string) => pool.query(statement),
    async stop(): Promise<void> {
      await pool.end();
      await asAdmin('postgres', `drop database ${name} with (force)`, `drop role ${name}`);
      await server.stop();
    },
  };
}

/**
 * What the encrypted port of a PostgreSQL is: whoever asks for TLS gets it, and then speaks to the server behind.
 * With `isEncrypted` false it says that it has none.
 */
export async function startTlsLine(
  behind: { readonly host: string; readonly port: number },
  certificate: { readonly key: string | Buffer; readonly cert: string | Buffer },
) {
  const hooks = { isEncrypted: true };
  const open = new Set<Socket>();
  const keep = (socket: Socket) => {
    open.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => open.delete(socket));
    return socket;
  };
  const server = createServer((socket) => {
    keep(socket).once('data', () => {
      socket.write(hooks.isEncrypted ? 'S' : 'N');
      if (!hooks.isEncrypted) return;
      const secured = keep(new TLSSocket(socket, { isServer: true, ...certificate }));
      const inner = keep(connect(`${behind.host}/.s.PGSQL.${behind.port}`));
      secured.pipe(inner).pipe(secured);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(hooks, {
    port: (server.address() as AddressInfo).port,
    async stop() {
      for (const it of open) it.destroy();
      server.close();
      await once(server, 'close');
    },
  });
}
