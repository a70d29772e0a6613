import {
  type AnyAction,
  type AnyConnector,
  actionsOf,
  type Chat,
  chatOf,
  type Io,
  type Records,
  recordsOf,
  type Tickets,
  ticketsOf,
} from '#connector-kit/contract.ts';
import { standInSecret } from '#connector-kit/fields.ts';
import { type HttpExchange, redactText } from '#connector-kit/redact.ts';
import { ConnectorError } from '#core/failure.ts';
import type { Remote } from '#core/leaf.ts';
import type { Owned } from '#core/ownership.ts';
import { type ConnectionRow, loadConnection } from '#store/connections.ts';
import type { Db } from '#store/sql.ts';
import { demandGoing, endingOfCall, stoppable } from './calls-under-way.ts';
import { listeningTo } from './exchanges.ts';
import { countRequests } from './pace.ts';

/** A connection opened for one pass. */
export interface Opened {
  readonly connection: ConnectionRow;
  readonly name: string;
  readonly connector: AnyConnector;
  readonly client: unknown;
  readonly actions: readonly AnyAction[];
  /** Null: it takes no tickets. */
  readonly tickets: Tickets<unknown> | null;
  /** Null: the system cannot be asked what an account owns. */
  readonly owns: ((accountId: string) => Promise<readonly Owned[]>) | null;
  /** Null: it carries no messages to people. */
  readonly chat: Chat<unknown> | null;
  /** Null: it keeps no records. */
  readonly records: Records<unknown> | null;
  /** By which of its accounts we sign in there, as its id or its login; null: by none of them, or nobody can tell. */
  ownAccount(): Promise<string | null>;
  /** What the system said about itself in its newest answer over HTTP; null: no such answer yet. */
  lastAnswer(): Remote | null;
  /** The same error, with no secret of this connection in its words. */
  withoutSecrets(error: unknown): unknown;
  close(): Promise<void>;
}

export interface Clients {
  /** Forgets what is kept of a connection, after somebody changed it. */
  forget(connectionId: string): void;
  /** Opens a connection with its secrets, for one pass. Throws a ConnectorError when its settings do not fit. */
  open(connectionId: string, more?: Opening): Promise<Opened>;
}

export interface Opening extends Pick<Io, 'patience'> {
  /** Told of every exchange over HTTP, without secrets. */
  readonly onExchange?: (exchange: HttpExchange) => void;
}

/** How clients come by what they may not know themselves. */
export interface ClientDeps {
  readonly db: Db;
  readonly connectors: ReadonlyMap<string, AnyConnector>;
  readonly secretsOf: (connection: ConnectionRow) => Promise<ReadonlyMap<string, string>>;
  readonly ioFor: (connection: ConnectionRow) => Io;
  /** Drops what `secretsOf` and `ioFor` remember of the settings. */
  readonly forget: () => void;
}

/** What an administrator changes counts at the latest after this. */
const freshForMs = 1_000;

/** Who we are in a system changes with the connection; who is called so, hardly ever. */
const ownKnownForMs = 60 * 60_000;

/** So long secrets may stay in memory after they were read; to read settings anew costs more than many a pass. */
const readForMs = 60_000;

