import { fakeJamf } from '#connectors/jamf/fake.ts';
import { newSecret, type Vendor, withoutAccounts } from './vendor.ts';

const host = 'meadow.jamfcloud.example';

/** The Macs of whoever sells, which are locked from afar. */
export function jamf(people: Vendor['people']): Vendor {
  const clientSecret = newSecret();
  const { fetch, commands } = fakeJamf({
    devices: people.map(({ personId, email, login }) => ({
      ...{ id: `mac-${personId}`, name: `${login.replace('.', '-')}-mac`, kind: 'computer' },
      email,
    })),
    ...{ clientId: 'gatehouse', clientSecret },
  });
  return {
    ...withoutAccounts,
    hosts: [host],
    fetch,
    people,
    connection: {
      id: 'jamf',
      connector: 'jamf',
      name: 'Jamf Pro',
      settings: { address: `https://${host}`, clientId: 'gatehouse', clientSecret, pin: '417203' },
    },
    about: `at ${host}, ${people.length} Macs`,
    held: ({ personId }) => commands.filter((it) => it.managementId === `mac-${personId}`),
  };
}
