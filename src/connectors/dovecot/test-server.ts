import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { openDovecot } from './api.ts';
import { type FakeOptions, type FakePerson, fakeDovecot, fakePerson } from './fake.ts';
import { type Settings, settings } from './settings.ts';

export const connection = (more: Partial<Settings> = {}): Settings =>
  settings.parse({ address: 'https://mail.meadow.test:8443', apiKey: 'a key', ...more });

/** A new server with Priya on it, and Sam, who may take over. */
export function setUp(
  priya: Partial<FakePerson> = {},
  options: Partial<FakeOptions> = {},
  more: Partial<Settings> = {},
) {
  const person = fakePerson(priya);
  const { fetch, people } = fakeDovecot({
    ...options,
    people: {
      'priya@meadow.example': person,
      'sam@meadow.example': fakePerson(),
      ...options.people,
    },
  });
  return {
    client: openDovecot(connection(more), { ...loopbackIo, fetch }),
    person,
    data: people,
    accountId: 'priya@meadow.example',
  };
}
