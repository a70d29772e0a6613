import { conforming } from '#connector-kit/testing/conforming.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { openJumpCloud } from './api.ts';
import { type FakeJumpCloudOptions, type FakeUser, fakeJumpCloud } from './fake.ts';
import { type Settings, settings } from './settings.ts';
import spec from './spec.json' with { type: 'json' };

/** A new directory with Priya in it, held to JumpCloud’s documents. */
export function setUp(
  priya: Partial<FakeUser> = {},
  options: Partial<FakeJumpCloudOptions> = {},
  more: Partial<Settings> = {},
) {
  const user: FakeUser = { id: 'priya', username: 'priya.nair@meadow.example', ...priya };
  const { users = [] } = options;
  const service = fakeJumpCloud({ ...options, users: [...users, user] });
  const client = openJumpCloud(settings.parse({ apiKey: 'a key', ...more }), {
    ...loopbackIo,
    fetch: conforming(service.fetch, spec, null),
  });
  return { ...service, client, user, data: service.users, accountId: user.id };
}
