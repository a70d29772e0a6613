import { fakeHiBob } from '#connectors/hibob/fake.ts';
import { newSecret, type Vendor, withoutAccounts } from './vendor.ts';

/** The HR system of a sister company: read every few minutes, and nobody leaves there today. */
export function hiBob(): Vendor {
  const [userId, token] = ['SERVICE-MEADOW', newSecret()];
  const today = () => new Date().toISOString().slice(0, 10);
  const startDate = '2019-08-26';
  const { fetch } = fakeHiBob(
    {
      '3332883854254932743': {
        ...{ firstName: 'Greta', surname: 'Vance', email: 'greta.vance@meadow-north.example' },
        ...{ country: 'Norway', employmentType: 'Permanent', startDate },
        lifecycle: [{ effectiveDate: startDate, status: 'employed' }],
        work: [{ effectiveDate: startDate, department: 'Sales', title: 'Lead', site: 'Oslo' }],
      },
    },
    { userId, token, today },
  );
  return {
    ...withoutAccounts,
    hosts: ['api.hibob.com'],
    fetch,
    connection: {
      id: 'hibob',
      connector: 'hibob',
      name: 'HiBob',
      settings: { serviceUserId: userId, serviceUserToken: token },
    },
    about: 'api.hibob.com, is read for departures; nobody leaves there today',
  };
}
