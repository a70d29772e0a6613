import path from 'node:path';
import type { Detour } from '#core/detour.ts';
import type { ReachableWitness } from '#ledger/ask-witness.ts';
import type { BucketAccess, BucketLock } from '#ledger/mirror-bucket.ts';
import type { Witnessing } from '#ledger/witnessing.ts';
import type { DatabaseUrls } from '#store/database.ts';
import { addressesOf } from '#store/hosts.ts';
import { detours } from './configuration-detours.ts';
import {
  fileSettings,
  isSetting,
  nameInFile,
  type Setting,
  settings,
  unknownName,
} from './configuration-names.ts';
import {
  type Address,
  bucketLock,
  bucketPlace,
  collector,
  databaseUrl,
  listenAddress,
  type Mistake,
  networks,
  origin,
  storeAddress,
} from './configuration-values.ts';
import { quorumIn, tooManyNeeded, witnesses, witnessMinutes } from './configuration-witnesses.ts';
import { type AuthoritySetting, authoritySettings } from './time-stamp-authorities.ts';

/** Everything that must be known before the database answers. */
export interface Configuration {
  /** Absolute, as are the other folders. */
  readonly dataDirectory: string;
  readonly keysDirectory: string;
  /** The only folder that connections may write into. */
  readonly recordsDirectory: string;
  /** The only folder below which dropped files are taken. */
  readonly dropDirectory: string;
  /** Where the fork guard keeps its mark. */
  readonly markDirectory: string;
  /** Where the signed record lies once more: a folder (absolute) or `s3://bucket/prefix`; undefined: nowhere. */
  readonly mirror: string | undefined;
  /** How a mirror in a bucket is reached; undefined: there are no keys for one. */
  readonly mirrorAccess: BucketAccess | undefined;
  /** Who outside is asked when they saw the record; none: nobody is. */
  readonly timeStampAuthorities: readonly AuthoritySetting[];
  readonly listen: Address;
  readonly metricsListen: Address;
  /** Where traces go by OTLP over HTTP; undefined: nowhere, and none are made. */
  readonly tracesTo: string | undefined;
  /** Where people reach Gatehouse, without a slash at the end; undefined: at the listen address (`publicUrlOf`). */
  readonly publicUrl: string | undefined;
  /** Networks whose `x-forwarded-…` headers count, as CIDR. */
  readonly trustedProxies: readonly string[];
  /** Hosts that are reached at another address from here. */
  readonly detours: readonly Detour[];
  /** Empty: the embedded server. */
  readonly databaseUrls: DatabaseUrls;
  /** Who cosigns the record. */
  readonly witnessing: Witnessing;
}

/** Names that begin like settings and are read elsewhere: by the command line client. */
const readElsewhere = ['GATEHOUSE_URL', 'GATEHOUSE_TOKEN'];
/** What the test runner tells its tests, which start Gatehouse in turn. */
const testPrefix = 'GATEHOUSE_TEST_';

const databaseSettings = [
  ['admin', 'DATABASE_URL'],
  ['web', 'DATABASE_URL_WEB'],
  ['worker', 'DATABASE_URL_WORK'],
  ['scribe', 'DATABASE_URL_SCRIBE'],
] as const;

/** What the configuration is read from. */
export interface ConfigurationSource {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Relative folders in the environment begin here. */
  readonly workingDirectory: string;
  /** The text of `configurationFile`, where there is one. */
  readonly file?: string;
}

export type ConfigurationResult =
  | { readonly ok: true; readonly configuration: Configuration }
  /** Sentences for whoever starts Gatehouse, one per mistake: setting, found, expected. */
  | { readonly ok: false; readonly problems: readonly string[] };

/** The file that may hold settings; it lies in the data directory, so only the environment names that. */
export function configurationFile(
  source: Pick<ConfigurationSource, 'environment' | 'workingDirectory'>,
): string {
  return path.join(dataDirectory(source), 'gatehouse.yaml');
}

