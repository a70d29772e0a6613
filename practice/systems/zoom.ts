import { type FakeZoomUser, fakeZoom } from '#connectors/zoom/fake.ts';
import { scopes } from '#connectors/zoom/scopes.ts';
import { byPerson, newSecret, type Vendor } from './vendor.ts';

/** Where whoever works with customers meets them. */
export function zoom(people: Vendor['people']): Vendor {
  const clientSecret = newSecret();
  const users = byPerson(
    people,
    ({ personId, email }): FakeZoomUser => ({
      id: `z-${personId}`,
      ...{ email, status: 'active', type: 2, roleId: '2', signedIn: true },
    }),
  );
  const { fetch } = fakeZoom({
    users: [...users.values()],
    ...{ accountId: 'A-meadow', clientId: 'gatehouse', clientSecret },
    granted: Object.values(scopes),
  });

  return {
    hosts: ['api.zoom.us', 'zoom.us'],
    fetch,
    people,
    connection: {
      id: 'zoom',
      connector: 'zoom',
      name: 'Zoom',
      settings: { accountId: 'A-meadow', clientId: 'gatehouse', clientSecret },
    },
    about: `api.zoom.us, ${users.size} people`,
    look({ personId }) {
      const it = users.get(personId);
      if (!it) return [];
      const answered = `${it.status}, ${it.signedIn ? 'signed in' : 'signed out'}`;
      return [{ login: it.email, open: it.status === 'active', asked: 'status', answered }];
    },
    held: ({ personId }) => users.get(personId),
  };
}
