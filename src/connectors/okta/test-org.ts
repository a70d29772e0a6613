import { conforming } from '#connector-kit/testing/conforming.ts';
import type { ApiSpec } from '#connector-kit/testing/document-operations.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { openOkta } from './api.ts';
import { type FakeOktaOptions, type FakeUser, fakeOkta } from './fake.ts';
import { scopes } from './scopes.ts';
import { settings } from './settings.ts';
import spec from './spec.json' with { type: 'json' };

/**
 * The document gives one enrollment as the answer of a call that lists them, while its own example
 * and Okta itself answer the list.
 */
const enrollments = '/api/v1/users/{userId}/authenticator-enrollments';
const listed = { type: 'array', items: { $ref: '#/components/schemas/AuthenticatorEnrollment' } };
export const corrected: ApiSpec = {
  ...spec,
  paths: {
    ...spec.paths,
    [enrollments]: {
      get: {
        ...spec.paths[enrollments].get,
        responses: { 200: { content: { 'application/json': { schema: listed } } } },
      },
    },
  },
};

export const connection = settings.parse({ orgUrl: 'https://meadow.okta.test', token: 'a token' });

/** An organisation with Priya in it. `declared`: what may be asked of Okta; default: all that the connector names. */
export function setUp(
  priya: Partial<FakeUser> = {},
  options: Partial<FakeOktaOptions> = {},
  declared: readonly string[] = Object.values(scopes),
) {
  const user: FakeUser = { id: 'priya', login: 'Priya.Nair@meadow.example', ...priya };
  const { users = [] } = options;
  const service = fakeOkta({ ...options, users: [...users, user] });
  const client = openOkta(connection, {
    ...loopbackIo,
    fetch: conforming(service.fetch, corrected, declared),
  });
  return { ...service, client, user, data: service.users, accountId: 'priya' };
}
