import { lookup as systemLookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Detour } from '#core/detour.ts';
import { ConnectorError } from '#core/failure.ts';
import { isPublic, mayBeOnPremises, parseNetwork } from './addresses.ts';
import type { CheckedAddress, Io } from './contract.ts';
import { type Address, type OutboundLimits, openOutbound, unreachable } from './outbound.ts';

/** A system inside the company's own network, as an administrator entered it. */
export interface OnPremisesTarget {
  /** A name, or a literal address. */
  readonly host: string;
  readonly port: number;
  /** Where every address of `host` must lie, such as `10.1.0.0/16`. */
  readonly network: string;
  /** Whether it may be called without TLS. */
  readonly http: boolean;
}

/** What one connection may reach, and whom it believes. */
export interface Binding {
  /** The `host:port`s its credential was entered for; without a port, 443 is meant. */
  readonly hosts: readonly string[];
  /** Certificates of a private authority, PEM, in place of the public ones; null: the public ones. */
  readonly ca: string | null;
}

export interface GuardOptions {
  /** Asked before every call, so that a withdrawn entry counts from then on. */
  onPremises(): readonly OnPremisesTarget[];
  /** What the operator reaches in another way; over TLS only. Default: nothing. */
  readonly detours?: readonly Detour[];
  /** Every address of a name. Default: the machine's own resolver, with its hosts file. */
  readonly lookup?: (host: string) => Promise<readonly Address[]>;
  readonly limits?: Partial<OutboundLimits>;
}

export interface Guard {
  /**
   * A `fetch` for one connection. It reads the whole answer before it returns, and throws a
   * ConnectorError: `forbidden` for what it refuses, `unavailable` when nobody answered in time,
   * `unexpected` when the answer is too big.
   */
  fetchFor(binding: Binding): typeof globalThis.fetch;
  /** The checked address for what is not HTTP. */
  address(host: string, port: number, hosts: readonly string[]): Promise<CheckedAddress>;
  ioFor(binding: Binding & { readonly now: () => Date }): Io;
  /** Ends every connection once the calls in flight are through. */
  close(): Promise<void>;
}

interface Target {
  /** As URLs write it: lower case, IPv6 in brackets. */
  readonly hostname: string;
  /** The address, when the host is one; null when it is a name. */
  readonly literal: string | null;
  /** `hostname:port`, by which targets are compared. */
  readonly key: string;
}

/**
 * Stands between the connectors and the network, so that nobody can aim this machine, or a
 * credential, at a place it was not meant for.
 *
 * A name is resolved once per connection, every address is judged, and the connection uses
 * that very answer: a name server that answers differently the next time gains nothing.
 */