/** Reads the environment first, then the file, then the defaults. Names every mistake, not only the first. */
export function readConfiguration(source: ConfigurationSource): ConfigurationResult {
  const problems: string[] = [];
  const found = collect(source, problems);

  const take = <T>(
    name: Setting,
    read: (text: string) => NoInfer<T> | Mistake,
    otherwise: T,
  ): T => {
    const it = found.get(name);
    if (it === undefined) return otherwise;
    const value = read(it.text);
    if (!isMistake(value)) return value;
    problems.push(`${it.label} ${value.problem}`);
    return otherwise;
  };
  const data = dataDirectory(source);
  const folder = (name: Setting, otherwise: string) => {
    const it = found.get(name);
    return it ? path.resolve(it.base, it.text) : path.join(data, otherwise);
  };

  const databaseUrls: { -readonly [name in keyof DatabaseUrls]: string } = {};
  for (const [user, name] of databaseSettings) {
    const url = take<string | undefined>(name, databaseUrl, undefined);
    if (url !== undefined) databaseUrls[user] = url;
  }
  const mirror = found.get('LEDGER_MIRROR');
  const region = found.get('LEDGER_MIRROR_REGION')?.text ?? settings.LEDGER_MIRROR_REGION;
  const accessKeyId = found.get('LEDGER_MIRROR_ACCESS_KEY_ID')?.text;
  const secretAccessKey = found.get('LEDGER_MIRROR_SECRET_ACCESS_KEY')?.text;
  const access = {
    endpoint: take<string>(
      'LEDGER_MIRROR_ENDPOINT',
      storeAddress,
      `https://s3.${region}.amazonaws.com`,
    ),
    region,
    lock: take<BucketLock | null>('LEDGER_MIRROR_LOCK', bucketLock, null),
  };
  const configuration: Configuration = {
    dataDirectory: data,
    keysDirectory: folder('GATEHOUSE_KEYS', 'keys'),
    recordsDirectory: folder('GATEHOUSE_RECORDS', 'records'),
    dropDirectory: folder('GATEHOUSE_DROP', 'drop'),
    markDirectory: folder('LEDGER_MARK_DIR', 'mark'),
    mirror: mirror && mirrorPlace(mirror),
    mirrorAccess:
      accessKeyId && secretAccessKey ? { ...access, accessKeyId, secretAccessKey } : undefined,
    timeStampAuthorities: take<readonly AuthoritySetting[]>(
      'LEDGER_TIME_STAMPS',
      (text) => authoritySettings(text, found.get('LEDGER_TIME_STAMPS')?.base ?? data),
      [],
    ),
    listen: take<Address>('GATEHOUSE_LISTEN', listenAddress, { host: '127.0.0.1', port: 8080 }),
    metricsListen: take<Address>('GATEHOUSE_METRICS_LISTEN', listenAddress, {
      host: '127.0.0.1',
      port: 8081,
    }),
    tracesTo: take<string | undefined>('GATEHOUSE_TRACES_TO', collector, undefined),
    publicUrl: take<string | undefined>('GATEHOUSE_PUBLIC_URL', origin, undefined),
    trustedProxies: take<readonly string[]>('GATEHOUSE_TRUSTED_PROXIES', networks, []),
    detours: take<readonly Detour[]>('GATEHOUSE_DETOURS', detours, []),
    databaseUrls,
    witnessing: {
      witnesses: take<readonly ReachableWitness[]>('LEDGER_WITNESSES', witnesses, []),
      quorum: take<number>('LEDGER_WITNESS_QUORUM', quorumIn, 0),
      everyMs: take<number>('LEDGER_WITNESS_MINUTES', witnessMinutes, 10) * 60_000,
    },
  };
  problems.push(...contradictions(configuration));
  return problems.length > 0 ? { ok: false, problems } : { ok: true, configuration };
}

