import pg from 'pg';
import type { Role } from './roles.ts';

/** Told what happened to an idle or broken connection; the pool itself opens a new one when asked. */
export type OnConnectionError = (message: string) => void;

interface Limits {
  /** Connections that one process opens at most. */
  readonly max: number;
  readonly statementTimeoutMs: number;
}

/**
 * Together they stay below the embedded server's 200 connections. A worker carries out 50 passes at
 * once and needs a few connections for its queue; a request or a pass that waits longer than this
 * for one statement is better off failing.
 */
const limits: Record<Role | 'admin', Limits> = {
  web: { max: 20, statementTimeoutMs: 30_000 },
  worker: { max: 60, statementTimeoutMs: 60_000 },
  scribe: { max: 5, statementTimeoutMs: 120_000 },
  admin: { max: 3, statementTimeoutMs: 0 },
};

const dateTypeId = 1082;

/** A `date` stays the text it is: as a moment it would shift with the machine's zone. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (typeId: number, format?: 'text' | 'binary') =>
    typeId === dateTypeId ? (text: string) => text : pg.types.getTypeParser(typeId, format),
};

/** Opens a pool that connects when first used and survives the loss of its connections. */
export function openPool(
  role: Role | 'admin',
  login: pg.PoolConfig,
  onError: OnConnectionError,
): pg.Pool {
  const { max, statementTimeoutMs } = limits[role];
  const pool = new pg.Pool({
    max,
    application_name: `gatehouse ${role}`,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    statement_timeout: statementTimeoutMs,
    idle_in_transaction_session_timeout: 60_000,
    keepAlive: true,
    types,
    ...login,
  });
  const tell = (error: Error) =>
    onError(`A connection to the database (${role}) broke: ${error.message}`);
  // Each connection tells by itself, lent out or idle; unheard, an error would end the process.
  pool.on('connect', (client) => client.on('error', tell));
  pool.on('error', () => {});
  return pool;
}
