import { connector } from '#connector-kit/contract.ts';
import { hostOf } from '#connector-kit/host-of.ts';
import { ConnectorError } from '#core/failure.ts';
import type { ShownRecord } from '#core/lifecycle.ts';
import { type HiBob, openHiBob } from './api.ts';
import { changes } from './changes.ts';
import { needAll } from './fields.ts';
import { jobsOf } from './jobs.ts';
import { recordOf } from './record.ts';
import { addressOf, settings } from './settings.ts';
import { hearDelivery, isEmployeeId, verifyDelivery } from './webhook.ts';

export const hiBob = connector({
  id: 'hibob',
  name: 'HiBob',
  category: 'hr',
  settings,
  hosts: (it) => [hostOf(addressOf(it))],
  open: openHiBob,

  async check(client) {
    const everybody = await client.everybody();
    const [first] = everybody;
    if (first === undefined) throw nobody;
    await read(client, first.id);
    const { serviceUserId } = client.settings;
    return {
      actingAs: `${serviceUserId} of HiBob, which may see ${everybody.length} people`,
      scopes: null,
    };
  },

  // Bob's own sign-in ends by itself when an employment does.
  accounts: null,
  actions: [],

  people: { verify: verifyDelivery, hear: hearDelivery, read, changes },
});

async function read(client: HiBob, personId: string): Promise<ShownRecord | null> {
  if (!isEmployeeId(personId)) {
    const detail = `"${personId}" is not the number of an employee in HiBob.`;
    throw new ConnectorError({ kind: 'rejected', detail });
  }
  const employee = await client.employee(personId);
  if (employee === null) return null;
  if (employee.id !== personId) throw somebodyElse(personId, employee.id);
  needAll(employee, client.neededFields);
  const [lifecycle, work] = await Promise.all([client.lifecycle(personId), client.work(personId)]);
  const jobs = await jobsOf(client, personId, work);
  return recordOf({ employee, lifecycle, jobs, now: client.now() }, client.settings);
}

const nobody = new ConnectorError({
  kind: 'forbidden',
  detail:
    'The service user may see nobody. Give its permission group access to the data of all ' +
    'employees, those who left and those to come included.',
});

const somebodyElse = (asked: string, answered: string) =>
  new ConnectorError({
    kind: 'unexpected',
    detail: `HiBob was asked for employee ${asked} and answered with ${answered}.`,
  });
