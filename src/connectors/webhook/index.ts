import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import { connector, type Io } from '#connector-kit/contract.ts';
import { secret, url } from '#connector-kit/fields.ts';
import { openHttp } from '#connector-kit/http.ts';
import { deliverRecord } from './deliver-record.ts';

const settings = z.strictObject({
  url: url('Address', 'Where signed messages are posted, such as your chat or paging system'),
  signingSecret: secret(
    'Signing secret',
    'whsec_ and at least 24 random bytes in base64; the receiver checks each message with it',
  ).regex(/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/, 'whsec_ and at least 24 random bytes in base64'),
  records: z.enum(['no', 'hashes', 'whole']).default('no').meta({
    title: 'Records',
    description:
      'Whether records of departures are posted there. hashes: only ids, and size and SHA-256 of each file. whole: the files as well',
  }),
});

/** Signs each message after the Standard Webhooks scheme, so that the receiver knows it is ours. */
function openWebhook({ url: address, signingSecret }: z.infer<typeof settings>, io: Io) {
  const target = new URL(address);
  return {
    async post(id: string, body: unknown): Promise<void> {
      const text = JSON.stringify(body);
      const at = io.now();
      const http = openHttp(io, {
        baseUrl: target.origin,
        headers: {
          'webhook-id': id,
          'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
          'webhook-signature': new Webhook(signingSecret).sign(id, at, text),
        },
      });
      await http.call('POST', `${target.pathname}${target.search}`, body);
    },
  };
}

/** Tells another system, in a message that it can check and that carries ids, not people. */
export const webhook = connector({
  id: 'webhook',
  name: 'Signed webhook',
  category: 'other',
  settings,
  hosts: ({ url: address }) => {
    const { hostname, port, protocol } = new URL(address);
    return [`${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`];
  },
  open: openWebhook,
  async check(client) {
    await client.post(`check-${Date.now()}`, { type: 'gatehouse.check' });
    return { actingAs: 'a receiver that took a test message', scopes: null };
  },
  records: ({ records }) =>
    records === 'no' ? null : { delivery: (record) => deliverRecord(record, records) },
  accounts: null,
  actions: [],
  messages: {
    async post(client, message) {
      await client.post(message.id, message.body);
      return { summary: 'The receiver took the message.' };
    },
  },
});
