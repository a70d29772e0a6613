import { type Account, connector } from '#connector-kit/contract.ts';
import { hostOf } from '#connector-kit/host-of.ts';
import { type Jamf, openJamf } from './api.ts';
import { lockDevices } from './lock-devices.ts';
import { settings } from './settings.ts';
import { wipeDevices } from './wipe-devices.ts';

/** Macs, phones and tablets in Jamf Pro. An account is whoever is entered as the user of a device. */
export const jamf = connector({
  id: 'jamf',
  name: 'Jamf Pro',
  category: 'device',
  settings,
  hosts: ({ address }) => [hostOf(address)],
  open: openJamf,

  async check(client) {
    client.pin();
    await client.check();
    return { actingAs: `API client ${client.settings.clientId}`, scopes: null };
  },

  accounts: {
    // A device is not signed in to there; what a person has is to be got back, locked or erased.
    areAccess: false,
    async find(client, { email }) {
      const devices = await client.devicesOf(email);
      return devices.length === 0 ? [] : [toAccount(email)];
    },
    list: listed,
  },

  actions: [lockDevices, wipeDevices],
});

/** Each address once, though somebody has several devices. */
async function* listed(client: Jamf): AsyncIterable<Account> {
  const seen = new Set<string>();
  for await (const { email } of client.devices()) {
    const it = toAccount(email);
    if (email === '' || seen.has(it.id)) continue;
    seen.add(it.id);
    yield it;
  }
}

const toAccount = (email: string): Account => ({
  id: email.toLowerCase(),
  login: email.toLowerCase(),
  status: 'active',
  privileged: false,
  lastSeenAt: null,
});