export function openGuard(options: GuardOptions): Guard {
  const lookup = options.lookup ?? resolveAll;
  const entriesFor = (key: string): readonly OnPremisesTarget[] =>
    options.onPremises().filter((it) => targetOf(withPort(it.host, it.port))?.key === key);

  const detours = new Map(
    (options.detours ?? []).map((it) => [targetOf(withPort(it.host, it.port))?.key, it]),
  );
  const detourOf = (origin: URL): Detour | undefined => detours.get(targetOfUrl(origin).key);

  const outbound = openOutbound({
    resolve: (origin) => addressesOf(targetOfUrl(origin)),
    detourOf(origin) {
      const it = detourOf(origin);
      return it ? { address: it.address, port: it.addressPort } : null;
    },
    limits: options.limits ?? {},
  });

  /** Every address of the target, each of which may be called. */
  async function addressesOf(target: Target): Promise<readonly Address[]> {
    const found =
      target.literal === null
        ? await lookup(target.hostname)
        : [{ address: target.literal, family: familyOf(target.literal) }];
    if (found.length === 0) {
      const detail = `${target.hostname} has no address in DNS. Check how it is spelled.`;
      throw new ConnectorError({ kind: 'unavailable', detail });
    }
    for (const { address } of found) judgeAddress(address, target);
    return found;
  }

  function judgeAddress(ip: string, target: Target): void {
    const entries = entriesFor(target.key);
    const where = target.literal ?? `${target.hostname} (${ip})`;
    if (entries.length === 0) {
      if (isPublic(ip)) return;
      throw refused(
        `${where} is not a public address. If this system stands in your own network, ` +
          `add ${target.key} to the on-premises targets.`,
      );
    }
    if (!mayBeOnPremises(ip)) {
      throw refused(
        `${where} is an address at which no system of yours can stand, whatever the ` +
          'on-premises targets say. Enter the address of the system itself.',
      );
    }
    if (entries.some((it) => parseNetwork(it.network)?.(ip))) return;
    throw refused(
      `${where} lies outside ${entries.map((it) => it.network).join(' and ')}, the network ` +
        `entered for ${target.key}. Correct the on-premises targets, or the name in DNS.`,
    );
  }

  /** Everything about a URL that can be told before a name is resolved. */
  function judgeUrl(url: URL, bound: ReadonlySet<string>): Target {
    if (url.protocol !== 'https:' && url.protocol !== 'http:') {
      throw refused(`${url.protocol} addresses are not called. Enter one that starts with https:.`);
    }
    if (url.username !== '' || url.password !== '') {
      throw refused(
        `The address of ${url.host} carries a user name or password. Take it out of the ` +
          'address and enter it in the fields of the connection.',
      );
    }
    const target = targetOfUrl(url);
    judgeBinding(target, bound);
    judgeDetour(url, target);
    if (url.protocol === 'http:' && !entriesFor(target.key).some((it) => it.http)) {
      throw refused(
        `${url.origin} would be called without encryption. Use https:, or allow http for ` +
          `${target.key} in the on-premises targets.`,
      );
    }
    return target;
  }

  /** Who set it may set anything here; yet no relay stands where machines hand out credentials. */
  function judgeDetour(url: URL, { key }: Target): void {
    const it = detourOf(url);
    if (!it) return;
    if (!mayBeOnPremises(it.address)) {
      throw refused(
        `${key} would be reached at ${it.address}, where no relay can stand. ` +
          'Correct GATEHOUSE_DETOURS.',
      );
    }
    if (url.protocol === 'https:') return;
    throw refused(
      `${key} is reached by a detour, and would be called without encryption. Use https:.`,
    );
  }

  function judgeBinding(target: Target, bound: ReadonlySet<string>): void {
    if (bound.has(target.key)) return;
    throw refused(
      `${target.key} is not among the hosts of this connection ` +
        `(${[...bound].join(', ') || 'none'}). If it should be, change the connection's address ` +
        'and enter its secrets anew.',
    );
  }

  function fetchFor(binding: Binding): typeof globalThis.fetch {
    const bound = boundTo(binding.hosts);
    // A changed entry leads to new sockets: an open one would outlive the permission it had.
    const rules = () => JSON.stringify([...bound].map(entriesFor));
    const transport = outbound.transportFor([...bound].sort().join(), binding.ca, rules);

    return async (input, init) => {
      const url = URL.parse(input instanceof Request ? input.url : input);
      if (!url) throw refused('This is not an address to call. Enter one that starts with https:.');
      const target = judgeUrl(url, bound);
      // Names are resolved and judged as the connection is made; literal addresses never pass there.
      if (target.literal !== null) await addressesOf(target);

      const request = new Request(input, init);
      if (request.headers.has('host')) {
        throw refused(
          `A request to ${target.key} names another host in its headers. Remove "host".`,
        );
      }
      return transport(request);
    };
  }

  async function address(
    host: string,
    port: number,
    hosts: readonly string[],
  ): Promise<CheckedAddress> {
    const target = targetOf(withPort(host, port));
    if (!target) throw refused(`"${host}" is no host to connect to. Enter a name or an address.`);
    judgeBinding(target, boundTo(hosts));
    const [first] = await addressesOf(target).catch((cause: unknown) => {
      throw unreachable(target.key, cause);
    });
    return { ip: first!.address, port, serverName: host };
  }

  return {
    fetchFor,
    address,
    ioFor: ({ now, ...binding }) => ({
      fetch: fetchFor(binding),
      now,
      ca: binding.ca,
      address: (host, port) => address(host, port, binding.hosts),
    }),
    close: outbound.close,
  };
}

const refused = (detail: string) => new ConnectorError({ kind: 'forbidden', detail });

const familyOf = (ip: string): 4 | 6 => (isIP(ip) === 6 ? 6 : 4);

const withPort = (host: string, port: number): string =>
  isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;

/** Reads `host` or `host:port` the way URLs are read, so that both compare equal. */
function targetOf(host: string): Target | null {
  const url = URL.parse(`https://${host}`);
  return url && url.href === `${url.origin}/` ? targetOfUrl(url) : null;
}

function targetOfUrl({ protocol, hostname, port }: URL): Target {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1');
  return {
    hostname,
    literal: isIP(bare) === 0 ? null : bare,
    key: `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`,
  };
}

function boundTo(hosts: readonly string[]): ReadonlySet<string> {
  return new Set(
    hosts.map((host) => {
      const target = targetOf(host);
      if (!target) throw refused(`"${host}" is no host to be bound to. Write it as name:port.`);
      return target.key;
    }),
  );
}

async function resolveAll(host: string): Promise<readonly Address[]> {
  const found = await systemLookup(host, { all: true, order: 'verbatim' });
  return found.map(({ address }) => ({ address, family: familyOf(address) }));
}
