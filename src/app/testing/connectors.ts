import { z } from 'zod';
import { type AnyConnector, connector } from '#connector-kit/contract.ts';
import { inboundSecret, secret, text, url } from '#connector-kit/fields.ts';
import { verifyStandardWebhook } from '#connector-kit/standard-webhook.ts';
import { ConnectorError } from '#core/failure.ts';
import { LifecycleEvent } from '#core/lifecycle.ts';

/** A system with a form of every kind of field, and nobody in it. */
const wiki = connector({
  id: 'wiki',
  name: 'Wiki',
  category: 'collaboration',
  settings: z.strictObject({
    address: url('Address', 'For example https://wiki.example'),
    token: secret('Token', 'Made in the wiki under Administration'),
    space: text('Space', 'Leave empty for all').optional(),
    archive: z.boolean().default(false).meta({ title: 'Archive pages' }),
  }),
  hosts: ({ address }) => [new URL(address).host],
  open: () => ({}),
  check: async () => ({ actingAs: 'nobody', scopes: null }),
  accounts: null,
  actions: [],
});

/** An HR system that signs events in our own words. */
const signedHr = connector({
  id: 'signed-hr',
  name: 'Signed HR',
  category: 'hr',
  settings: z.strictObject({
    signingSecret: inboundSecret('Signing secret', 'whsec_…'),
    previousSigningSecret: inboundSecret('Previous signing secret', 'whsec_…').optional(),
  }),
  hosts: () => [],
  open: () => ({}),
  check: async () => ({ actingAs: 'nobody', scopes: null }),
  accounts: null,
  actions: [],
  people: {
    verify: verifyStandardWebhook,
    hear: (body) => {
      const event = LifecycleEvent.safeParse(JSON.parse(Buffer.from(body).toString('utf8')));
      if (event.success) return [{ kind: 'event', event: event.data }];
      throw new ConnectorError({ kind: 'rejected', detail: z.prettifyError(event.error) });
    },
  },
});

/** A system that is known by uploaded lists only. */
const roster = connector({
  id: 'roster',
  name: 'Roster',
  category: 'other',
  settings: z.strictObject({}),
  hosts: () => [],
  open: () => ({}),
  check: async () => ({ actingAs: 'nobody', scopes: null }),
  accounts: null,
  actions: [],
  takesList: () => 'accounts',
});

/** A system that is described as data, with one description that comes along. */
const notebook = connector({
  id: 'notebook',
  name: 'Notebook',
  category: 'other',
  settings: z.strictObject({
    address: url('Address', 'For example https://notebook.example'),
    token: secret('Token', 'Made in the notebook'),
    description: z.strictObject({ pages: z.int() }),
  }),
  hosts: ({ address }) => [new URL(address).host],
  open: () => ({}),
  check: async () => ({ actingAs: 'nobody', scopes: null }),
  accounts: null,
  actions: [],
  descriptions: {
    file: z.strictObject({ description: z.strictObject({ pages: z.int() }) }),
    ready: () => [
      {
        ...{ id: 'red-notebook', name: 'Red Notebook', does: 'Holds pages.' },
        file: {
          about: { proves: 'Pages are counted.', traps: ['It tears.'], byHand: ['Burn it.'] },
          connect: { credential: 'A token.' },
          description: { pages: 7 },
        },
        settings: { address: 'https://notebook.example', token: null, description: { pages: 7 } },
      },
    ],
  },
});

export const testConnectors: ReadonlyMap<string, AnyConnector> = new Map(
  [wiki, signedHr, roster, notebook].map((it) => [it.id, it]),
);
