import { fakeJira } from '#connectors/jira/fake.ts';
import { newSecret, type Vendor, withoutAccounts } from './vendor.ts';

const host = 'meadow.atlassian.net';

/** Where IT plans its work: a ticket for each departure stands here as well. */
export function jira(): Vendor {
  const settings = { email: 'gatehouse@meadow.example', token: newSecret(), project: 'IT' };
  const { fetch } = fakeJira(settings);
  return {
    ...withoutAccounts,
    hosts: [host],
    fetch,
    connection: {
      id: 'jira',
      connector: 'jira',
      name: 'Jira',
      settings: { ...settings, site: `https://${host}` },
    },
    about: `at ${host}, keeps tickets`,
  };
}
