import pg from 'pg';

/**
 * An address may name several hosts, as those of a pair do:
 * `postgres://user:password@db1:5432,db2:5432/gatehouse`. What connects then goes to the one that takes writes.
 */

/** The parts around the hosts; whatever is not such an address has one host, its own. */
function partsOf(address: string) {
  const match = /^(postgres(?:ql)?:\/\/(?:[^/?#]*@)?)([^/?#]*)(.*)$/s.exec(address);
  const [, before = address, hosts, after = ''] = match ?? [];
  return { before, hosts: hosts?.split(',') ?? [''], after };
}

/** The same address with one of its hosts each, in their order. */
export function addressesOf(address: string): readonly string[] {
  const { before, hosts, after } = partsOf(address);
  return hosts.map((host) => `${before}${host}${after}`);
}

/** The same hosts and database, for somebody else. */
export function loggedInAs(address: string, user: string, password: string): string {
  const { hosts } = partsOf(address);
  const url = new URL(addressesOf(address)[0]!);
  // As parameters, since an address of a socket has no place for a user name.
  url.searchParams.set('user', user);
  url.searchParams.set('password', password);
  const { before, after } = partsOf(url.href);
  return `${before}${hosts.join(',')}${after}`;
}

/** What `pg.Client` and `pg.Pool` take, and the class of client that reaches it. */
export function reaching<Login extends pg.ClientConfig>(
  login: Login,
): { readonly login: Login; readonly Client: typeof pg.Client } {
  const addresses = addressesOf(login.connectionString ?? '');
  if (addresses.length < 2) return { login, Client: pg.Client };
  return { login: { ...login, connectionString: addresses[0]! }, Client: clientOf(addresses) };
}

interface Host {
  readonly host: string;
  readonly port: number;
}

/** How long one host may take to say whether it takes writes; they are asked side by side. */
const askMs = 3_000;

/**
 * A client of whichever of these hosts takes writes. That one is kept to until it fails; then all are asked anew, by
 * sessions of their own, whoever is to connect meanwhile waiting for the same answer.
 */
function clientOf(addresses: readonly string[]): typeof pg.Client {
  let known: Promise<Host> | undefined;

  function find(): Promise<Host> {
    if (!known) {
      const found = firstWritable(addresses);
      known = found;
      found.catch(() => forget(found));
    }
    return known;
  }
  function forget(it: Promise<Host>): void {
    if (known === it) known = undefined;
  }

  return class extends pg.Client {
    override connect(): Promise<pg.Client>;
    override connect(callback: (error: Error | null, client: pg.Client) => void): void;
    override connect(callback?: (error: Error | null, client: pg.Client) => void): unknown {
      const connected = this.#connect();
      if (!callback) return connected;
      return void connected.then(
        () => callback(null, this),
        (error: Error) => callback(error, this),
      );
    }

    async #connect(): Promise<pg.Client> {
      const found = find();
      // It takes what it is told, and only when it connects.
      Object.assign(this, await found);
      try {
        await super.connect();
        await checkWritable(this);
      } catch (error) {
        forget(found);
        throw error;
      }
      return this;
    }
  };
}

/** The first in their order that takes writes; one that is silent holds the others up for `askMs` at most. */
async function firstWritable(addresses: readonly string[]): Promise<Host> {
  const asked = addresses.map((address) => ask(address));
  const refusals: string[] = [];
  for (const answer of asked) {
    const { host, port, refusal } = await answer;
    if (refusal === null) return { host, port };
    refusals.push(`${host}:${port}: ${refusal}`);
  }
  throw new Error(`none of the hosts takes writes (${refusals.join('; ')})`);
}

/** Never rejects. */
async function ask(connectionString: string): Promise<Host & { readonly refusal: string | null }> {
  const client = new pg.Client({
    connectionString,
    connectionTimeoutMillis: askMs,
    query_timeout: askMs,
    application_name: 'gatehouse, which host takes writes',
  });
  client.on('error', () => {});
  const { host, port } = client;
  try {
    await client.connect();
    await checkWritable(client);
    return { host, port, refusal: null };
  } catch (error) {
    const words = error instanceof AggregateError ? error.errors.join(', ') : String(error);
    return { host, port, refusal: words.replace(/^\w*Error: /, '') };
  } finally {
    client.end().catch(() => {});
  }
}

async function checkWritable(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ transaction_read_only: string }>(
    'show transaction_read_only',
  );
  if (rows[0]?.transaction_read_only === 'off') return;
  await client.end().catch(() => {});
  throw new Error('it can only be read, as a standby can');
}
