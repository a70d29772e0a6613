import type { Account, Io, PersonKeys } from '#connector-kit/contract.ts';
import { loginsOf } from '#connector-kit/login-names.ts';
import { ConnectorError } from '#core/failure.ts';
import { accountsIn, type Shown } from './answer.ts';
import { ask } from './host.ts';
import { type Host, isAccountName, nameOf, type Settings } from './settings.ts';

export type Hosts = ReturnType<typeof openHosts>;

/** What one host says, or why it could not be read. */
type Reading<Value> =
  | { readonly host: string; readonly value: Value; readonly error: null }
  | { readonly host: string; readonly value: null; readonly error: ConnectorError };

/** A set of hosts in our words. Nothing stays open between calls. `withinMs` is for tests. */
export function openHosts(settings: Settings, io: Io, withinMs?: number) {
  const askOne = (host: Host, requests: readonly string[]) =>
    ask(settings, host, io, requests, withinMs);

  /**
   * Asks every host at once. One that cannot be read must not keep us from cutting access on the others, and
   * must not pass for proof either; so each answer stands alone.
   */
  const everywhere = <Value>(
    requests: readonly string[],
    read: (lines: readonly string[], host: string) => Value,
  ): Promise<Reading<Value>[]> =>
    Promise.all(
      settings.hosts.map(async (it): Promise<Reading<Value>> => {
        const host = nameOf(it);
        try {
          return { host, value: read(await askOne(it, requests), host), error: null };
        } catch (error) {
          if (!(error instanceof ConnectorError)) throw error;
          return { host, value: null, error };
        }
      }),
    );

  const isPrivileged = (groups: readonly string[]) =>
    groups.some((it) => settings.adminGroups.includes(it));

  /** One account for each name: on all hosts it is the same person. */
  function accountsOn(shown: readonly Shown[]): Account[] {
    return [...Map.groupBy(shown, ({ name }) => name)].map(([login, all]) => ({
      id: login,
      login,
      status: all.every((it) => it.isBlocked) ? 'suspended' : 'active',
      privileged: all.some((it) => isPrivileged(it.groups)),
      lastSeenAt: null,
    }));
  }

  function hostCalled(name: string): Host {
    const host = settings.hosts.find((it) => nameOf(it) === name);
    if (host) return host;
    const detail = `${name} is no longer among the hosts of this connection.`;
    throw new ConnectorError({ kind: 'rejected', detail });
  }

  return {
    /** Our account on every host. */
    user: settings.user,

    /**
     * Who we are. A host that does not answer is passed over, as long as one does; one that answers and refuses
     * us is a mistake in the settings, and thrown.
     */
    async check(): Promise<string> {
      const readings = await everywhere(['hello'], () => null);
      const refusal = readings.find(({ error }) => error && error.failure.kind !== 'unavailable');
      if (refusal?.error) throw refusal.error;
      const silent = readings.filter(({ error }) => error !== null);
      if (silent.length === readings.length) throw silent[0]!.error;
      const answered = readings.filter(({ error }) => error === null).map(({ host }) => host);
      const rest = silent.map(({ host }) => `; ${host} does not answer`).join('');
      return `${settings.user} on ${answered.join(', ')}${rest}`;
    },

    /** Login names follow from the settings, so whoever is seen on one host needs no look at the others. */
    async accountsOf({ email }: PersonKeys): Promise<Account[]> {
      const logins = loginsOf(settings, email).filter(isAccountName);
      if (logins.length === 0) return [];
      const readings = await everywhere(
        logins.map((it) => `list ${it}`),
        accountsIn,
      );
      const found = accountsOn(readings.flatMap(({ value }) => value ?? []));
      const unread = readings.find(({ error }) => error !== null);
      // Nobody of this name may be there; on a host that does not answer, somebody may.
      if (unread?.error && found.length < logins.length) throw unread.error;
      return found;
    },

    async *allAccounts(): AsyncIterable<Account> {
      const shown: Shown[] = [];
      for (const { value, error } of await everywhere(['list'], accountsIn)) {
        if (error) throw error;
        shown.push(...value);
      }
      yield* accountsOn(shown);
    },

    /** The account on every host; null where there is none. Throws when none shows it. `part` of it is shown as well. */
    async show(
      login: string,
      part?: 'keys' | 'processes',
    ): Promise<readonly Reading<Shown | null>[]> {
      if (!isAccountName(login)) throw notFound(login);
      const readings = await everywhere([`show ${login} ${part ?? ''}`], (lines, host) => {
        const [account = null] = accountsIn(lines, host);
        return account;
      });
      if (readings.some(({ value }) => value !== null)) return readings;
      const unread = readings.find(({ error }) => error !== null);
      throw unread?.error ?? notFound(login);
    },

    /**
     * Sends each host its requests; the first that fails is thrown, once all are through. An account that a host
     * does not have needs nothing there.
     */
    async change(requests: ReadonlyMap<string, readonly string[]>): Promise<void> {
      const hosts = [...requests].map(([name, it]) => [hostCalled(name), it] as const);
      const endings = await Promise.allSettled(
        hosts.map(([host, it]) => askOne(host, it.length === 0 ? ['hello'] : it)),
      );
      for (const it of endings) {
        if (it.status === 'fulfilled') continue;
        const isGone =
          it.reason instanceof ConnectorError && it.reason.failure.kind === 'not-found';
        if (!isGone) throw it.reason;
      }
    },
  };
}

const notFound = (login: string) =>
  new ConnectorError({
    kind: 'not-found',
    detail: `No host has an account of a person called ${login}.`,
  });
