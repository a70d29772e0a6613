import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { Attribute, Change, Client, type Filter, ResultCodeError, type SearchResult } from 'ldapts';
import { ConnectorError, type Failure } from '#core/failure.ts';
import type { Io } from './contract.ts';
import { entryOf, type LdapEntry } from './ldap-entry.ts';
import { failureOf, resultCode } from './ldap-failure.ts';

export interface LdapOptions {
  /** `ldaps://host[:port]`, or `ldap://host[:port]`, which is upgraded by StartTLS. */
  readonly url: string;
  /** Sends everything over `ldap://` in the clear, the password too. */
  readonly unencrypted?: boolean;
  /** A DN, or what else the server takes as a name. */
  readonly bindName: string;
  readonly password: string;
  /** Attributes to read as bytes; every other one is text. */
  readonly binary?: readonly string[];
  /** For connecting, and for each answer. Default: 10 seconds. */
  readonly deadlineMs?: number;
  /**
   * What to do about parts of an answer that another server would have to give (referrals; we
   * follow none). Default: refuse the answer, since it is not the whole truth.
   */
  readonly partsElsewhere?: 'refuse' | 'leave out';
}

export interface LdapQuery {
  readonly base: string;
  /** `base`: only the entry itself. Default: everything below as well. */
  readonly scope?: 'base' | 'sub';
  readonly filter: Filter;
  readonly attributes: readonly string[];
  /** Entries a page. Default: 500, which every usual server allows. */
  readonly pageSize?: number;
}

export interface LdapEdit {
  readonly operation: 'add' | 'delete' | 'replace';
  readonly attribute: string;
  readonly values: readonly (string | Buffer)[];
}

export type LdapServer = ReturnType<typeof openLdap>;

/** Where an LDAP address leads: ports by RFC 4516 and by custom. */
export function ldapTarget(url: string): { host: string; port: number; tls: boolean } {
  const { protocol, hostname, port } = new URL(url);
  const tls = protocol === 'ldaps:';
  const host = hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  return { host, port: port === '' ? (tls ? 636 : 389) : Number(port), tls };
}

