import { AndFilter, type Filter, PresenceFilter } from 'ldapts';
import type { Account, Io, PersonKeys } from '#connector-kit/contract.ts';
import { type LdapServer, openLdap } from '#connector-kit/ldap.ts';
import { type LdapEntry, textOf, textsOf } from '#connector-kit/ldap-entry.ts';
import { equals, personFilter } from '#connector-kit/ldap-person.ts';
import { signInEverywhere } from '#connector-kit/ldap-servers.ts';
import { ConnectorError } from '#core/failure.ts';
import { isLocked, lockOf, type Settings } from './settings.ts';

/** When somebody last signed in, as OpenLDAP 2.5, its older overlay and 389 Server keep it. */
const lastSeenAttributes = ['pwdLastSuccess', 'authTimestamp', 'lastLoginTime'];

export type Directory = ReturnType<typeof openDirectory>;

/** An LDAP directory in our words. `deadlineMs` is for tests; see `LdapOptions`. */
export function openDirectory(settings: Settings, io: Io, deadlineMs?: number) {
  const { peopleBases, keyAttribute, loginAttribute } = settings;
  const servers = settings.servers.map((url) =>
    openLdap(io, {
      url,
      unencrypted: settings.allowUnencrypted,
      bindName: settings.bindDn,
      password: settings.password,
      ...(deadlineMs === undefined ? {} : { deadlineMs }),
    }),
  );
  const first = servers[0]!;
  const lock = lockOf(settings);
  const accountAttributes = [keyAttribute, loginAttribute, lock.attribute, ...lastSeenAttributes];

  async function searchPeople(
    server: LdapServer,
    filter: Filter,
    attributes: readonly string[],
  ): Promise<LdapEntry[]> {
    const found: LdapEntry[] = [];
    for (const base of peopleBases) {
      found.push(...(await server.search({ base, filter, attributes })));
    }
    return found;
  }

  const entryWith = async (server: LdapServer, accountId: string, attributes: readonly string[]) =>
    (await searchPeople(server, equals(keyAttribute, accountId), attributes))[0] ?? null;

  /**
   * Throws unless some account can be seen. An empty answer proves nothing when the bind account
   * was never allowed to look: a lost permission must not pass for a lost person.
   */
  async function mustSeeSomebody(server: LdapServer): Promise<void> {
    const filter = new AndFilter({ filters: [has(keyAttribute), has(loginAttribute)] });
    for (const base of peopleBases) {
      const anybody = server.pages({ base, filter, attributes: ['1.1'], pageSize: 1 });
      for await (const page of anybody) {
        if (page.length > 0) return;
      }
    }
    throw new ConnectorError({
      kind: 'forbidden',
      detail:
        `${server.name}: the bind account sees no account at all below ${peopleBases.join(', ')}, ` +
        'so that an empty answer proves nothing. Let it read people there.',
    });
  }

  async function administrators(): Promise<ReadonlySet<string>> {
    const members = settings.adminGroups.map(async (base) => {
      const attributes = ['member', 'uniqueMember', 'memberUid'];
      const filter = has('objectClass');
      const [group] = await first.search({ base, scope: 'base', filter, attributes });
      return attributes.flatMap((it) => (group ? textsOf(group, it) : [])).map(comparable);
    });
    return new Set((await Promise.all(members)).flat());
  }

  function toAccount(entry: LdapEntry, admins: ReadonlySet<string>): Account {
    const id = textOf(entry, keyAttribute);
    if (id === null) {
      throw new ConnectorError({
        kind: 'unexpected',
        detail: `${first.name} shows no ${keyAttribute} of ${entry.dn}. Name another attribute.`,
      });
    }
    const login = textOf(entry, loginAttribute) ?? entry.dn;
    return {
      id,
      login,
      status: isLocked(lock, textsOf(entry, lock.attribute)) ? 'suspended' : 'active',
      privileged: admins.has(comparable(entry.dn)) || admins.has(comparable(login)),
      lastSeenAt: lastSeenIn(entry),
    };
  }

  return {
    settings,
    servers,
    /** Where changes are made. */
    first,

    /** Who we are, after a look at every server and every place that we are to search. */
    async check(): Promise<string> {
      const actingAs = await signInEverywhere(servers);
      const { groupBases, adminGroups } = settings;
      for (const base of [...peopleBases, ...groupBases, ...adminGroups]) {
        await first.search({
          base,
          scope: 'base',
          filter: has('objectClass'),
          attributes: ['1.1'],
        });
      }
      return actingAs;
    },

    /** The key of the account that we bind with; null: it has none that we could see, such as an administrator of the server. */
    async ownAccount(): Promise<string | null> {
      const base = settings.bindDn;
      const filter = has('objectClass');
      try {
        const [entry] = await first.search({
          ...{ base, scope: 'base', filter, attributes: [keyAttribute] },
        });
        return entry ? textOf(entry, keyAttribute) : null;
      } catch (error) {
        if (error instanceof ConnectorError && error.failure.kind === 'rejected') return null;
        throw error;
      }
    },

    async accountsOf(person: PersonKeys, server: LdapServer = first): Promise<Account[]> {
      const filter = personFilter(person, loginAttribute, settings);
      const found = await searchPeople(server, filter, accountAttributes);
      if (found.length === 0) {
        await mustSeeSomebody(server);
        return [];
      }
      const admins = await administrators();
      return found.map((entry) => toAccount(entry, admins));
    },

    async *allAccounts(): AsyncIterable<Account> {
      const admins = await administrators();
      for (const base of peopleBases) {
        const filter = has(loginAttribute);
        for await (const page of first.pages({ base, filter, attributes: accountAttributes })) {
          for (const entry of page) yield toAccount(entry, admins);
        }
      }
    },

    /** The entry of an account, by its key: the DN changes when somebody marries or moves. */
    async entry(
      server: LdapServer,
      accountId: string,
      attributes: readonly string[],
    ): Promise<LdapEntry> {
      const entry = await entryWith(server, accountId, attributes);
      if (entry) return entry;
      throw new ConnectorError({
        kind: 'not-found',
        detail: `${server.name}: no entry has the ${keyAttribute} ${accountId}.`,
      });
    },

    /** The entry of whoever has this e-mail address; null: nobody has it. */
    async dnOfPerson(server: LdapServer, email: string): Promise<string | null> {
      const keys = { email, employeeNumber: null, name: '' };
      const found = await searchPeople(server, personFilter(keys, loginAttribute, settings), [
        '1.1',
      ]);
      if (found.length < 2) return found[0]?.dn ?? null;
      throw new ConnectorError({
        kind: 'rejected',
        detail: `${server.name}: ${found.length} entries have the address ${email}.`,
      });
    },

    /** False only when the entry is gone and others can be seen. */
    async exists(server: LdapServer, accountId: string): Promise<boolean> {
      if (await entryWith(server, accountId, ['1.1'])) return true;
      await mustSeeSomebody(server);
      return false;
    },

    async close(): Promise<void> {
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}

export const has = (attribute: string): Filter => new PresenceFilter({ attribute });

/** Names that mean the same become the same text, as far as blanks and case go. */
export const comparable = (name: string): string =>
  name.toLowerCase().replace(/(?<!\\)\s*([,=+])\s*/g, '$1');

function lastSeenIn(entry: LdapEntry): Date | null {
  const moments = lastSeenAttributes
    .map((it) => textOf(entry, it))
    .flatMap((it) => (it === null ? [] : [generalizedTime(it)]))
    .filter((ms) => Number.isFinite(ms));
  return moments.length === 0 ? null : new Date(Math.max(...moments));
}

/** `20261123081614Z`, fractions of a second allowed (RFC 4517, 3.3.13). NaN when unreadable. */
function generalizedTime(text: string): number {
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:[.,]\d+)?Z$/.exec(text);
  if (!parts) return Number.NaN;
  const [, year, month, day, hour, minute, second] = parts;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}
