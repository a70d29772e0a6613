import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { type Account, byHand, change, command, connector, done, transition } from '../contract.ts';
import { secret } from '../fields.ts';
import { openHttp } from '../http.ts';
import { badEndings } from './bad-endings.ts';
import { believed, complaints } from './fails-well.ts';
import { fakeService, json } from './fake-service.ts';
import { hoarding, listed } from './lists-page-by-page.ts';
import type { Trial } from './trial.ts';

const settings = z.strictObject({ token: secret('Token', 'Of an administrator') });
const User = z.object({ id: z.string(), active: z.boolean() });
const ada = { email: 'ada@acme.test', employeeNumber: null, name: 'Ada' };

const order = {
  ...{ instructions: 'Take the role away.', proof: [], assignTo: { role: 'it-admin' } },
  ...{ deadline: null, mustName: null },
};

type Habit = 'swallows' | 'tells' | 'believes' | 'hoards' | 'asks nothing';

/** A small connector, right unless it has bad habits. */
function practised(...habits: readonly Habit[]) {
  const has = (habit: Habit) => habits.includes(habit);
  const toAccount = ({ id }: z.infer<typeof User>): Account => ({
    ...{ id, login: id, status: 'active', privileged: false, lastSeenAt: null },
  });
  return connector({
    id: 'practised',
    name: 'Practised',
    category: 'other',
    settings,
    hosts: () => ['acme.test:443'],
    open({ token }, io) {
      const headers = { authorization: `Bearer ${token}` };
      const http = openHttp(io, { baseUrl: 'https://acme.test', headers });
      const told = (error: unknown) => {
        if (has('tells')) Object.assign(Object(error).failure, { detail: `no to ${token}` });
        throw error;
      };
      let isBlocked = false;
      return {
        me: async () => (has('asks nothing') ? null : http.get('/users/me', User).catch(told)),
        find: () => {
          const found = http.get('/users?name=ada', z.array(User));
          return has('swallows') ? found.catch(() => []) : found;
        },
        page: (nth: number) => http.get(`/users?page=${nth}`, z.array(User)),
        async user(id: string) {
          const user = await http.get(`/users/${id}`, User);
          return has('believes') && isBlocked ? { ...user, active: false } : user;
        },
        async block(id: string) {
          await http.call('POST', `/users/${id}/block`);
          isBlocked = true;
        },
        signOut: (id: string) => http.call('POST', `/users/${id}/sign-out`),
      };
    },
    check: async (it) => ({ actingAs: (await it.me())?.id ?? '?', scopes: null }),
    accounts: {
      find: async (it) => (await it.find()).map(toAccount),
      async *list(it) {
        const all: Account[] = [];
        for (let nth = 1; ; nth++) {
          const page = (await it.page(nth)).map(toAccount);
          if (page.length === 0) break;
          if (has('hoards')) all.push(...page);
          else yield* page;
        }
        yield* all;
      },
    },
    actions: [
      transition({
        capability: 'account.suspend',
        summary: 'Blocks.',
        scopes: [],
        params: z.strictObject({}),
        state: z.strictObject({ active: z.boolean() }),
        read: async (it: { user(id: string): Promise<z.infer<typeof User>> }, id) => ({
          active: (await it.user(id)).active,
        }),
        plan: ({ active }) => (active ? change('Block.', 'block' as const) : done('Blocked.')),
        apply: (it, id, _: 'block') => Object(it).block(id),
      }),
      transition({
        capability: 'roles.remove',
        summary: 'A person does it.',
        scopes: [],
        params: z.strictObject({}),
        state: z.strictObject({ active: z.boolean() }),
        read: async (it: { find(): Promise<z.infer<typeof User>[]> }) => ({
          active: (await it.find()).length > 0,
        }),
        plan: ({ active }) => (active ? byHand(order, null) : done('No role.')),
        apply: async () => {},
      }),
      command({
        capability: 'sessions.revoke',
        summary: 'Signs out.',
        scopes: [],
        params: z.strictObject({}),
        async send(it, id) {
          await Object(it).signOut(id);
          return { summary: 'Signed out.' };
        },
      }),
    ] as never,
  });
}