/** `host:port` of an LDAP address, as evidence and hosts of a connection name it. */
export function ldapHost(url: string): string {
  const { host, port } = ldapTarget(url);
  return `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
}

/**
 * One LDAP server. It connects and signs in at the first call, on the address that the guard
 * checked, keeps that one connection for the calls that follow, and ends it with `close`.
 * Every bad ending is a {@link ConnectorError}; nothing is sent twice.
 */
export function openLdap(io: Io, options: LdapOptions) {
  const { host, port, tls } = ldapTarget(options.url);
  const name = ldapHost(options.url);
  const deadlineMs = options.deadlineMs ?? 10_000;
  const binary = [...(options.binary ?? [])];
  let session: Promise<Client> | null = null;

  async function open(): Promise<Client> {
    const { ip, port: checkedPort, serverName } = await io.address(host, port);
    const trust: ConnectionOptions = {
      host: ip,
      ...(isIP(serverName) === 0 ? { servername: serverName } : {}),
      ...(io.ca === null ? {} : { ca: io.ca }),
    };
    const client = new Client({
      url: `${tls ? 'ldaps' : 'ldap'}://${isIP(ip) === 6 ? `[${ip}]` : ip}:${checkedPort}`,
      timeout: deadlineMs,
      connectTimeout: deadlineMs,
      ...(tls ? { tlsOptions: trust } : {}),
    });
    try {
      if (!tls && !options.unencrypted) await startTls(client, trust);
      await client.bind(options.bindName, options.password);
      return client;
    } catch (error) {
      await end(client);
      throw error;
    }
  }

  async function startTls(client: Client, trust: ConnectionOptions): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const overdue = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('no answer in time')), deadlineMs);
    });
    try {
      await Promise.race([client.startTLS(trust), overdue]); // alone it would wait for ever
    } finally {
      clearTimeout(timer);
    }
    // A client that lost its connection would make a new one, without TLS, and send the password.
    if (!client.isConnected) throw new Error('the connection was closed');
  }

  /** Runs one request; `doing` completes "host:port, …" in whatever a person reads about it. */
  async function call<T>(doing: string, run: (client: Client) => Promise<T>): Promise<T> {
    const ending = io.ending?.();
    ending?.throwIfAborted();
    io.asked?.();
    session ??= open();
    const used = session;
    // What was opened by a reading is ended with the change that goes over it.
    const stop = () => {
      if (session === used) session = null;
      used.then(end, () => {});
    };
    ending?.addEventListener('abort', stop);
    try {
      const client = await used;
      // The library would connect anew, but as nobody: as if everything had vanished.
      if (!client.isBound) throw new Error('the connection was closed');
      return await run(client);
    } catch (error) {
      const failure = failureOf(error, `${name}, ${doing}`);
      if (session === used && !stillGood(error, failure)) {
        session = null;
        await used.then(end, () => {});
      }
      throw new ConnectorError(failure, { cause: error });
    } finally {
      ending?.removeEventListener('abort', stop);
    }
  }

  /** For writes: the code where the caller knows what to make of it, 0 when all went well. */
  async function write(
    doing: string,
    expecting: readonly number[],
    run: (client: Client) => Promise<void>,
  ): Promise<number> {
    return call(doing, async (client) => {
      try {
        await run(client);
        return 0;
      } catch (error) {
        if (error instanceof ResultCodeError && expecting.includes(error.code)) return error.code;
        throw error;
      }
    });
  }

  /** Page by page, so that a large directory never has to fit in memory. */
  async function* pages({ base, scope, filter, attributes, pageSize = 500 }: LdapQuery) {
    let search: { readonly client: Client; readonly pages: AsyncGenerator<SearchResult> } | null =
      null;

    async function nextPage(client: Client) {
      search ??= {
        client,
        pages: client.searchPaginated(base, {
          scope: scope ?? 'sub',
          filter,
          attributes: [...attributes],
          explicitBufferAttributes: binary,
          paged: { pageSize },
        }),
      };
      // The place in a search is known only to the connection that began it.
      if (search.client !== client) throw new Error('the connection was closed');
      try {
        return await search.pages.next();
      } catch (error) {
        // The place to look in is missing, which never means that nobody is there.
        if (!isCode(error, resultCode.noSuchObject)) throw error;
        throw new ConnectorError({
          kind: 'rejected',
          detail: `${name}: there is no ${base}, or the bind account may not see it.`,
        });
      }
    }

    for (;;) {
      const { done, value } = await call(`searching ${base}`, nextPage);
      if (done) return;
      const [elsewhere] = value.searchReferences;
      if (elsewhere !== undefined && options.partsElsewhere !== 'leave out') {
        throw new ConnectorError({
          kind: 'rejected',
          detail: `${name}: part of ${base} is kept elsewhere (${elsewhere}). Search below it only.`,
        });
      }
      yield value.searchEntries.map(entryOf);
    }
  }

  return {
    /** `host:port` */
    name,
    pages,

    /** All that match; for questions with few answers. */
    async search(query: LdapQuery): Promise<LdapEntry[]> {
      const found: LdapEntry[] = [];
      for await (const page of pages(query)) found.push(...page);
      return found;
    },

    /** Changes an entry as a whole or not at all. Returns 0, or one of the codes `expecting`. */
    modify: (dn: string, edits: readonly LdapEdit[], expecting: readonly number[] = []) =>
      write(`changing ${dn}`, expecting, (client) => client.modify(dn, edits.map(changeOf))),

    /** Makes an entry. One that is there already is a failure: it may be somebody else's. */
    add: (dn: string, attributes: Readonly<Record<string, string | Buffer | readonly string[]>>) =>
      call(`adding ${dn}`, (client) =>
        client.add(
          dn,
          Object.entries(attributes).map(
            ([type, value]) =>
              new Attribute({ type, values: [value].flat().map((it) => Buffer.from(it)) }),
          ),
        ),
      ),

    /** Returns 0, or one of the codes `expecting`. */
    delete: (dn: string, expecting: readonly number[] = []) =>
      write(`deleting ${dn}`, expecting, (client) => client.del(dn)),

    /** An extended operation, by its OID. */
    extended: (doing: string, oid: string, value?: Buffer) =>
      call(doing, (client) => client.exop(oid, value)),

    /**
     * Who we are to the server (RFC 4532), such as `dn:cn=gatehouse,dc=acme,dc=test`. A server
     * that does not know the question (Samba) has signed us in all the same.
     */
    whoAmI: () =>
      call('signing in', async (client) => {
        try {
          const { value } = await client.exop('1.3.6.1.4.1.4203.1.11.3');
          return value ?? options.bindName;
        } catch (error) {
          if (isCode(error, resultCode.protocolError)) return options.bindName;
          throw error;
        }
      }),

    /** Never throws. */
    async close(): Promise<void> {
      const ending = session;
      session = null;
      await ending?.then(end, () => {});
    },
  };
}

const isCode = (error: unknown, ...codes: readonly number[]): boolean =>
  error instanceof ResultCodeError && codes.includes(error.code);

/** A server that understood and said no will understand the next request as well. */
const stillGood = (error: unknown, { kind }: Failure): boolean =>
  error instanceof ResultCodeError && kind !== 'unavailable' && kind !== 'unauthenticated';

const end = (client: Client): Promise<void> => client.unbind().catch(() => {});

const changeOf = ({ operation, attribute, values }: LdapEdit): Change =>
  new Change({
    operation,
    modification: new Attribute({
      type: attribute,
      values: values.map((value) => (typeof value === 'string' ? Buffer.from(value) : value)),
    }),
  });
