import { ConnectorError } from '#core/failure.ts';

/** One client that is connected. */
export interface Session {
  /** Never used twice while the server runs. */
  readonly id: number;
  /** The common name of the certificate, and the user name where one was given. */
  readonly names: readonly string[];
  /** Seconds since 1970. */
  readonly since: number;
}

const columns = ['Common Name', 'Username', 'Client ID', 'Connected Since (time_t)'] as const;

/** Reads the answer to `status 3`, whose columns are named and parted by tabs. */
export function sessionsIn(lines: readonly string[], server: string): readonly Session[] {
  const rows = lines.map((line) => line.split('\t'));
  const header = rows.find(([kind, of]) => kind === 'HEADER' && of === 'CLIENT_LIST')?.slice(1);
  const places = columns.map((it) => header?.indexOf(it) ?? -1);
  if (places.includes(-1)) {
    throw noSense(`${server} tells of no clients. Is it a server, and OpenVPN 2.4 or newer?`);
  }
  return rows
    .filter(([kind]) => kind === 'CLIENT_LIST')
    .map((row) => {
      const [commonName = '', userName = '', id = '', since = ''] = places.map((at) => row[at]);
      if (!/^\d+$/.test(id) || !/^\d+$/.test(since)) {
        throw noSense(`${server} tells of a client in a way that is not known here.`);
      }
      const names = [commonName, userName].filter((it) => it !== '' && it !== 'UNDEF');
      return { id: Number(id), names, since: Number(since) };
    });
}

const noSense = (detail: string) => new ConnectorError({ kind: 'unexpected', detail });
