import { type FakeTailscaleUser, fakeTailscale } from '#connectors/tailscale/fake.ts';
import { byPerson, newSecret, type Vendor } from './vendor.ts';

/** The way into the network for whoever is on the road. */
export function tailscale(people: Vendor['people']): Vendor {
  const clientSecret = newSecret();
  const users = byPerson(
    people,
    ({ personId, email }): FakeTailscaleUser => ({ id: `ts-${personId}`, loginName: email }),
  );
  const owner: FakeTailscaleUser = {
    ...{ id: 'ts-owner', loginName: 'network@meadow.example', role: 'owner' },
  };
  const { fetch, devices, keys } = fakeTailscale({
    users: [owner, ...users.values()],
    devices: people.map(({ personId, email, login }) => ({
      ...{ nodeId: `n-${personId}`, user: email, hostname: `${login.replace('.', '-')}-laptop` },
      expires: '2027-05-01T08:00:00Z',
    })),
    keys: people.map(({ personId }) => ({
      ...{ id: `k-${personId}`, keyType: 'api', userId: `ts-${personId}`, description: 'exports' },
    })),
    ...{ clientId: 'gatehouse', clientSecret },
  });
  const of = (personId: string, email: string) => ({
    devices: devices.filter(({ user }) => user === email),
    keys: keys.filter(({ userId }) => userId === `ts-${personId}`),
  });

  return {
    hosts: ['api.tailscale.com'],
    fetch,
    people,
    connection: {
      id: 'tailscale',
      connector: 'tailscale',
      name: 'Tailscale',
      settings: { clientId: 'gatehouse', clientSecret },
    },
    about: `api.tailscale.com, ${users.size} people, a device each`,
    look({ personId, email }) {
      const it = users.get(personId);
      if (!it) return [];
      const status = it.status ?? 'active';
      const answered = `${status}, ${of(personId, email).keys.length} keys`;
      return [{ login: it.loginName, open: status === 'active', asked: 'status', answered }];
    },
    held: ({ personId, email }) => [users.get(personId), of(personId, email)],
  };
}
