import assert from 'node:assert/strict';
import { conforming } from '#connector-kit/testing/conforming.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { ConnectorError, type Failure } from '#core/failure.ts';
import { type FakeEmployee, type FakeStatus, fakeBambooHr } from './fake.ts';
import { bambooHr } from './index.ts';
import { settings } from './settings.ts';
import spec from './spec.json' with { type: 'json' };

// The company that the tests of reading and polling share.

const hired: FakeStatus = { date: '2019-08-26', employmentStatus: 'Full-Time' };
export const ended = (date: string, type = 'Resignation (Voluntary)', reason = ''): FakeStatus => ({
  date,
  employmentStatus: 'Terminated',
  terminationTypeId: type,
  terminationReasonId: reason,
});
/** Employee 42, hired in 2019, with whatever statuses came later. */
export const priya = (...later: FakeStatus[]): FakeEmployee => ({
  fields: {
    firstName: 'Priya',
    lastName: 'Nair',
    preferredName: null,
    workEmail: 'priya@meadow.example',
    homeEmail: 'p@home.example',
    hireDate: '2019-08-26',
    department: 'Sales',
    jobTitleName: 'Lead',
    location: 'Berlin',
    country: 'Germany',
    state: 'BE',
    reportsToId: '7',
    customLastDay: '0000-00-00',
    customAccessEnds: '',
  },
  history: [hired, ...later],
  changedAt: '2026-11-20T15:46:43+00:00',
});

export interface SetUp {
  readonly today?: string;
  readonly extra?: object;
  readonly others?: Record<string, FakeEmployee>;
}

/** A company with one employee, 42, whose requests and answers are held to the document. */
export function setUp(
  employee: FakeEmployee,
  { today = '2026-12-01', extra = {}, others = {} }: SetUp = {},
) {
  const world = { today };
  const service = fakeBambooHr(
    { 42: employee, ...others },
    { apiKey: 'a key', today: () => world.today, keyOwner: '42' },
  );
  const asked: string[] = [];
  const fetch = conforming(service.fetch, spec, null);
  const client = bambooHr.open(settings.parse({ company: 'meadow', apiKey: 'a key', ...extra }), {
    ...loopbackIo,
    fetch: (input, init) => {
      asked.push(String(input));
      return fetch(input, init);
    },
    now: () => new Date(`${world.today}T09:00:00Z`),
  });
  return {
    ...service,
    world,
    asked,
    client,
    read: (id = '42') => bambooHr.people!.read!(client, id),
    changes: (cursor: string | null) => collected(bambooHr.people!.changes!(client, cursor)),
  };
}

/** How a call failed; it must. */
export async function failureOf(asking: Promise<unknown>): Promise<Failure> {
  try {
    await asking;
  } catch (thrown) {
    if (thrown instanceof ConnectorError) return thrown.failure;
    throw thrown;
  }
  assert.fail('nothing went wrong');
}

/** A client for which every request gets the same kind of answer. */
export const answering = (answer: (url: string) => Response) =>
  bambooHr.open(settings.parse({ company: 'meadow', apiKey: 'a key' }), {
    ...loopbackIo,
    fetch: async (input) => answer(String(input)),
  });

export async function collected<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
