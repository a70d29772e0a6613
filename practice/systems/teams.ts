import { fakeTeams } from '#connectors/teams/fake.ts';
import { newSecret, type Vendor, withoutAccounts } from './vendor.ts';

const host = 'meadow.a7.environment.api.powerplatform.com';
const path = '/powerautomate/automations/direct/workflows/w1/triggers/manual/paths/invoke';

export interface Channel {
  readonly name: string;
  /** The text of every message in it, the oldest first. */
  readonly posted: readonly string[];
}

/** Where IT operations reads along: one channel, into which a workflow posts. */
export function teams(): Vendor & { readonly channel: Channel } {
  const signature = `api-version=1&sig=${newSecret()}`;
  const { fetch, posted } = fakeTeams({ signature });
  const name = 'IT operations';
  return {
    ...withoutAccounts,
    hosts: [host],
    fetch,
    channel: { name, posted },
    connection: {
      id: 'teams',
      connector: 'teams',
      name: 'Microsoft Teams',
      settings: { channel: name, address: `https://${host}${path}`, signature },
    },
    about: `the channel ${name}, by a workflow`,
  };
}
