import { connector } from '#connector-kit/contract.ts';
import { hostOf } from '#connector-kit/host-of.ts';
import { openServiceNow } from './api.ts';
import { deliverRecord } from './deliver-record.ts';
import { settings } from './settings.ts';
import { tickets } from './tickets.ts';

/** ServiceNow, as a place for tickets and records: incidents, catalogue tasks, or any table that extends Task. */
export const serviceNow = connector({
  id: 'servicenow',
  name: 'ServiceNow',
  category: 'ticketing',
  settings,
  hosts: ({ instance }) => [hostOf(instance)],
  open: openServiceNow,

  async check(client) {
    const { user, instance } = client.settings;
    await client.search('correlation_id=gatehouse-check');
    return { actingAs: `${user} at ${new URL(instance).host}`, scopes: null };
  },

  // Accounts of ServiceNow come from the directory, as a rule.
  accounts: null,
  actions: [],
  tickets,
  records: (it) =>
    it.records === 'no' ? null : { delivery: (record) => deliverRecord(record, it) },
});
