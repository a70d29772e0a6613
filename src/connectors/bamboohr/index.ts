import { connector } from '#connector-kit/contract.ts';
import { hostOf } from '#connector-kit/host-of.ts';
import { ConnectorError } from '#core/failure.ts';
import type { ShownRecord } from '#core/lifecycle.ts';
import { type BambooHr, type Employee, hidden, isNotFound, openBambooHr } from './api.ts';
import { changes } from './changes.ts';
import { jobsIn } from './jobs.ts';
import { recordOf } from './record.ts';
import { addressOf, settings } from './settings.ts';
import { hearDelivery, isEmployeeId, verifyDelivery } from './webhook.ts';

export const bambooHr = connector({
  id: 'bamboohr',
  name: 'BambooHR',
  category: 'hr',
  settings,
  hosts: (it) => [hostOf(addressOf(it))],
  open: openBambooHr,

  async check(client) {
    const company = new URL(addressOf(client.settings)).host;
    const me = await client.employee('0').catch((thrown: unknown) => {
      if (isNotFound(thrown)) return null; // a key whose owner is no employee
      throw thrown;
    });
    if (me === null) {
      await mustAnswer(client);
      return { actingAs: `an API key of ${company}`, scopes: null };
    }
    needAll(client, me);
    jobsIn(await client.jobRows(me.id));
    const name = [me['firstName'], me['lastName']].filter(Boolean).join(' ');
    return { actingAs: `${name || `employee ${me.id}`} at ${company}`, scopes: null };
  },

  // BambooHR's own sign-in ends by itself when an employment does.
  accounts: null,
  actions: [],

  people: { verify: verifyDelivery, hear: hearDelivery, read, changes },
});

async function read(client: BambooHr, personId: string): Promise<ShownRecord | null> {
  if (!isEmployeeId(personId)) {
    const detail = `"${personId}" is not the number of an employee in BambooHR.`;
    throw new ConnectorError({ kind: 'rejected', detail });
  }
  const current = await client.employee(personId).catch((thrown: unknown) => {
    if (isNotFound(thrown)) return null;
    throw thrown;
  });
  if (current === null) {
    await mustAnswer(client);
    return null;
  }
  const [future, rows, jobs] = await Promise.all([
    client.employee(personId, 'future'),
    client.statusRows(personId),
    client.jobRows(personId),
  ]);
  for (const answer of [current, future]) {
    if (answer.id !== personId) throw somebodyElse(personId, answer.id);
    needAll(client, answer);
  }
  const today = client.now().toISOString().slice(0, 10);
  return recordOf({ current, future, rows, jobs, today }, client.settings);
}

/** The address answers 404 for a wrong company too, so something is asked for that must be there. */
async function mustAnswer(client: BambooHr): Promise<void> {
  await client.changedSince(new Date(client.now().getTime() - 60_000).toISOString());
}

/** A field that is left out may hold anything, a termination date above all. */
function needAll(client: BambooHr, employee: Employee): void {
  const missing = client.neededFields.filter((name) => !(name in employee));
  if (missing.length > 0) throw hidden(employee.id, missing.join(', '));
}

const somebodyElse = (asked: string, answered: string) =>
  new ConnectorError({
    kind: 'unexpected',
    detail: `BambooHR was asked for employee ${asked} and answered with ${answered}.`,
  });
