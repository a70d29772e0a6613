import { connector } from '#connector-kit/contract.ts';
import { ConnectorError } from '#core/failure.ts';
import { type Client, openClient } from './client.ts';
import { look, put, read } from './files.ts';
import { settings } from './settings.ts';

/** HR systems that can only write files: a folder of this server is looked at again and again. */
export const csvDrop = connector({
  id: 'csv-drop',
  name: 'Watched folder of CSV files',
  category: 'hr',
  settings,
  hosts: () => [],
  open: openClient,

  async check(client: Client) {
    await client.own('taking');
    return { actingAs: `whoever runs Gatehouse, in ${await client.find()}`, scopes: null };
  },

  accounts: null,
  actions: [],
  people: {
    verify: () => ({ kind: 'refused', because: 'This source takes files, and no messages.' }),
    hear() {
      throw new ConnectorError({ kind: 'rejected', detail: 'This source takes files.' });
    },
    files: { look, read, put },
  },
});
