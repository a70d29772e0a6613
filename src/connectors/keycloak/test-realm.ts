import { conforming } from '#connector-kit/testing/conforming.ts';
import type { ApiSpec } from '#connector-kit/testing/document-operations.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { openKeycloak } from './api.ts';
import { type FakeKeycloakOptions, fakeKeycloak } from './fake.ts';
import type { FakeUser } from './fake-records.ts';
import { type Settings, settings } from './settings.ts';
import spec from './spec.json' with { type: 'json' };

const groupsOfRole =
  '/admin/realms/{realm}/clients/{client-uuid}/roles/{role-name}/groups' as const;
const listed = { type: 'array', items: { $ref: '#/components/schemas/GroupRepresentation' } };

/** The document gives users as the answer of a call that lists the groups with a role. */
export const corrected: ApiSpec = {
  ...spec,
  paths: {
    ...spec.paths,
    [groupsOfRole]: {
      get: {
        ...spec.paths[groupsOfRole].get,
        responses: { 200: { content: { 'application/json': { schema: listed } } } },
      },
    },
  },
};

let realms = 0;

/** A new realm with Priya in it, held to Keycloak's document. */
export function setUp(
  priya: Partial<FakeUser> = {},
  options: Partial<FakeKeycloakOptions> = {},
  more: Partial<Settings> = {},
) {
  // Access tokens are kept by what they were asked with.
  realms += 1;
  const secret = `secret ${realms}`;
  const user: FakeUser = { id: 'priya', username: 'priya.nair@meadow.example', ...priya };
  const { users = [] } = options;
  const service = fakeKeycloak({ secret, ...options, users: [...users, user] });
  const strict = conforming(service.fetch, corrected, null);
  const client = openKeycloak(
    settings.parse({
      ...{ address: 'https://id.meadow.test/', realm: 'meadow', clientId: 'gatehouse' },
      clientSecret: secret,
      ...more,
    }),
    {
      ...loopbackIo,
      // The document is of the admin API; access tokens are another part of Keycloak.
      fetch: (input, init) =>
        String(input).includes('/protocol/') ? service.fetch(input, init) : strict(input, init),
    },
  );
  return { ...service, client, user, data: service.users, accountId: user.id };
}
