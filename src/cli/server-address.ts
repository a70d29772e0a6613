import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { CliProblem, type Io, wrongUsage } from './io.ts';

/** Where the server is, and how we know. */
export interface ServerAddress {
  /** Without a slash at the end. */
  readonly url: string;
  readonly token: string;
}

type Environment = Io['env'];

/** Finds server and key: from the environment, else from the data directory of this machine. */
export function findServer(env: Environment): ServerAddress {
  return { url: findUrl(env), token: findToken(env) };
}

function findUrl(env: Environment): string {
  const given = env['GATEHOUSE_URL']?.trim();
  if (!given) return `http://${listenAddress(env)}`;
  const url = URL.parse(given);
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.username || url.password) {
    throw wrongUsage(
      'GATEHOUSE_URL is not an address of Gatehouse; ' +
        'expected is one such as https://gatehouse.example.',
    );
  }
  const isHere = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol === 'http:' && !isHere) {
    throw wrongUsage(
      `GATEHOUSE_URL is ${url.origin}: without TLS, anybody on the way could read your key. ` +
        'Use https://.',
    );
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

/** What the server of this machine listens on, as far as we can tell. */
function listenAddress(env: Environment): string {
  const given =
    env['GATEHOUSE_LISTEN']?.trim() || listenIn(path.join(dataOf(env), 'gatehouse.yaml'));
  return (given ?? '127.0.0.1:8080')
    .replace(/^0\.0\.0\.0:/, '127.0.0.1:')
    .replace(/^\[::\]:/, '[::1]:');
}

function listenIn(file: string): string | null {
  const text = textOf(file);
  if (text === null) return null;
  try {
    const settings: unknown = parse(text);
    const listen =
      settings && typeof settings === 'object' ? Reflect.get(settings, 'listen') : null;
    return typeof listen === 'string' ? listen : null;
  } catch {
    return null; // the server itself says what is wrong with it
  }
}

function findToken(env: Environment): string {
  const given = env['GATEHOUSE_TOKEN']?.trim();
  if (given) return given;
  const file = path.join(dataOf(env), 'cli-token');
  const kept = textOf(file)?.trim();
  if (kept) return kept;
  throw new CliProblem(
    `There is no key to sign in with: GATEHOUSE_TOKEN is not set, and ${path.resolve(file)} ` +
      'is not there or not for you to read. Run this on the server where Gatehouse has its data ' +
      '(GATEHOUSE_DATA says which folder), or have a key made there (gatehouse token create) ' +
      'and set GATEHOUSE_TOKEN.',
  );
}

const dataOf = (env: Environment): string => env['GATEHOUSE_DATA']?.trim() || './data';

function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
