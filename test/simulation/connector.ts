import { z } from 'zod';
import {
  type AnyAction,
  type AnyConnector,
  change,
  connector,
  done,
  type Io,
  underway,
} from '#connector-kit/contract.ts';
import { text } from '#connector-kit/fields.ts';
import { type Http, openHttp } from '#connector-kit/http.ts';

/*
 * How Gatehouse talks to the systems of a history: by the kit that all connectors use, over a way out that is the
 * world's. What an action promises is said by the settings, so that one connector is many kinds of system.
 */

const settings = z.strictObject({
  host: text('Host', 'name.sim'),
  /** Capabilities, with a comma between them. */
  offers: text('Offers', 'account.suspend,…'),
  /** Capabilities that may be sent twice. */
  repeatable: z.string().default(''),
  /** Capabilities that are sent and cannot be read. */
  commands: z.string().default(''),
});
type Settings = z.infer<typeof settings>;

const State = z.object({
  missing: z.boolean().optional(),
  exists: z.boolean().default(false),
  suspended: z.boolean().default(false),
  sessions: z.number().default(0),
  keys: z.array(z.string()).default([]),
  groups: z.array(z.string()).default([]),
  transfers: z.array(z.object({ to: z.string(), done: z.boolean() })).default([]),
});
type State = z.infer<typeof State>;

interface Change {
  readonly act: string;
  readonly body?: Readonly<Record<string, string>>;
}

const params = z.object({ to: z.string().optional() }).loose();
type Params = z.infer<typeof params>;

/** What each capability changes, when it is reached, and how it is taken back. */
const kinds = {
  'account.suspend': {
    act: 'suspend',
    isReached: (it: State) => it.suspended,
    back: (now: State, before: State) =>
      now.suspended && !before.suspended ? { act: 'activate' } : null,
  },
  'sessions.revoke': { act: 'end-sessions', isReached: (it: State) => it.sessions === 0 },
  'tokens.revoke': { act: 'end-keys', isReached: (it: State) => it.keys.length === 0 },
  'groups.leave': {
    act: 'leave',
    isReached: (it: State) => it.groups.length === 0,
    back: (now: State, before: State) =>
      now.groups.length < before.groups.length
        ? { act: 'join', body: { groups: before.groups.join(',') } }
        : null,
  },
  'account.delete': { act: 'delete', isReached: (it: State) => !it.exists },
  'data.transfer': {
    act: 'transfer',
    isReached: (it: State) => it.transfers.some((one) => one.done),
  },
} as const;
type Kind = keyof typeof kinds;

function actionOf(capability: Kind, { repeatable, commands }: Settings): AnyAction<Http> {
  const about = { capability, summary: capability, scopes: ['all'], params };
  const { act, isReached } = kinds[capability];
  const send = (client: Http, id: string, body?: unknown, what: string = act) =>
    client.post(`/accounts/${id}/${what}`, z.object({}), body ?? {});
  if (commands.split(',').includes(capability)) {
    return {
      ...about,
      kind: 'command',
      send: async (client: Http, id: string) => {
        await send(client, id);
        return { summary: `${capability} sent` };
      },
    } as AnyAction<Http>;
  }
  const kind = kinds[capability];
  const back = 'back' in kind ? kind.back : undefined;
  return {
    ...about,
    kind: 'transition',
    state: State,
    ...(repeatable.split(',').includes(capability) ? { repeatable: true } : {}),
    read: (client: Http, id: string) => client.get(`/accounts/${id}`, State),
    plan(now: State, { to }: Params) {
      const isGone = !now.exists && capability !== 'data.transfer';
      if (isReached(now) || isGone) return done(`${capability} shows`);
      if (now.transfers.length > 0 && capability === 'data.transfer')
        return underway('it is being handed over');
      if (!now.exists) return done('there is nothing to hand over any more');
      return change(capability, { act, body: to === undefined ? {} : { to } });
    },
    apply: async (client: Http, id: string, it: Change) => {
      await send(client, id, it.body, it.act);
    },
    ...(back
      ? {
          restore(now: State, before: State) {
            const way = now.exists ? back(now, before) : null;
            return way ? change(`back from ${capability}`, way) : done('it is as it was');
          },
        }
      : {}),
  } as unknown as AnyAction<Http>;
}

interface Found {
  readonly id: string;
  readonly login: string;
  readonly suspended: boolean;
}
const Found = z.array(z.object({ id: z.string(), login: z.string(), suspended: z.boolean() }));
const accountOf = (it: Found) => ({
  id: it.id,
  login: it.login,
  status: it.suspended ? ('suspended' as const) : ('active' as const),
  privileged: false,
  lastSeenAt: null,
});

const open = ({ host }: { host: string }, io: Io) =>
  openHttp(io, { baseUrl: `https://${host}`, headers: {} });

export const simulated = connector({
  id: 'simulated',
  name: 'Simulated system',
  category: 'other',
  settings,
  hosts: ({ host }) => [`${host}:443`],
  open,
  check: (client: Http) =>
    client.get('/me', z.object({ actingAs: z.string() })).then((it) => ({ ...it, scopes: null })),
  accounts: {
    find: async (client: Http, { email }) =>
      (await client.get(`/accounts?email=${encodeURIComponent(email)}`, Found)).map(accountOf),
    async *list(client: Http) {
      yield* (await client.get('/accounts', Found)).map(accountOf);
    },
  },
  actions: (it: Settings) => it.offers.split(',').map((one) => actionOf(one as Kind, it)),
}) as AnyConnector;

const mailSettings = z.strictObject({ host: text('Host', 'name.sim') });

export const simulatedMail = connector({
  id: 'simulated-mail',
  name: 'Simulated mail',
  category: 'mail',
  settings: mailSettings,
  hosts: ({ host }) => [`${host}:443`],
  open,
  check: async () => ({ actingAs: 'gatehouse', scopes: null }),
  accounts: null,
  actions: [],
  mail: {
    send: async (client: Http, { to, messageId }) => {
      await client.post('/mail', z.object({}), { to, messageId });
      return { summary: 'sent' };
    },
  },
}) as AnyConnector;
