import {
  type FakeBambooHrOptions,
  type FakeEmployee,
  fakeBambooHr,
} from '#connectors/bamboohr/fake.ts';
import { serveFake } from './fake-server.ts';

export type { FakeEmployee };

export interface BambooHrServerOptions extends FakeBambooHrOptions {
  /** Default: any free port. */
  readonly port?: number;
  /** By their number. */
  readonly employees?: Record<string, FakeEmployee>;
}

export type BambooHrServer = Awaited<ReturnType<typeof startBambooHrServer>>;

/** Starts the small BambooHR as a server on this machine, with its people in memory. */
export async function startBambooHrServer({ port, employees = {}, ...it }: BambooHrServerOptions) {
  const company = fakeBambooHr(employees, it);
  const server = await serveFake(company.fetch, port);
  return Object.assign(server, { employees: company.employees, remove: company.remove });
}
