import { connector } from '#connector-kit/contract.ts';
import { type Client, openS3 } from './client.ts';
import { deliverRecord } from './deliver-record.ts';
import { settings } from './settings.ts';

/** Keeps records of cases in a bucket of Amazon S3, or of a store that speaks the same. */
export const s3 = connector({
  id: 's3',
  name: 'S3 bucket',
  category: 'other',
  settings,
  hosts: ({ endpoint }) => {
    const { hostname, port, protocol } = new URL(endpoint);
    return [`${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`];
  },
  open: (it, io) => ({ ...openS3(it, io), user: it.accessKeyId }),

  async check(client: Client & { readonly user: string }) {
    await client.check();
    return { actingAs: client.user, scopes: null };
  },

  accounts: null,
  actions: [],
  records: (it) => ({ delivery: (record) => deliverRecord(record, it) }),
});
