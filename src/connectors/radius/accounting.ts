import { isIP } from 'node:net';
import pg from 'pg';
import { z } from 'zod';
import type { Io } from '#connector-kit/contract.ts';
import { unreachable } from '#connector-kit/outbound.ts';
import { ConnectorError, type Failure } from '#core/failure.ts';
import { placeOf, type Settings } from './settings.ts';

/** One session, as its access server reported it. */
const Row = z.object({
  /** The database's own number. */
  key: z.string(),
  /** What the access server calls it. */
  session: z.string().min(1),
  /** As it stands there, in the letters in which it was sent. */
  name: z.string().min(1),
  nas: z.string().min(1),
  startedAt: z.date().nullable(),
});
export type Row = z.infer<typeof Row>;

const Seen = z.object({
  name: z.string(),
  isOpen: z.boolean(),
  lastSeenAt: z.date().nullable(),
});
export type Seen = z.infer<typeof Seen>;

const connectMs = 5_000;
const answerMs = 15_000;
const pageSize = 500;
/** More sessions of one account at a time than this are no person’s. */
const mostSessions = 200;

/**
 * What FreeRADIUS writes down of Accounting-Requests: its table `radacct` in PostgreSQL
 * (mods-config/sql/main/postgresql/schema.sql). Read only; a connection for each call.
 */
export function openAccounting(settings: Settings, io: Io) {
  const { accounting, accountingPassword, sendsStops } = settings;
  const { host, port, database, user, tls } = accounting;
  const called = `Accounting at ${placeOf(host, port)}`;
  // Its parts are letters, digits and underscores; unquoted, they fold as in FreeRADIUS's own queries.
  const table = accounting.table;

  async function query<T>(
    text: string,
    values: readonly unknown[],
    shape: z.ZodType<T>,
  ): Promise<T[]> {
    const { ip, serverName } = await io.address(host, port);
    const client = new pg.Client({
      ...{ host: ip, port, database, user, password: accountingPassword },
      ssl: tls === 'yes' && {
        rejectUnauthorized: true,
        minVersion: 'TLSv1.2',
        ...(io.ca === null ? {} : { ca: io.ca }),
        ...(isIP(serverName) === 0 ? { servername: serverName } : { host: serverName }),
      },
      application_name: 'gatehouse',
      options: '-c default_transaction_read_only=on',
      connectionTimeoutMillis: connectMs,
      statement_timeout: answerMs,
      query_timeout: answerMs + 1_000,
    });
    client.on('error', () => {}); // the query that is under way hears of it
    try {
      await client.connect();
      const { rows } = await client.query(text, [...values]);
      const parsed = z.array(shape).safeParse(rows);
      if (parsed.success) return parsed.data;
      const { path, message } = parsed.error.issues[0]!;
      const detail = `${called} has something else than expected at /${path.join('/')}: ${message}`;
      throw new ConnectorError({ kind: 'unexpected', detail });
    } catch (error) {
      throw failureOf(error, called);
    } finally {
      await client.end().catch(() => {});
    }
  }

  return {
    called,

    /** Reads one row at most, as every later query does. */
    async check(): Promise<void> {
      await query(
        `select acctuniqueid, acctsessionid, username, nasipaddress, acctstarttime, acctupdatetime, acctstoptime
           from ${table} limit 1`,
        [],
        z.unknown(),
      );
    },

    /** What is known of the names, in whatever letters; none that was never seen. */
    seen: (names: readonly string[]): Promise<Seen[]> =>
      query(
        `select lower(username) as name,
                bool_or(acctstoptime is null) as "isOpen",
                max(coalesce(acctstoptime, acctupdatetime, acctstarttime)) as "lastSeenAt"
           from ${table}
          where lower(username) = any($1)
          group by 1
          order by 1`,
        [names.map((it) => it.toLowerCase())],
        Seen,
      ),

    /** Everybody who has a session now, in the order of their names. */
    async *connected(): AsyncIterable<Seen> {
      for (let after = ''; ; ) {
        const page = await query(
          `select lower(username) as name,
                  true as "isOpen",
                  max(coalesce(acctupdatetime, acctstarttime)) as "lastSeenAt"
             from ${table}
            where acctstoptime is null
              and lower(username) > $1
            group by 1
            order by 1
            limit ${pageSize}`,
          [after],
          Seen,
        );
        yield* page;
        const last = page.at(-1);
        if (!last || page.length < pageSize) return;
        after = last.name;
      }
    },

    /**
     * The sessions of one name that no Stop has ended, the newest first. Where Stops are not reported they grow more
     * and more, and the newest count; else too many are refused.
     */
    async open(name: string): Promise<readonly Row[]> {
      const rows = await query(
        `select acctuniqueid as key,
                acctsessionid as session,
                username as name,
                host(nasipaddress) as nas,
                acctstarttime as "startedAt"
           from ${table}
          where lower(username) = $1
            and acctstoptime is null
          order by acctstarttime desc nulls last, acctsessionid
          limit ${mostSessions + 1}`,
        [name.toLowerCase()],
        Row,
      );
      if (rows.length <= mostSessions || sendsStops === 'no') return rows.slice(0, mostSessions);
      const detail =
        `${called} shows more than ${mostSessions} sessions without an end under one name. ` +
        'Either it is no person’s, or the ends of sessions were lost; see to it there first.';
      throw new ConnectorError({ kind: 'rejected', detail });
    },
  };
}

/** What an error of PostgreSQL means; its own words may quote values, so only the code is passed on. */
function failureOf(error: unknown, called: string): ConnectorError {
  if (error instanceof ConnectorError) return error;
  if (error instanceof pg.DatabaseError)
    return new ConnectorError(refusal(error.code ?? '', called));
  if (error instanceof Error && /does not support SSL/.test(error.message)) {
    const detail = `${called} takes no encrypted connections. Set them up there.`;
    return new ConnectorError({ kind: 'rejected', detail });
  }
  const late = error instanceof Error && /timeout/i.test(error.message) ? 'ETIMEDOUT' : null;
  return unreachable(called, late ? Object.assign(new Error(late), { code: late }) : error);
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
function refusal(code: string, called: string): Failure {
  const detail = (words: string) => `${called} ${words} (${code}).`;
  if (code === '28P01' || code === '28000') {
    return { kind: 'unauthenticated', detail: detail('does not let us in: user or password') };
  }
  if (code === '42501')
    return { kind: 'forbidden', detail: detail('does not let us read the table') };
  if (code === '3D000') return { kind: 'rejected', detail: detail('has no database of that name') };
  if (/^(42P01|3F000)$/.test(code)) {
    return { kind: 'rejected', detail: detail('has no table of that name') };
  }
  if (code === '42703' || code === '42883') {
    return { kind: 'unexpected', detail: detail('has another table than FreeRADIUS makes') };
  }
  // Not now: out of connections or memory, stopping or starting, or longer than we let it work.
  if (/^(08|53|57|58|XX)/.test(code))
    return { kind: 'unavailable', detail: detail('cannot answer now') };
  return { kind: 'unexpected', detail: detail('answered with an error') };
}
