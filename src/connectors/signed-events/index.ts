import { z } from 'zod';
import { connector } from '#connector-kit/contract.ts';
import { inboundSecret } from '#connector-kit/fields.ts';
import { verifyStandardWebhook } from '#connector-kit/standard-webhook.ts';
import { readEvent } from './event.ts';

// 24 bytes are 32 characters of base64; shorter keys are guessable.
const signingSecret = (title: string, description: string) =>
  inboundSecret(title, description).regex(/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/, {
    error: 'A signing secret is whsec_ and at least 24 random bytes in base64.',
  });

const settings = z.strictObject({
  signingSecret: signingSecret('Signing secret', 'whsec_… – the sender signs each event with it'),
  previousSigningSecret: signingSecret(
    'Previous signing secret',
    'Only while you change the secret: events signed with either one are taken',
  ).optional(),
});

/**
 * HR systems that cannot be read, and tell us everything in events they sign.
 *
 * The one exception to "a webhook is only a hint": the newest event is the record. Hence no
 * `read` and no `changes`, and nothing to call.
 */
export const signedEvents = connector({
  id: 'signed-events',
  name: 'Signed HR events',
  category: 'hr',
  settings,
  hosts: () => [],
  open: () => ({}),
  check: async () => ({ actingAs: 'nobody: this source only sends', scopes: null }),
  accounts: null,
  actions: [],
  people: {
    verify: verifyStandardWebhook,
    hear: (body) => [{ kind: 'event', event: readEvent(body) }],
  },
});
