import assert from 'node:assert/strict';
import type { z } from 'zod';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { openScim } from '#connectors/scim/api.ts';
import { settings } from '#connectors/scim/settings.ts';
import { ConnectorError, type Failure } from '#core/failure.ts';
import { atTheEnd } from '#core/testing/at-the-end.ts';
import { type ScimServer, type ScimServerOptions, startScimServer } from './scim.ts';

/** What the settings say beside address and token. */
export type Declared = Partial<z.input<typeof settings>>;

const running: ScimServer[] = [];
atTheEnd(() => Promise.all(running.map((it) => it.close())));

const person = (id: string, externalId: string) => ({
  id,
  userName: `${id}@acme.test`,
  externalId,
  displayName: id,
  emails: [{ value: `${id}@acme.test`, primary: true }],
});

/** Ada and Bob work in Engineering; Ada alone keeps the tea. */
export const people = [person('ada', 'E-1'), person('bob', 'E-2')];
export const groups = [
  { id: 'eng', displayName: 'Engineering', members: ['ada', 'bob'] },
  { id: 'ops', displayName: 'Operations', members: ['bob'] },
  { id: 'tea', displayName: 'Tea', members: ['ada'] },
];

/** A running server, and a client whose settings declare it; closed when the tests end. */
export async function practise(options: Partial<ScimServerOptions> = {}, declared: Declared = {}) {
  const server = await startScimServer({ token: 'letmein', users: people, groups, ...options });
  running.push(server);
  const settled = settings.parse({ baseUrl: server.url, token: 'letmein', ...declared });
  return {
    server,
    settings: settled,
    client: openScim(settled, loopbackIo),
    accountId: 'ada',
    data: () => ({ users: [...server.users.values()], groups: [...server.groups.values()] }),
  };
}

/** For `assert.rejects`: a failure of that kind that tells neither token nor person. */
export const failsAs = (kind: Failure['kind']) => (error: unknown) => {
  assert.ok(error instanceof ConnectorError);
  assert.equal(error.failure.kind, kind, error.message);
  assert.doesNotMatch(error.message, /letmein|@acme\.test/);
  return true;
};
