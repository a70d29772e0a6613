import {
  type FakePerson,
  type FakePersonioOptions,
  fakePersonio,
} from '#connectors/personio/fake.ts';
import { serveFake } from './fake-server.ts';

/** Starts the small Personio as a server on this machine, with its people in memory. */
export async function startPersonioServer(
  persons: Record<string, FakePerson>,
  options: FakePersonioOptions,
) {
  const company = fakePersonio(persons, options);
  const server = await serveFake(company.fetch);
  return Object.assign(server, { persons: company.persons, endTokens: company.endTokens });
}
