import { isIP } from 'node:net';
import type { BucketLock, BucketPlace } from '#ledger/mirror-bucket.ts';
import { addressesOf } from '#store/hosts.ts';

/** Where a server listens; port 0 lets the system choose. */
export interface Address {
  /** An IP address, without brackets, or `localhost`. */
  readonly host: string;
  readonly port: number;
}

/** The end of a sentence that begins with the name of the setting. */
export interface Mistake {
  readonly problem: string;
}

/** `127.0.0.1:8080`, `localhost:8080` or `[::1]:8080`. */
export function listenAddress(text: string): Address | Mistake {
  const wrong = { problem: `is "${text}"; expected an address and a port such as 127.0.0.1:8080.` };
  const match = /^(?:\[(?<v6>[^\]]+)\]|(?<v4>[^:]+)):(?<port>\d{1,5})$/.exec(text);
  const { v6, v4, port: digits } = match?.groups ?? {};
  const port = Number(digits);
  const host = v6 ?? v4 ?? '';
  const isHost = v6 === undefined ? host === 'localhost' || isIP(host) === 4 : isIP(host) === 6;
  return match && isHost && port <= 65_535 ? { host, port } : wrong;
}

/** `https://gatehouse.example`; plain `http:` only to this machine, since passkeys need TLS. */
export function origin(text: string): string | Mistake {
  const url = URL.parse(text);
  const expected = 'expected an address without a path such as https://gatehouse.example.';
  if (!url || !['http:', 'https:'].includes(url.protocol))
    return { problem: `is "${text}"; ${expected}` };
  if (url.username || url.password)
    return { problem: `holds a user name or password; ${expected}` };
  if (url.href !== `${url.origin}/`) return { problem: `is "${text}"; ${expected}` };
  if (url.protocol === 'http:' && !isThisMachine(url)) {
    return { problem: `is "${text}"; expected https:, since passkeys work over TLS only.` };
  }
  return url.origin;
}

export const isThisMachine = ({ hostname }: URL): boolean =>
  /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);

/** IP addresses and networks with commas or blanks between; a single address stands for itself alone. */
export function networks(text: string): readonly string[] | Mistake {
  const result: string[] = [];
  for (const part of text.split(/[\s,]+/).filter(Boolean)) {
    const [address = '', length, ...more] = part.split('/');
    const longest = { 0: undefined, 4: 32, 6: 128 }[isIP(address)];
    const bits = length === undefined ? longest : Number(length);
    const good =
      longest !== undefined && more.length === 0 && (length === undefined || /^\d+$/.test(length));
    if (!good || bits === undefined || bits > longest) {
      return {
        problem: `holds "${part}"; expected networks such as 10.0.0.0/24, with commas between.`,
      };
    }
    if (bits === 0)
      return { problem: `holds "${part}", which is everybody; name the network of the proxy.` };
    result.push(`${address}/${bits}`);
  }
  return result;
}

/** An address of PostgreSQL, with one host or several. Messages never repeat it, since it holds a password. */
export function databaseUrl(text: string): string | Mistake {
  const addresses = addressesOf(text);
  const url = addresses.map((it) => URL.parse(it)).reduce((one, other) => one && other);
  const expected = 'expected postgres://user:password@host:5432/database.';
  if (!url)
    return {
      problem: `is not readable as an address; ${expected} Special characters in the password are written like %23.`,
    };
  if (!['postgres:', 'postgresql:'].includes(url.protocol)) {
    return { problem: `begins with "${url.protocol}"; ${expected}` };
  }
  if (url.pathname.length < 2) return { problem: `names no database; ${expected}` };
  if (url.searchParams.get('host')?.includes(',')) {
    return {
      problem:
        'names several hosts in a way that Gatehouse does not read; expected postgres://user:password@host1:5432,host2:5432/database.',
    };
  }
  const wanted = url.searchParams.get('target_session_attrs') ?? 'read-write';
  if (wanted === 'read-write' || wanted === 'primary') return text;
  return {
    problem: `asks for target_session_attrs=${wanted}; expected read-write, which is what Gatehouse goes by in any case.`,
  };
}

/** The bucket and the prefix of `s3://bucket/prefix`; null: it is no such address. */
export function bucketPlace(text: string): BucketPlace | null {
  const [, bucket = '', path = ''] =
    /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])((?:\/[A-Za-z0-9][A-Za-z0-9._-]*)*)\/?$/.exec(
      text,
    ) ?? [];
  if (bucket === '') return null;
  return { bucket, prefix: path === '' ? '' : `${path.slice(1)}/` };
}

/** The address of a store that speaks S3. Plain http only to this machine. */
export function storeAddress(text: string): string | Mistake {
  const url = URL.parse(text);
  const here = url && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  const good = url?.protocol === 'https:' || (url?.protocol === 'http:' && here);
  if (!url || !good || url.pathname !== '/' || url.username || url.search) {
    return {
      problem:
        'is not readable; expected the address of a store without the bucket, such as https://s3.eu-central-1.amazonaws.com.',
    };
  }
  return url.origin;
}

/** Where a collector of OpenTelemetry takes traces; it may stand in the same network without TLS, as they hold no secrets. */
export function collector(text: string): string | Mistake {
  const url = URL.parse(text);
  const good = url?.protocol === 'https:' || url?.protocol === 'http:';
  if (!url || !good || url.pathname !== '/' || url.username || url.password || url.search) {
    return {
      problem:
        'is not readable; expected the address of a collector that speaks OTLP over HTTP, such as http://127.0.0.1:4318.',
    };
  }
  return url.origin;
}

/** How long complete files of a mirror cannot be deleted: `compliance 2557`. */
export function bucketLock(text: string): BucketLock | null | Mistake {
  if (text === 'none') return null;
  const [, mode, days] = /^(compliance|governance) ([1-9]\d{0,4})$/.exec(text) ?? [];
  if (mode === 'compliance' || mode === 'governance') return { mode, days: Number(days) };
  return {
    problem: `is "${text}"; expected none, or compliance or governance with a number of days, such as compliance 2557.`,
  };
}
