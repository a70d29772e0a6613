import { connector } from '#connector-kit/contract.ts';
import { hostOf } from '#connector-kit/host-of.ts';
import { openJira } from './api.ts';
import { deliverRecord } from './deliver-record.ts';
import { settings } from './settings.ts';
import { tickets } from './tickets.ts';

/** Jira and Jira Service Management in the cloud, as a place for tickets and records. */
export const jira = connector({
  id: 'jira',
  name: 'Jira',
  category: 'ticketing',
  settings,
  hosts: ({ site }) => [hostOf(site)],
  open: openJira,

  async check(client) {
    const { displayName } = await client.myself();
    const { site, project } = client.settings;
    // Refused where the project is not there, or not for us.
    for await (const _ of client.search(`project = "${project}" AND labels = "gatehouse-check"`))
      break;
    return { actingAs: `${displayName} at ${new URL(site).host}`, scopes: null };
  },

  // Accounts of Atlassian belong to the organisation and not to one site.
  accounts: null,
  actions: [],
  tickets,
  records: (it) =>
    it.records === 'no' ? null : { delivery: (record) => deliverRecord(record, it) },
});
