import { ConnectorError } from '#core/failure.ts';

/** One key that opens an account, in a file of the host. */
export interface Key {
  readonly file: string;
  /** Such as SHA256:…; the key itself never leaves the host. */
  readonly fingerprint: string;
  readonly type: string;
}

/** An account as one host shows it. */
export interface Shown {
  readonly name: string;
  readonly from: 'local' | 'directory';
  /** The day from which it is closed, counted from 1970; null: never. */
  readonly expires: number | null;
  /** Whether that day is over, so that sshd refuses keys and passwords alike. */
  readonly isBlocked: boolean;
  readonly groups: readonly string[];
  readonly keys: readonly Key[];
  /** Where else keys come from, such as `authorizedkeyscommand /usr/bin/sss_ssh_authorizedkeys`. */
  readonly otherKeys: readonly string[];
  /** The names of its processes. */
  readonly processes: readonly string[];
  /** What the host took from it, and can give back. */
  readonly taken: {
    readonly expiry: boolean;
    readonly files: readonly string[];
    readonly groups: readonly string[];
  };
}

/** Reads the lines with which the program on a host tells of accounts. */
export function accountsIn(lines: readonly string[], host: string): readonly Shown[] {
  const rows = lines.map((line) => {
    const [word = '', ...rest] = line.split(' ');
    return { word, rest, text: rest.join(' ') };
  });
  const of = (word: string) => rows.filter((it) => it.word === word);
  const texts = (word: string) =>
    of(word)
      .map((it) => it.text)
      .sort();
  const today = dayIn(of('today')[0]?.text, host);

  return of('account').map(({ rest: [name = '', , , from, day] }) => {
    if (from !== 'local' && from !== 'directory') throw noSense(host);
    const expires = day === 'never' ? null : dayIn(day, host);
    return {
      name,
      from,
      expires,
      isBlocked: from === 'local' && expires !== null && expires < today,
      groups: of('group')
        .filter((it) => it.rest[1] === name)
        .map((it) => it.rest[0]!)
        .sort(),
      keys: of('key')
        .map(({ rest: [fingerprint = '', type = '', ...file] }) => ({
          ...{ file: file.join(' '), fingerprint, type: type.replaceAll(/[()]/g, '') },
        }))
        .sort((a, b) => order(a.file, b.file) || order(a.fingerprint, b.fingerprint)),
      otherKeys: texts('other'),
      processes: texts('process'),
      taken: {
        expiry: of('kept-block').length > 0,
        files: texts('kept-keys'),
        groups: texts('kept-group'),
      },
    };
  });
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function dayIn(text: string | undefined, host: string): number {
  if (text === undefined || !/^\d{1,9}$/.test(text)) throw noSense(host);
  return Number(text);
}

const noSense = (host: string) =>
  new ConnectorError({
    kind: 'unexpected',
    detail: `${host}: gatehouse-host tells of accounts in a way that is not known here.`,
  });
