import { z } from 'zod';
import { secret, text } from '#connector-kit/fields.ts';

/** Where Microsoft answers for workflows. The old webhooks of connectors (webhook.office.com) are gone. */
const workflowHost =
  /^https:\/\/[a-z0-9.-]+\.(logic\.azure\.com|environment\.api\.powerplatform\.com)(:443)?\//i;

export const settings = z.strictObject({
  channel: text(
    'Channel',
    'Where the workflow posts, as your playbooks name it, such as IT operations',
  ),
  address: text(
    'Address',
    'The address of the workflow up to the question mark, which is no part of it',
  )
    .regex(/^[^?#]*$/, 'Only what stands before the question mark: what follows it is secret.')
    .regex(
      workflowHost,
      'Expected the address of a workflow, such as https://….environment.api.powerplatform.com/…',
    ),
  signature: secret(
    'What follows the question mark',
    'The rest of the address. Whoever knows it can post into the channel',
  ).regex(/^[^?#\s]+$/, 'Only what follows the question mark, without it.'),
});
export type Settings = z.infer<typeof settings>;
