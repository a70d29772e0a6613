import { conforming } from '#connector-kit/testing/conforming.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import type { ShownRecord } from '#core/lifecycle.ts';
import { collected } from './api.ts';
import { type FakeEmployment, type FakePerson, fakePersonio } from './fake.ts';
import { personio } from './index.ts';
import { settings } from './settings.ts';
import spec from './spec.json' with { type: 'json' };

// The company that the tests of reading and polling share.

export const credentials = { clientId: 'papi-client', clientSecret: 'papi-secret' };

export const employed = (change: Partial<FakeEmployment> = {}): FakeEmployment => ({
  ...{ id: 'e-1', status: 'ACTIVE', employment_start_date: '2019-08-26', type: 'INTERNAL' },
  ...{ title: 'Lead', supervisor: '7', office: '60302', department: '401' },
  ...change,
});
export const priya = (...employments: FakeEmployment[]): FakePerson => ({
  ...{ first_name: 'Priya', last_name: 'Nair', email: 'priya@meadow.example' },
  updated_at: '2026-11-20T15:46:43Z',
  employments: employments.length > 0 ? employments : [employed()],
});

export interface SetUp {
  readonly now?: string;
  readonly extra?: object;
  readonly others?: Record<string, FakePerson>;
}

/** A company with one person, 5005, whose requests and answers are held to the document. */
export function setUp(
  person: FakePerson,
  { now = '2026-12-01T09:00:00Z', extra = {}, others = {} }: SetUp = {},
) {
  const world = { now };
  const service = fakePersonio({ 5005: person, ...others }, credentials);
  const asked: string[] = [];
  const fetch = conforming(service.fetch, spec, null);
  const own = { ...credentials, ...extra };
  const client = personio.open(settings.parse(own), {
    ...loopbackIo,
    fetch: (input, init) => {
      const { pathname, search } = new URL(String(input));
      asked.push(pathname + decodeURIComponent(search));
      return fetch(input, init);
    },
    now: () => new Date(world.now),
  });
  const { read, changes } = personio.people!;
  return {
    ...service,
    world,
    asked,
    client,
    read: async (id = '5005') => (await read!(client, id)) as ShownRecord,
    changes: (cursor: string | null) => collected(changes!(client, cursor)),
  };
}
