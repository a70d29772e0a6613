import { parse } from 'yaml';
import { nearest } from '#core/nearest.ts';

/** Every setting, with the default that stands in `docs/operate/configuration.md`. */
export const settings = {
  GATEHOUSE_DATA: './data',
  GATEHOUSE_LISTEN: '127.0.0.1:8080',
  GATEHOUSE_METRICS_LISTEN: '127.0.0.1:8081',
  GATEHOUSE_TRACES_TO: 'none',
  GATEHOUSE_PUBLIC_URL: 'the listen address, by the name localhost',
  GATEHOUSE_TRUSTED_PROXIES: 'none',
  GATEHOUSE_DETOURS: 'none',
  DATABASE_URL: 'embedded',
  DATABASE_URL_WEB: 'made from DATABASE_URL',
  DATABASE_URL_WORK: 'made from DATABASE_URL',
  DATABASE_URL_SCRIBE: 'made from DATABASE_URL',
  GATEHOUSE_KEYS: '<data>/keys',
  GATEHOUSE_RECORDS: '<data>/records',
  GATEHOUSE_DROP: '<data>/drop',
  LEDGER_MARK_DIR: '<data>/mark',
  LEDGER_MIRROR: 'none',
  LEDGER_MIRROR_ENDPOINT: 'Amazon S3 in that region',
  LEDGER_MIRROR_REGION: 'us-east-1',
  LEDGER_MIRROR_ACCESS_KEY_ID: 'none',
  LEDGER_MIRROR_SECRET_ACCESS_KEY: 'none',
  LEDGER_MIRROR_LOCK: 'none',
  LEDGER_TIME_STAMPS: 'none',
  LEDGER_WITNESSES: 'none',
  LEDGER_WITNESS_QUORUM: 'none',
  LEDGER_WITNESS_MINUTES: '10',
} as const;
export type Setting = keyof typeof settings;

export function isSetting(name: string): name is Setting {
  return Object.hasOwn(settings, name);
}

/** `GATEHOUSE_LISTEN` is `listen` in the file, `DATABASE_URL` is `database_url`. */
export function nameInFile(setting: Setting): string {
  return setting.replace(/^GATEHOUSE_/, '').toLowerCase();
}

/**
 * Reads the settings in `gatehouse.yaml` under their full names; a list becomes one text with
 * commas. The data directory is not among them, since the file lies in it.
 */
export function fileSettings(file: string | undefined, problems: string[]): Map<Setting, string> {
  const result = new Map<Setting, string>();
  const names = new Map(
    Object.keys(settings)
      .filter(isSetting)
      .filter((setting) => setting !== 'GATEHOUSE_DATA')
      .map((setting) => [nameInFile(setting), setting]),
  );
  for (const [key, value] of Object.entries(content(file, problems))) {
    const setting = names.get(key);
    const text = asText(value);
    if (setting === undefined) {
      problems.push(unknownName(key, names.keys(), 'setting in gatehouse.yaml'));
    } else if (text === undefined) {
      problems.push(`${key} in gatehouse.yaml is neither a text nor a list of texts.`);
    } else if (text !== '') {
      result.set(setting, text);
    }
  }
  return result;
}

function content(file: string | undefined, problems: string[]): object {
  if (file === undefined) return {};
  let parsed: unknown;
  try {
    parsed = parse(file);
  } catch (error) {
    // The first line says what and where; those below quote the file, which may hold a password.
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    problems.push(`gatehouse.yaml is not readable as YAML: ${reason}`);
    return {};
  }
  if (parsed === null) return {};
  if (typeof parsed === 'object' && !Array.isArray(parsed)) return parsed;
  problems.push('gatehouse.yaml holds no settings; expected lines such as "listen: 127.0.0.1:80".');
  return {};
}

function asText(value: unknown): string | undefined {
  if (value === null) return '';
  if (typeof value === 'string') return value.trim();
  if (Array.isArray(value) && value.every((it) => typeof it === 'string')) return value.join(',');
  return undefined;
}

/** The sentence about a name that is none, with the one that was probably meant. */
export function unknownName(name: string, known: Iterable<string>, what: string): string {
  const meant = nearest(name, known);
  const hint =
    meant === null ? 'docs/operate/configuration.md lists them all.' : `Did you mean ${meant}?`;
  return `${name} is not a ${what} that Gatehouse knows. ${hint}`;
}