export function openClients(deps: ClientDeps): Clients {
  const known = new Map<string, { connection: ConnectionRow; at: number }>();
  const reads = new Map<
    string,
    { version: number; secrets: ReadonlyMap<string, string>; read: Read }
  >();
  const own = new Map<string, { version: number; account: string | null; at: number }>();

  async function ownAccount(
    { id, version }: ConnectionRow,
    { accounts }: AnyConnector,
    client: unknown,
  ): Promise<string | null> {
    if (!accounts?.own) return null;
    const kept = own.get(id);
    if (kept?.version === version && performance.now() - kept.at < ownKnownForMs) {
      return kept.account;
    }
    const account = await accounts.own(client);
    own.set(id, { version, account, at: performance.now() });
    return account;
  }

  async function find(connectionId: string): Promise<ConnectionRow> {
    const kept = known.get(connectionId);
    if (kept && performance.now() - kept.at < freshForMs) return kept.connection;
    const connection = await loadConnection(deps.db, connectionId);
    if (!connection) {
      throw new ConnectorError({
        kind: 'unexpected',
        detail: `there is no connection ${connectionId}`,
      });
    }
    // Whoever connects a system names it as a target first: one that is new here needs both anew.
    if (kept?.connection.version !== connection.version) deps.forget();
    known.set(connectionId, { connection, at: performance.now() });
    return connection;
  }

  function connectorOf(connection: ConnectionRow): AnyConnector {
    const connector = deps.connectors.get(connection.connector);
    if (connector) return connector;
    throw new ConnectorError({
      kind: 'unexpected',
      detail: `${connection.id} needs the connector ${connection.connector}, which this version does not have`,
    });
  }

  /** Settings with their secrets, and what they offer; the same for a while, since many passes follow each other. */
  function read(
    connection: ConnectionRow,
    connector: AnyConnector,
    secrets: ReadonlyMap<string, string>,
  ): Read {
    const kept = reads.get(connection.id);
    if (kept?.version === connection.version && areSame(kept.secrets, secrets)) return kept.read;
    const read = readSettings(connection, connector, secrets);
    const entry = { version: connection.version, secrets, read };
    reads.set(connection.id, entry);
    setTimeout(() => {
      if (reads.get(connection.id) === entry) reads.delete(connection.id);
    }, readForMs).unref();
    return read;
  }

  return {
    forget(connectionId) {
      known.delete(connectionId);
      reads.delete(connectionId);
      deps.forget();
    },

    async open(connectionId, { onExchange, ...more } = {}) {
      const connection = await find(connectionId);
      const connector = connectorOf(connection);
      const secrets = await deps.secretsOf(connection);
      const values = [...secrets.values()];
      const { settings, ...parts } = read(connection, connector, secrets);
      const outside = deps.ioFor(connection);
      const { io, lastAnswer, requests } = listening(
        onExchange ? listeningTo(outside, values, onExchange) : outside,
      );
      const client = connector.open(settings, { ...io, ...more });
      const { owns } = parts;
      const isPaced = connection.rateInForce !== null;

      return {
        connection,
        name: connection.name,
        connector,
        client,
        ...parts,
        owns: owns && ((accountId) => owns(client, accountId)),
        ownAccount: () => ownAccount(connection, connector, client),
        lastAnswer,
        withoutSecrets: (error) => withoutSecrets(error, values),
        async close() {
          await connector.close?.(client);
          // Where it fails, the database is gone, and whatever comes next says so.
          if (isPaced) await countRequests(deps.db, connectionId, requests()).catch(() => {});
        },
      };
    },
  };
}

/** What the settings of a connection say, read. */
interface Read extends Pick<Opened, 'actions' | 'tickets' | 'chat' | 'records'> {
  readonly settings: unknown;
  readonly owns: ReturnType<NonNullable<AnyConnector['owns']>>;
}

/** Throws a ConnectorError when they do not fit. */
function readSettings(
  connection: ConnectionRow,
  connector: AnyConnector,
  secrets: ReadonlyMap<string, string>,
): Read {
  // What checks incoming calls is not for this process to know.
  const inbound = connection.inboundFields.map((field) => [field, standInSecret]);
  const { success, data, error } = connector.settings.safeParse({
    ...connection.settings,
    ...Object.fromEntries(inbound),
    ...Object.fromEntries(secrets),
  });
  if (!success) {
    const { path, message } = error.issues[0]!;
    const said = redactText(message, [...secrets.values()]);
    throw new ConnectorError({
      kind: 'unexpected',
      detail: `the settings of ${connection.id} do not fit at ${path.join('.')}: ${said}`,
    });
  }
  return {
    settings: data,
    actions: actionsOf(connector, data),
    tickets: ticketsOf(connector, data),
    owns: connector.owns?.(data) ?? null,
    chat: chatOf(connector, data),
    records: recordsOf(connector, data),
  };
}

const areSame = (some: ReadonlyMap<string, string>, others: ReadonlyMap<string, string>) =>
  some.size === others.size && [...some].every(([name, value]) => others.get(name) === value);

/**
 * Counts what is asked, and notes of each answer what the record may keep: status, time it took, the system's own clock
 * and id.
 */
function listening(io: Io): { io: Io; lastAnswer: () => Remote | null; requests: () => number } {
  let last: Remote | null = null;
  let requests = 0;
  const asked = () => {
    requests += 1;
  };
  const send = stoppable(io.fetch);
  const fetch: Io['fetch'] = async (input, init) => {
    asked();
    const start = performance.now();
    const response = await send(input, init);
    const date = Date.parse(response.headers.get('date') ?? '');
    const requestId = response.headers.get('x-request-id') ?? response.headers.get('request-id');
    last = {
      status: response.status,
      ms: Math.round(performance.now() - start),
      ...(Number.isNaN(date) ? {} : { date: new Date(date).toISOString() }),
      ...(requestId ? { request_id: requestId.slice(0, 256) } : {}),
    };
    return response;
  };
  const address: Io['address'] = async (host, port) => {
    demandGoing();
    asked();
    return io.address(host, port);
  };
  return {
    io: { ...io, fetch, address, asked, ending: endingOfCall },
    lastAnswer: () => last,
    requests: () => requests,
  };
}

function withoutSecrets(error: unknown, secrets: readonly string[]): unknown {
  if (!(error instanceof Error)) return new Error(redactText(String(error), secrets));
  if (error instanceof ConnectorError) {
    const { failure } = error;
    const detail = redactText(failure.detail, secrets).slice(0, 1_000);
    return new ConnectorError({ ...failure, detail });
  }
  error.message = redactText(error.message, secrets);
  return error;
}
