import { type FakeEmployee, fakeGusto } from '#connectors/gusto/fake.ts';
import { byPerson, newSecret, type Vendor, withoutAccounts } from './vendor.ts';

const company = '7b1d0df1-6403-4a06-8768-c1dd7d24d27a';

/** Payroll: it closes no door, and ends the pay. */
export function gusto(people: Vendor['people']): Vendor {
  const token = newSecret();
  const employees = byPerson(people, ({ personId, name, email }): FakeEmployee => {
    const [firstName = '', ...rest] = name.split(' ');
    return {
      uuid: `pay-${personId}`,
      ...{ firstName, lastName: rest.join(' '), workEmail: email, terminations: [] },
    };
  });
  const today = () => new Date().toISOString().slice(0, 10);
  const { fetch } = fakeGusto([...employees.values()], { company, token, today });
  return {
    ...withoutAccounts,
    hosts: ['api.gusto.com'],
    fetch,
    people,
    connection: {
      id: 'gusto',
      connector: 'gusto',
      name: 'Gusto',
      settings: { company, accessToken: token },
    },
    about: `api.gusto.com, pays ${employees.size} people`,
    held: ({ personId }) => employees.get(personId),
  };
}
