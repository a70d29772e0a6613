import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findAccounts, listAccounts } from './accounts.ts';
import { clientOf, example, failureOf, json, settingsWith } from './example.ts';
import type { Json } from './pointer.ts';
import { settings } from './settings.ts';

const plain = settings.parse(example);
const user = (id: Json, email: string, more = {}) => ({
  id,
  login: email,
  email,
  state: true,
  roles: [],
  ...more,
});
const known = user('svc', 'svc@acme.test');
const ada = { email: 'ada@acme.test', employeeNumber: null, name: 'Ada' };
const page = (...users: unknown[]) => json({ users });
const missing = () => json({}, { status: 404 });

async function idsOf(client: Parameters<typeof listAccounts>[0]): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of listAccounts(client)) ids.push(id);
  return ids;
}

describe('finding the accounts of a person', () => {
  it('reads what the description maps', async () => {
    const { client } = clientOf(
      plain,
      page(
        user(7, 'ada@acme.test', {
          state: 'blocked',
          roles: ['staff', 'admin'],
          seen: '2029-12-01T10:00:00Z',
        }),
      ),
    );

    assert.deepEqual(await findAccounts(client, ada), [
      {
        id: '7',
        login: 'ada@acme.test',
        status: 'suspended',
        privileged: true,
        lastSeenAt: new Date('2029-12-01T10:00:00Z'),
      },
    ]);
  });

  it('takes a status that nobody described for active, since it may let people in', async () => {
    const { client } = clientOf(plain, page(user(7, 'ada@acme.test', { state: 'odd' })));

    assert.equal((await findAccounts(client, ada))[0]?.status, 'active');
  });

  it('leaves out other people, whom the search brought along', async () => {
    const { client } = clientOf(
      plain,
      page(user(1, 'ada.smith@acme.test'), user(2, 'Ada@ACME.test '), { id: 3, login: 'robot' }),
    );

    assert.deepEqual(
      (await findAccounts(client, ada)).map(({ id }) => id),
      ['2'],
    );
  });

  it('refuses several accounts where nothing says whose they are', async () => {
    const open = settingsWith(['description', 'find', 'match'], undefined);
    const { client } = clientOf(open, page(user(1, 'a@acme.test'), user(2, 'b@acme.test')));

    const failure = await failureOf(findAccounts(client, ada));

    assert.equal(failure.kind, 'unexpected');
    assert.match(failure.detail, /found 2 accounts for one person: describe `match`/);
  });

  it('notices that the answers no longer have what people are told apart by', async () => {
    const { client } = clientOf(plain, page({ id: 1, login: 'ada', state: true }));

    assert.match((await failureOf(findAccounts(client, ada))).detail, /anything at "\/email"/);
  });

  it('takes one object, or null, for a list of one or none', async () => {
    const single = settingsWith(['description', 'find', 'items'], '/user');
    const { client } = clientOf(
      single,
      json({ user: user(7, 'ada@acme.test') }),
      json({ user: null }),
      json({ user: known }),
    );

    assert.equal((await findAccounts(client, ada)).length, 1);
    assert.deepEqual(await findAccounts(client, ada), []);
  });

  it('never takes an error, or an answer of another shape, for "none"', async () => {
    for (const answer of [missing(), json({ error: 'x' }), json([]), json({ users: 'none' })]) {
      const { client } = clientOf(plain, answer);
      await failureOf(findAccounts(client, ada));
    }
  });

  it('believes an empty answer only when the known account is found', async () => {
    const { client, sent } = clientOf(plain, page(), page(known), page(), page());

    assert.deepEqual(await findAccounts(client, ada), []);
    assert.match(sent[1]?.url ?? '', /email=svc%40acme\.test/);
    assert.equal((await failureOf(findAccounts(client, ada))).kind, 'forbidden');
  });

  it('takes 404 for "none" only where the description says so', async () => {
    const tolerant = settingsWith(['description', 'find', 'notFoundMeansNone'], true);
    const { client } = clientOf(tolerant, missing(), page(known), missing(), missing());

    assert.deepEqual(await findAccounts(client, ada), []);
    assert.equal((await failureOf(findAccounts(client, ada))).kind, 'forbidden');
  });

  it('says so when the person has not got what the system looks people up by', async () => {
    const path = ['description', 'find', 'request', 'query', 'email'];
    const { knownAccount: _, ...rest } = settingsWith(path, 'x');
    const byNumber = structuredClone(rest);
    byNumber.description.find.request.query = { number: '{person.employeeNumber}' };
    const { client, sent } = clientOf(byNumber);

    const failure = await failureOf(findAccounts(client, ada));

    assert.equal(failure.kind, 'rejected');
    assert.deepEqual(sent, []);
  });
});

describe('listing accounts', () => {
  it('is refused, and not empty, where the description has no list', async () => {
    const { client } = clientOf(settingsWith(['description', 'list'], undefined));

    assert.match((await failureOf(idsOf(client))).detail, /add `list`/);
  });

  it('is no answer where the known account is not among them', async () => {
    const { client } = clientOf(plain, page(user(1, 'a@acme.test')));

    assert.equal((await failureOf(idsOf(client))).kind, 'forbidden');
  });
});
