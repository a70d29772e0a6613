import type { AllowedRate, Category, ConnectionState } from '#core/connection.ts';
import type { Failure } from '#core/failure.ts';
import { type Db, type Sql, sql } from './sql.ts';
import { keepRates } from './turns.ts';

/** One configured instance of a connector. Secrets lie in the vault, never here. */
export interface ConnectionRow {
  readonly id: string;
  readonly version: number;
  /** Names it in the vault. */
  readonly uuid: string;
  readonly connector: string;
  readonly name: string;
  readonly category: Category;
  readonly settings: Record<string, unknown>;
  /** Settings that lie in the vault for the worker. */
  readonly secretFields: readonly string[];
  /** Settings that lie in the vault for the process that answers the network. */
  readonly inboundFields: readonly string[];
  /** The day on which a secret runs out, by its name, where somebody has said so. */
  readonly secretsExpire: Readonly<Record<string, string>>;
  /** `host:port`; the credentials are bound to these. */
  readonly allowedHosts: readonly string[];
  /** Certificates of a private authority, PEM. */
  readonly ca: string | null;
  readonly owner: { readonly name: string; readonly email: string } | null;
  /** Passes at once per worker process. */
  readonly concurrency: number;
  /** What somebody has set; null: what the vendor allows. */
  readonly ratePerSecond: number | null;
  /** Requests in a second, at most; null: as fast as we can. */
  readonly rateInForce: number | null;
  readonly state: Exclude<ConnectionState, 'down'>;
  readonly stateBecause: string | null;
  readonly downSince: Date | null;
  readonly checkedAt: Date | null;
  readonly actingAs: string | null;
  readonly scopes: readonly string[] | null;
  readonly checkFailure: Failure | null;
  /** Until then it only says what it would do; null: it acts. */
  readonly rehearsesUntil: Date | null;
}

export async function loadConnection(db: Db, id: string): Promise<ConnectionRow | null> {
  const { rows } = await db.query<ConnectionRow>(
    sql`select * from connection_view where id = ${id}`,
  );
  return rows[0] ?? null;
}

/** Loads a connection that nobody changes or removes until the end of the transaction. */
export async function keepConnection(db: Db, id: string): Promise<ConnectionRow | null> {
  await db.query(sql`select from connections where id = ${id} for share`);
  return loadConnection(db, id);
}

export async function listConnections(db: Db): Promise<readonly ConnectionRow[]> {
  const { rows } = await db.query<ConnectionRow>(sql`select * from connection_view order by id`);
  return rows;
}

/** Those with a rate limit, where everybody takes a turn. */
export async function pacedConnections(db: Db): Promise<ReadonlySet<string>> {
  const all = await listConnections(db);
  return new Set(all.filter((it) => it.rateInForce !== null).map((it) => it.id));
}

export type ConnectionDraft = Pick<
  ConnectionRow,
  | 'id'
  | 'connector'
  | 'name'
  | 'category'
  | 'settings'
  | 'secretFields'
  | 'inboundFields'
  | 'secretsExpire'
  | 'allowedHosts'
  | 'ca'
  | 'owner'
  | 'concurrency'
  | 'ratePerSecond'
>;

type Saved = Pick<ConnectionRow, 'version' | 'uuid' | 'rehearsesUntil'>;

/** Adds a connection or changes it by one version. Returns the version, or null when it moved meanwhile. */
export async function saveConnection(
  db: Db,
  it: ConnectionDraft & {
    version: number | null;
    /** For so many days it only says what it would do, where it is new or had been removed. */
    rehearsalDays: number;
    /** What the vendor documents. */
    allowed?: AllowedRate | null;
  },
): Promise<Saved | null> {
  const { rows } = await db.query<Saved>(sql`
    insert into connections as known (id, version, connector, name, category, settings, secret_fields, inbound_fields,
                                      allowed_hosts, ca, owner, concurrency, rate_per_second, secrets_expire,
                                      rehearses_until, state)
    values (${it.id}, 1, ${it.connector}, ${it.name}, ${it.category}, ${JSON.stringify(it.settings)},
            ${it.secretFields}::text[], ${it.inboundFields}::text[], ${it.allowedHosts}::text[], ${it.ca},
            ${it.owner === null ? null : JSON.stringify(it.owner)}::jsonb, ${it.concurrency}, ${it.ratePerSecond},
            ${JSON.stringify(it.secretsExpire)},
            case when ${it.rehearsalDays}::int > 0 then clock_timestamp() + make_interval(days => ${it.rehearsalDays}) end,
            'active')
        on conflict (id) do update
       set version = known.version + 1, name = excluded.name, category = excluded.category, settings = excluded.settings,
           secret_fields = excluded.secret_fields, inbound_fields = excluded.inbound_fields,
           allowed_hosts = excluded.allowed_hosts, ca = excluded.ca, owner = excluded.owner,
           concurrency = excluded.concurrency, rate_per_second = excluded.rate_per_second,
           secrets_expire = excluded.secrets_expire,
           rehearses_until = case when known.state = 'disabled' then excluded.rehearses_until else known.rehearses_until end,
           state = 'active', state_because = null
     where known.version = ${it.version}
       and known.connector = excluded.connector
    returning version, uuid, rehearses_until as "rehearsesUntil"
  `);
  if (rows[0]) {
    await db.query(sql`
      insert into connection_health (connection_id) values (${it.id}) on conflict do nothing
    `);
    await keepRates(db, [{ connectionId: it.id, allowed: it.allowed ?? null }]);
  }
  return rows[0] ?? null;
}

