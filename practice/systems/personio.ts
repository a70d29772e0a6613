import { fakePersonio } from '#connectors/personio/fake.ts';
import { newSecret, type Vendor, withoutAccounts } from './vendor.ts';

/** The HR system of another sister company: read every few minutes, and nobody leaves there today. */
export function personio(): Vendor {
  const [clientId, clientSecret] = ['papi-meadow', newSecret()];
  const { fetch } = fakePersonio(
    {
      '101': {
        ...{ first_name: 'Jonas', last_name: 'Brandt', email: 'jonas.brandt@meadow-west.example' },
        updated_at: '2026-01-05T09:00:00.000Z',
        employments: [
          {
            ...{ id: 'a1', status: 'ACTIVE', type: 'INTERNAL' },
            ...{ employment_start_date: '2021-03-01', title: 'Buyer' },
          },
        ],
      },
    },
    { clientId, clientSecret },
  );
  return {
    ...withoutAccounts,
    hosts: ['api.personio.de'],
    fetch,
    connection: {
      id: 'personio',
      connector: 'personio',
      name: 'Personio',
      settings: { clientId, clientSecret },
    },
    about: 'api.personio.de, is read for departures; nobody leaves there today',
  };
}
