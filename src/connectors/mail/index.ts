import { isIP } from 'node:net';
import { connector } from '#connector-kit/contract.ts';
import { type Client, openMail } from './client.ts';
import { deliverRecord } from './deliver-record.ts';
import { settings } from './settings.ts';

/** A mail server that takes our messages to people. It holds no accounts that we look at. */
export const mail = connector({
  id: 'mail',
  name: 'Mail (SMTP)',
  category: 'mail',
  settings,
  hosts: ({ host, port }) => [`${isIP(host) === 6 ? `[${host}]` : host}:${port}`],
  open: openMail,

  async check(client: Client) {
    await client.verify();
    const { user, host } = client.settings;
    return { actingAs: user ?? `nobody in particular, at ${host}`, scopes: null };
  },

  accounts: null,
  actions: [],
  records: ({ recordsTo }) =>
    recordsTo === undefined ? null : { delivery: (record) => deliverRecord(record, recordsTo) },
  mail: { send: (client, message) => client.send(message) },
});