/** Moves a connection to another state. Returns its new version, or null when it is there already. */
export async function moveConnection(
  db: Db,
  it: { connectionId: string; state: ConnectionRow['state']; because: string | null },
): Promise<number | null> {
  const { rows } = await db.query<{ version: number }>(sql`
    update connections
       set version = version + 1, state = ${it.state}, state_because = ${it.because}
     where id = ${it.connectionId}
       and state <> ${it.state}
       and state <> 'disabled'
    returning version
  `);
  return rows[0]?.version ?? null;
}

/** Keeps the result of a health check. */
export async function noteCheck(
  db: Db,
  it: {
    connectionId: string;
    actingAs: string | null;
    scopes: readonly string[] | null;
    failure: Failure | null;
  },
): Promise<void> {
  await db.query(sql`
    insert into connection_health as health (connection_id, checked_at, acting_as, scopes, check_failure)
    values (${it.connectionId}, clock_timestamp(), ${it.actingAs}, ${it.scopes}::text[],
            ${it.failure === null ? null : JSON.stringify(it.failure)}::jsonb)
        on conflict (connection_id) do update
       set checked_at = excluded.checked_at, acting_as = excluded.acting_as, scopes = excluded.scopes,
           check_failure = excluded.check_failure
  `);
}

interface Looks {
  /** How often a connection that works is looked at, and one that did not work. */
  readonly everyMs: number;
  readonly whileFailingMs: number;
}

/** Those of many that were connected in one hour shall not be asked in one hour for ever: each has a day of its own length. */
const lookIsDue = ({ everyMs, whileFailingMs }: Looks): Sql => sql`
    greatest(h.looked_at, h.checked_at) < clock_timestamp() - make_interval(secs =>
      case when h.check_failure is not null then ${whileFailingMs / 1_000}::float8
           else ${everyMs / 1_000}::float8 * (1 - abs(hashtext(h.connection_id) % 1000) / 10000.0) end)
`;

/** Connections in use that nobody has looked at for long. */
export async function connectionsToLookAt(
  db: Db,
  it: Looks & { readonly butOf: readonly string[]; readonly limit: number },
): Promise<
  readonly { readonly id: string; readonly name: string; readonly failedBefore: boolean }[]
> {
  const { rows } = await db.query<{ id: string; name: string; failedBefore: boolean }>(sql`
    select c.id, c.name, h.check_failure is not null as "failedBefore"
      from connections c
      join connection_health h on h.connection_id = c.id
     where c.state = 'active'
       and c.connector <> all (${it.butOf}::text[])
       and ${lookIsDue(it)}
     order by greatest(h.looked_at, h.checked_at)
     limit ${it.limit}
  `);
  return rows;
}

/** Takes the look at a connection on itself. False: somebody else did. */
export async function takeLook(
  db: Db,
  it: Looks & { readonly connectionId: string },
): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    update connection_health h
       set looked_at = clock_timestamp()
     where h.connection_id = ${it.connectionId}
       and ${lookIsDue(it)}
  `);
  return rowCount === 1;
}

/** Steps of one connection that have begun or may begin, and those of them that wait for a person. */
export async function openStepsIn(
  db: Db,
  connectionId: string,
): Promise<{ open: number; held: number }> {
  const { rows } = await db.query<{ open: number; held: number }>(sql`
    select count(*)::int as open, (count(*) filter (where status = 'held'))::int as held
      from steps
     where connection_id = ${connectionId}
       and status in ('ready', 'running', 'held')
  `);
  return rows[0]!;
}