interface Found {
  readonly text: string;
  /** How a message names it: `GATEHOUSE_LISTEN` or `listen in gatehouse.yaml`. */
  readonly label: string;
  /** Where relative folders begin. */
  readonly base: string;
}

function collect(source: ConfigurationSource, problems: string[]): ReadonlyMap<Setting, Found> {
  const found = new Map<Setting, Found>();
  for (const [name, text] of fileSettings(source.file, problems)) {
    found.set(name, {
      text,
      label: `${nameInFile(name)} in gatehouse.yaml`,
      base: dataDirectory(source),
    });
  }
  for (const [name, text] of Object.entries(source.environment)) {
    // An empty variable is how a shell or a compose file says "not set".
    if (text === undefined || text.trim() === '') continue;
    if (isSetting(name)) {
      found.set(name, { text: text.trim(), label: name, base: source.workingDirectory });
    } else if (looksLikeOurs(name)) {
      problems.push(unknownName(name, Object.keys(settings), 'setting'));
    }
  }
  return found;
}

/** A folder, from where the setting stands, or the address of a bucket as it is. */
const mirrorPlace = ({ text, base }: Pick<Found, 'text' | 'base'>): string =>
  text.startsWith('s3:') ? text : path.resolve(base, text);

function contradictions({
  listen,
  metricsListen,
  trustedProxies,
  databaseUrls,
  mirror,
  mirrorAccess,
  witnessing,
}: Configuration): string[] {
  const problems: string[] = [...tooManyNeeded(witnessing)];
  if (mirror?.startsWith('s3:') && !bucketPlace(mirror)) {
    problems.push(`LEDGER_MIRROR is "${mirror}"; expected a folder, or s3://bucket/prefix.`);
  } else if (mirror?.startsWith('s3:') && !mirrorAccess) {
    problems.push(
      `LEDGER_MIRROR is ${mirror}. Then LEDGER_MIRROR_ACCESS_KEY_ID and LEDGER_MIRROR_SECRET_ACCESS_KEY must be set.`,
    );
  }
  if (!isLoopback(listen.host) && trustedProxies.length === 0) {
    problems.push(
      `GATEHOUSE_LISTEN is ${listen.host}:${listen.port}, which other machines can reach. Then ` +
        'GATEHOUSE_TRUSTED_PROXIES must name the network of the proxy in front that speaks TLS, such as 10.0.0.0/24.',
    );
  }
  if (
    listen.port !== 0 &&
    listen.port === metricsListen.port &&
    listen.host === metricsListen.host
  ) {
    problems.push(
      `GATEHOUSE_LISTEN and GATEHOUSE_METRICS_LISTEN are both ${listen.host}:${listen.port}; give each its own port.`,
    );
  }
  const names = new Set(
    Object.values(databaseUrls).map((url) => new URL(addressesOf(url)[0]!).pathname),
  );
  if (names.size > 1) {
    problems.push(
      `The DATABASE_URL… settings name different databases: ${[...names].map((it) => it.slice(1)).join(', ')}.`,
    );
  }
  return problems;
}

function dataDirectory({
  environment,
  workingDirectory,
}: Pick<ConfigurationSource, 'environment' | 'workingDirectory'>): string {
  return path.resolve(
    workingDirectory,
    environment['GATEHOUSE_DATA']?.trim() || settings.GATEHOUSE_DATA,
  );
}

function looksLikeOurs(name: string): boolean {
  if (readElsewhere.includes(name) || name.startsWith(testPrefix)) return false;
  return /^(GATEHOUSE_|DATABASE_URL_|LEDGER_MARK|LEDGER_MIRROR|LEDGER_TIME|LEDGER_WITNESS)/.test(
    name,
  );
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

function isMistake<T>(value: T | Mistake): value is Mistake {
  return typeof value === 'object' && value !== null && 'problem' in value;
}