function system(count = 3, pageSize = 2) {
  const users = Array.from({ length: count }, (_, i) => ({ id: `u${i}`, active: true }));
  return fakeService({
    'GET /users/me': () => json(200, { id: 'admin', active: true }),
    'GET /users': (_, { url: { searchParams } }) => {
      if (searchParams.has('name')) return json(200, users.slice(0, 1));
      const from = (Number(searchParams.get('page')) - 1) * pageSize;
      return json(200, users.slice(from, from + pageSize));
    },
    'GET /users/:id': ({ id }) =>
      json(
        200,
        users.find((it) => it.id === id),
      ),
    'POST /users/:id/block': ({ id }) => {
      users.find((it) => it.id === id)!.active = false;
      return json(200, {});
    },
    'POST /users/:id/sign-out': () => json(200, {}),
  });
}

const trial: Trial = {
  ...{ settings: { token: 'tok-4711' }, person: ada, accountId: 'u0', system: () => system() },
};

async function everyComplaint(...habits: readonly Habit[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const ending of badEndings()) {
    found.push(...(await complaints(practised(...habits), trial, ending)));
  }
  return [...found, ...(await believed(practised(...habits), trial))];
}

describe('the suite of failures', () => {
  it('finds nothing wrong with a connector that fails well', async () => {
    assert.deepEqual(await everyComplaint(), []);
  });

  it('finds an error that is taken for an absence', async () => {
    const found = await everyComplaint('swallows');
    assert.equal(found.length, 2 * badEndings().length);
    assert.match(found[0]!, /^find, request 1 of 1: it went on/);
  });

  it('finds the same in the reading of what a person does', async () => {
    const found = await everyComplaint('swallows');
    assert.ok(found.some((it) => /^roles\.remove: read, request 1 of 1: it went on/.test(it)));
  });

  it('finds a secret in the words of a failure', async () => {
    const found = await everyComplaint('tells');
    assert.ok(found.some((it) => /^check, .*its words tell a secret/.test(it)));
  });

  it('finds what is called done because the system said so', async () => {
    assert.ok(
      (await everyComplaint('believes')).includes(
        'account.suspend: apply is called done, and nothing was changed',
      ),
    );
  });

  it('finds a check that asks nobody', async () => {
    assert.ok((await everyComplaint('asks nothing')).includes('check: asks the system nothing'));
  });
});

describe('the suite of long lists', () => {
  const large = (pageSize: number) => ({
    settings: trial.settings,
    system: (count: number) => system(count, pageSize),
  });
  const hoarded = async (habits: readonly Habit[], pageSize: number) =>
    hoarding(
      (await listed(practised(...habits), large(pageSize), { count: 1_000 })).askedAt,
      1_000,
    );

  it('finds a list that is held in memory, and lets one pass that comes page by page', async () => {
    assert.equal(await hoarded([], 50), null);
    assert.equal(
      await hoarded(['hoards'], 50),
      '21 of 21 requests go out before the first account is taken',
    );
    assert.match((await hoarded([], 600)) ?? '', /make its pages smaller/);
  });

  it('finds pages that are asked for long before they are wanted', () => {
    const eager = [0, 1, 1, 1, 1, 1, 1, 1, 1, 1];
    assert.equal(hoarding(eager, 100), 'request 4 of 10 goes out when only 1 accounts were taken');
  });

  it('is waited for where the system wants it', async () => {
    const it = await listed(practised(), large(50), { count: 1_000, busyEvery: 4 });
    assert.equal(it.taken.length, 1_000);
    assert.equal(it.waits.length, 6);
    assert.deepEqual(new Set(it.waits.map(({ kind }) => kind)), new Set(['rate-limited']));
  });
});
