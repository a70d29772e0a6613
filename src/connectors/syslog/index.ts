import { isIP } from 'node:net';
import { connector } from '#connector-kit/contract.ts';
import { type Client, openSyslog } from './client.ts';
import { deliverRecord } from './deliver-record.ts';
import { settings } from './settings.ts';

/** Sends records of cases to a syslog server or a SIEM. It takes them; it cannot be asked what it has. */
export const syslog = connector({
  id: 'syslog',
  name: 'Syslog, SIEM',
  category: 'other',
  settings,
  hosts: ({ host, port }) => [`${isIP(host) === 6 ? `[${host}]` : host}:${port}`],
  open: openSyslog,

  async check(client: Client) {
    await client.check();
    return { actingAs: `nobody in particular, at ${client.server}`, scopes: null };
  },

  accounts: null,
  actions: [],
  records: ({ hostname }) => ({ delivery: (record) => deliverRecord(record, hostname ?? null) }),
});
