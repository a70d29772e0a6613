import { type Account, connector, type PersonKeys } from '#connector-kit/contract.ts';
import { hostOf } from '#connector-kit/host-of.ts';
import { openSample, type SampleClient, type User } from './api.ts';
import { settings } from './settings.ts';
import { suspendAccount } from './suspend-account.ts';

/** What Sample is, in one sentence for whoever has never heard of it. */
export const sample = connector({
  id: 'sample',
  name: 'Sample',
  category: 'other',
  settings,
  hosts: ({ address }) => [hostOf(address)],
  open: openSample,

  async check(client) {
    return { actingAs: (await client.me()).email, scopes: null };
  },

  accounts: {
    find,
    async *list(client) {
      for await (const user of client.users()) yield toAccount(user);
    },
  },

  actions: [suspendAccount],
});

/** By the whole address: a search of the system may answer more than was asked for. */
async function find(client: SampleClient, { email }: PersonKeys): Promise<Account[]> {
  const wanted = email.trim().toLowerCase();
  const found: Account[] = [];
  for await (const user of client.users(email)) {
    if (user.email.toLowerCase() === wanted) found.push(toAccount(user));
  }
  return found;
}

const toAccount = ({ id, email, active }: User): Account => ({
  id,
  login: email,
  status: active ? 'active' : 'suspended',
  privileged: false,
  lastSeenAt: null,
});
