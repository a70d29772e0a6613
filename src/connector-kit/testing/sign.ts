import { Webhook } from 'standardwebhooks';

/**
 * The headers of a signed delivery, made by the scheme's own library, for tests and the practice
 * company. `secret` is `whsec_…`.
 */
export function signStandardWebhook(
  secret: string,
  id: string,
  timestamp: Date,
  body: string,
): Record<string, string> {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(timestamp.getTime() / 1_000)),
    'webhook-signature': new Webhook(secret).sign(id, timestamp, body),
  };
}
