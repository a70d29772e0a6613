import { connector } from '#connector-kit/contract.ts';
import { hostOf } from '#connector-kit/host-of.ts';
import { ConnectorError } from '#core/failure.ts';
import type { ShownRecord } from '#core/lifecycle.ts';
import { openPersonio, type Personio } from './api.ts';
import { changes } from './changes.ts';
import { recordOf } from './record.ts';
import { addressOf, settings } from './settings.ts';
import { hearDelivery, isPersonId, verifyDelivery } from './webhook.ts';

export const personio = connector({
  id: 'personio',
  name: 'Personio',
  category: 'hr',
  settings,
  hosts: (it) => [hostOf(addressOf(it))],
  open: openPersonio,

  async check(client) {
    for await (const { id } of client.persons(null)) {
      await read(client, id);
      return {
        actingAs: `API credentials ${client.settings.clientId} of Personio`,
        scopes: await client.granted(),
      };
    }
    throw nobody;
  },

  // Personio's own sign-in ends by itself when an employment does.
  accounts: null,
  actions: [],

  people: { verify: verifyDelivery, hear: hearDelivery, read, changes },
});

async function read(client: Personio, personId: string): Promise<ShownRecord | null> {
  if (!isPersonId(personId)) {
    const detail = `"${personId}" is not the id of a person in Personio.`;
    throw new ConnectorError({ kind: 'rejected', detail });
  }
  const person = await client.person(personId);
  if (person === null) return null;
  if (person.id !== personId) throw somebodyElse(personId, person.id);
  const employments = await client.employments(personId);
  return recordOf({ person, employments, now: client.now() }, client.settings);
}

const nobody = new ConnectorError({
  kind: 'forbidden',
  detail: 'The API credentials may see nobody. Give them the right to read persons.',
});

const somebodyElse = (asked: string, answered: string) =>
  new ConnectorError({
    kind: 'unexpected',
    detail: `Personio was asked for person ${asked} and answered with ${answered}.`,
  });
