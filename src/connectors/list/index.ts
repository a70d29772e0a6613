import { connector, type Io } from '#connector-kit/contract.ts';
import { recoverAsset } from './recover-asset.ts';
import { type Client, findRows, listRows, newest } from './rows.ts';
import { type Settings, settings } from './settings.ts';
import { suspendAccount } from './suspend-account.ts';

/** A system that offers nothing but a list, which somebody uploads every now and then. */
export const list = connector({
  id: 'list',
  name: 'Uploaded list',
  category: 'other',
  settings,
  hosts: () => [],
  open: (settings: Settings, io: Io): Client => ({ settings, io }),

  async check(client) {
    const { rows, uploadedAt } = await newest(client);
    const of = uploadedAt.toISOString().slice(0, 10);
    return { actingAs: `a list of ${rows} rows of ${of}`, scopes: null };
  },

  accounts: {
    areAccess: ({ what }) => what === 'accounts',
    find: findRows,
    list: listRows,
  },
  actions: (it) => (it.what === 'equipment' ? [recoverAsset(it)] : [suspendAccount(it)]),
  takesList: ({ what }) => what,
});
