import { conforming } from '#connector-kit/testing/conforming.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import type { ShownRecord } from '#core/lifecycle.ts';
import { type FakeEmployee, type FakeStatus, fakeHiBob } from './fake.ts';
import { hiBob } from './index.ts';
import { settings } from './settings.ts';
import spec from './spec.json' with { type: 'json' };

// The company that the tests of reading and polling share.

export const id = '3332883854254932743';
export const credentials = { userId: 'SERVICE-1', token: 'a token' };

export const employed = (effectiveDate: string): FakeStatus => ({
  effectiveDate,
  status: 'employed',
});
export const ended = (effectiveDate: string, reason?: string): FakeStatus => ({
  effectiveDate,
  status: 'terminated',
  ...(reason === undefined ? {} : { reason }),
});
export const gardenLeave = (effectiveDate: string): FakeStatus => ({
  effectiveDate,
  status: 'garden leave',
});
/** Somebody employed since 2019, with whatever statuses came later. */
export const priya = (...later: FakeStatus[]): FakeEmployee => ({
  firstName: 'Priya',
  surname: 'Nair',
  email: 'priya@meadow.example',
  privateEmail: 'p@home.example',
  country: 'Germany',
  employmentType: 'Permanent',
  startDate: '2019-08-26',
  lifecycle: [employed('2019-08-26'), ...later],
  work: [{ effectiveDate: '2019-08-26', department: 'Sales', title: 'Lead', site: 'Berlin' }],
});

export interface SetUp {
  readonly now?: string;
  readonly extra?: object;
  readonly others?: Record<string, FakeEmployee>;
}

/** A company with one employee whose requests and answers are held to the document. */
export function setUp(
  employee: FakeEmployee,
  { now = '2026-12-01T09:00:00Z', extra = {}, others = {} }: SetUp = {},
) {
  const world = { now };
  const service = fakeHiBob(
    { [id]: employee, ...others },
    { ...credentials, today: () => world.now.slice(0, 10) },
  );
  const { userId: serviceUserId, token: serviceUserToken } = credentials;
  const asked: string[] = [];
  const fetch = conforming(service.fetch, spec, null);
  const client = hiBob.open(settings.parse({ serviceUserId, serviceUserToken, ...extra }), {
    ...loopbackIo,
    fetch: (input, init) => {
      asked.push(new URL(String(input)).pathname);
      return fetch(input, init);
    },
    now: () => new Date(world.now),
  });
  const { read, changes } = hiBob.people!;
  return {
    ...service,
    world,
    asked,
    client,
    read: async (of = id) => (await read!(client, of)) as ShownRecord,
    async changes(cursor: string | null) {
      const hints = [];
      for await (const hint of changes!(client, cursor)) hints.push(hint);
      return hints;
    },
  };
}
