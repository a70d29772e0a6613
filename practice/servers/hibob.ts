import { type FakeEmployee, type FakeHiBobOptions, fakeHiBob } from '#connectors/hibob/fake.ts';
import { serveFake } from './fake-server.ts';

/** Starts the small HiBob as a server on this machine, with its people in memory. */
export async function startHiBobServer(
  employees: Record<string, FakeEmployee>,
  options: FakeHiBobOptions,
) {
  const company = fakeHiBob(employees, options);
  const server = await serveFake(company.fetch);
  return Object.assign(server, { employees: company.employees });
}
