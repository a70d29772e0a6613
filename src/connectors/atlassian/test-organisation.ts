import { conforming } from '#connector-kit/testing/conforming.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { openAtlassian } from './api.ts';
import { type FakeAtlassianOptions, type FakeMember, fakeAtlassian } from './fake.ts';
import { settings } from './settings.ts';
import spec from './spec.json' with { type: 'json' };

/** A new organisation with Priya in it, held to Atlassian’s documents. */
export function setUp(
  priya: Partial<FakeMember> = {},
  options: Partial<FakeAtlassianOptions> = {},
) {
  const member: FakeMember = {
    ...{ accountId: '557057:priya', email: 'priya.nair@meadow.example' },
    ...priya,
  };
  const { members = [] } = options;
  const service = fakeAtlassian({ ...options, members: [...members, member] });
  const client = openAtlassian(settings.parse({ organisationId: 'org', apiKey: 'a key' }), {
    ...loopbackIo,
    fetch: conforming(service.fetch, spec, null),
  });
  return { ...service, client, member, data: service.members, accountId: member.accountId };
}
