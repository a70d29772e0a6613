import { fakeServiceNow } from '#connectors/servicenow/fake.ts';
import { newSecret, type Vendor, withoutAccounts } from './vendor.ts';

const host = 'meadow.service-now.com';

/** Where Facilities keeps its incidents. */
export function serviceNow(): Vendor {
  const settings = { user: 'gatehouse', password: newSecret(), table: 'incident' };
  const { fetch } = fakeServiceNow(settings);
  return {
    ...withoutAccounts,
    hosts: [host],
    fetch,
    connection: {
      id: 'servicenow',
      connector: 'servicenow',
      name: 'ServiceNow',
      settings: { ...settings, instance: `https://${host}` },
    },
    about: `at ${host}, keeps tickets`,
  };
}
