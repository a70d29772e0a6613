import { connector } from '#connector-kit/contract.ts';
import { hostOf } from '#connector-kit/host-of.ts';
import { openSnipeIt } from './api.ts';
import { findHoldings, listHoldings } from './holdings.ts';
import { recoverAsset } from './recover-asset.ts';
import { removeLicence } from './remove-licence.ts';
import { settings } from './settings.ts';

/** The asset register Snipe-IT: who has which laptop, and which seat of which licence. */
export const snipeIt = connector({
  id: 'snipe-it',
  name: 'Snipe-IT',
  category: 'assets',
  settings,
  hosts: ({ address }) => [hostOf(address)],
  // Unless its administrator says otherwise. https://snipe-it.readme.io/reference/api-throttling
  allowed: { requests: 120, perSeconds: 60 },
  open: openSnipeIt,

  async check(client) {
    return { actingAs: (await client.me()).username, scopes: null };
  },

  accounts: { areAccess: false, find: findHoldings, list: listHoldings },
  actions: (it) => (it.what === 'equipment' ? [recoverAsset(it)] : [removeLicence]),
});
