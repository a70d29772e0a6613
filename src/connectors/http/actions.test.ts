import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AnyTransition, Command } from '#connector-kit/contract.ts';
import { actionsFor } from './actions.ts';
import type { Client } from './client.ts';
import { clientOf, example, failureOf, json, settingsWith } from './example.ts';
import type { Json } from './pointer.ts';

const one: Json = { request: { method: 'GET', path: '/users/{account.id}' }, at: '' };
const read = (path: string, facts: Json): Json => ({ request: { method: 'GET', path }, facts });

function described(capability: string, it: Json) {
  const description = { ...example.description, one, capabilities: { [capability]: it } };
  const settings = settingsWith(['description'], description as unknown as Json);
  const [action] = actionsFor(settings);
  assert.ok(action);
  return { settings, action };
}

function transitionOf(capability: string, it: Json) {
  const { settings, action } = described(capability, it);
  assert.ok(action.kind === 'transition');
  return { settings, action: action as AnyTransition<Client> };
}

describe('a capability without read-back', () => {
  const signOut = {
    apply: [{ method: 'POST', path: '/sign-out', form: { login: '{account.login}' } }],
    repeatable: true,
  };

  it('is a command: it is acknowledged, never verified', async () => {
    const { settings, action } = described('sessions.revoke', signOut);
    assert.ok(action.kind === 'command');
    const { client, sent } = clientOf(
      settings,
      json({ id: '7', login: 'ada&co', state: true }),
      new Response(null, { status: 204 }),
    );

    const receipt = await (action as Command<Client, unknown>).send(client, '7', {});

    assert.deepEqual(receipt, { summary: 'POST /api/sign-out answered 204.' });
    assert.equal(sent[1]?.body, 'login=ada%26co');
  });

  it('fails when the system says no', async () => {
    const { settings, action } = described('sessions.revoke', signOut);
    assert.ok(action.kind === 'command');
    const { client } = clientOf(settings, json({ login: 'ada' }), json({}, { status: 422 }));

    assert.equal((await failureOf(action.send(client, '7', {}))).kind, 'rejected');
  });
});

describe('a capability with read-back', () => {
  const suspend = {
    read: read('/users/{account.id}', { state: '/state', version: '/version' }),
    goal: { all: [{ fact: 'state', equals: 'blocked' }] },
    underway: { all: [{ fact: 'state', isOneOf: ['blocking'] }] },
    apply: [
      { method: 'POST', path: '/block', json: { id: '{account.id}', version: '{now.version}' } },
    ],
    restore: [{ method: 'POST', path: '/set', json: { to: '{before.state}', is: '{now.state}' } }],
    mustPrecede: ['sessions.revoke'],
    scopes: ['users:write'],
    settlesWithinSeconds: 90,
    repeatable: true,
  };
  const seen = (facts: Record<string, Json>) => ({ absent: false, facts });

  it('says what the engine has to know', () => {
    const { action } = transitionOf('account.suspend', suspend);

    assert.equal(action.summary, 'Block sign-in in Badge Desk.');
    assert.deepEqual(action.scopes, ['users:write']);
    assert.deepEqual(action.mustPrecede, ['sessions.revoke']);
    assert.equal(action.settlesWithinMs, 90_000);
    assert.equal(action.repeatable, true);
  });

  it('plans by the facts alone', () => {
    const { action } = transitionOf('account.suspend', suspend);
    const kindFor = (state: Json) => action.plan(seen({ state, version: 1 }), {}).kind;

    assert.equal(kindFor('blocked'), 'done');
    assert.equal(kindFor('blocking'), 'underway');
    assert.equal(kindFor('active'), 'change');
    assert.equal(kindFor(null), 'change');
  });

  it('fills requests with what was read, kept as it is', async () => {
    const { settings, action } = transitionOf('account.suspend', suspend);
    const { client, sent } = clientOf(settings, json({ state: 'active', version: 3 }), json({}));
    const planned = action.plan(await action.read(client, '7'), {});
    assert.ok(planned.kind === 'change');

    await action.apply(client, '7', planned.change);

    assert.equal(sent[1]?.body, '{"id":"7","version":3}');
  });

  it('plans the way back to what was, and no further', async () => {
    const { settings, action } = transitionOf('account.suspend', suspend);
    const before = seen({ state: 'trial', version: 1 });
    const gone = { absent: true, facts: {} };

    assert.equal(action.restore!(seen({ version: 1, state: 'trial' }), before).kind, 'done');
    assert.equal(action.restore!(seen({ state: 'blocking', version: 2 }), before).kind, 'underway');
    assert.equal(action.restore!(gone, before).kind, 'blocked');
    assert.equal(action.restore!(before, gone).kind, 'blocked');

    const back = action.restore!(seen({ state: 'blocked', version: 2 }), before);
    assert.ok(back.kind === 'change');
    const { client, sent } = clientOf(settings, json({}));
    await action.apply(client, '7', back.change);
    assert.equal(sent[0]?.body, '{"to":"trial","is":"blocked"}');
  });

  it('makes nothing of an answer without the facts', async () => {
    const { settings, action } = transitionOf('account.suspend', suspend);
    for (const answer of [json({ status: 'blocked' }), json([]), new Response('')]) {
      const { client } = clientOf(settings, answer);
      const failure = await failureOf(action.read(client, '7'));
      assert.equal(failure.kind, 'unexpected');
      assert.match(failure.detail, /nothing at "\/state"/);
    }
  });

  it('goes through a list one by one, and back only through what is missing', async () => {
    const { settings, action } = transitionOf('groups.leave', {
      read: read('/users/{account.id}/groups', { groups: { at: '/groups', each: '/id' } }),
      goal: { all: [{ fact: 'groups', isEmpty: true }] },
      apply: [{ method: 'DELETE', path: '/groups/{item}/{account.id}', forEach: 'groups' }],
      restore: [{ method: 'PUT', path: '/groups/{item}/{account.id}', forEach: 'groups' }],
    });
    const before = seen({ groups: ['a/1', 'b', 'c'] });

    const forward = action.plan(before, {});
    const back = action.restore!(seen({ groups: ['b'] }), before);

    assert.ok(forward.kind === 'change' && back.kind === 'change');
    const { client, sent } = clientOf(settings, ...Array.from({ length: 5 }, () => json({})));
    await action.apply(client, '7', forward.change);
    await action.apply(client, '7', back.change);
    assert.deepEqual(
      sent.map(({ method, url }) => `${method} ${new URL(url).pathname}`),
      [
        'DELETE /api/groups/a%2F1/7',
        'DELETE /api/groups/b/7',
        'DELETE /api/groups/c/7',
        'PUT /api/groups/a%2F1/7',
        'PUT /api/groups/c/7',
      ],
    );
  });

  it('does not wave through a way back into a group that is gone', async () => {
    const { settings, action } = transitionOf('groups.leave', {
      read: read('/groups', { groups: '/groups' }),
      goal: { all: [{ fact: 'groups', isEmpty: true }] },
      apply: [{ method: 'DELETE', path: '/groups/{item}', forEach: 'groups' }],
      restore: [{ method: 'PUT', path: '/groups/{item}', forEach: 'groups' }],
    });
    const back = action.restore!(seen({ groups: [] }), seen({ groups: ['a'] }));
    assert.ok(back.kind === 'change');
    const { client } = clientOf(settings, json({}, { status: 404 }));

    assert.equal((await failureOf(action.apply(client, '7', back.change))).kind, 'not-found');
  });

  it('reads by bare numbers too', async () => {
    const { settings, action } = transitionOf('account.suspend', {
      read: read('/may/{account.id}', { refused: '' }),
      goal: { all: [{ fact: 'refused', equals: 1 }] },
      apply: [{ method: 'POST', path: '/ban/{account.id}' }],
    });
    const { client } = clientOf(settings, new Response('0'), new Response('1\n'));

    assert.equal(action.plan(await action.read(client, '7'), {}).kind, 'change');
    assert.equal(action.plan(await action.read(client, '7'), {}).kind, 'done');
  });
});

describe('an account that is to be made', () => {
  it('is known by its login, and is there once it can be read', async () => {
    const { settings, action } = transitionOf('account.create', {
      read: read('/logins/{account.login}', { id: '/id' }),
      goal: { all: [{ isAbsent: false }] },
      apply: [{ method: 'POST', path: '/users', json: { login: '{account.login}' } }],
    });
    const { client, sent } = clientOf(
      settings,
      json({}, { status: 404 }),
      json({ id: 'svc' }),
      json({}),
      json({ id: '9' }),
    );
    settings.knownAccount!.login = 'service';

    const planned = action.plan(await action.read(client, 'ada'), {});
    assert.ok(planned.kind === 'change');
    await action.apply(client, 'ada', planned.change);

    assert.equal(action.plan(await action.read(client, 'ada'), {}).kind, 'done');
    assert.deepEqual(
      sent.map(({ url }) => new URL(url).pathname),
      ['/api/logins/ada', '/api/logins/service', '/api/users', '/api/logins/ada'],
    );
    assert.equal(sent[2]?.body, '{"login":"ada"}');
  });
});

describe('an account that is to be made', () => {
  const create = {
    read: read('/users/by-login/{account.login}', { state: '/state', id: '/id' }),
    goal: { all: [{ fact: 'state', equals: 'open' }] },
    apply: [
      {
        method: 'POST',
        path: '/users',
        json: { login: '{account.login}', name: '{person.name}', no: '{person.employeeNumber}' },
      },
    ],
    restore: [{ method: 'DELETE', path: '/users/{now.id}' }],
  };
  const person = {
    name: 'Zoe Zimmer',
    email: 'zoe@acme.test',
    employeeNumber: 'E-9',
    department: null,
    title: null,
  };
  const gone = { absent: true, facts: {} };

  it('is not there as long as the system says so, and an account that we know can be read', async () => {
    const { settings, action } = transitionOf('account.create', create);
    const { client, sent } = clientOf(
      settings,
      json({}, { status: 404 }),
      json({ login: 'svc', state: 'open', id: 1 }),
      json({ state: 'open', id: 1 }),
    );

    const state = await action.read(client, person.email);
    assert.deepEqual(state, gone);
    assert.match(sent[0]!.url, /by-login\/zoe%40acme\.test$/);
    assert.equal(action.plan(state, { person }).kind, 'change');
  });

  it('is told whose it is', async () => {
    const { settings, action } = transitionOf('account.create', create);
    const { client, sent } = clientOf(settings, json({}));
    const planned = action.plan(gone, { person });
    assert.ok(planned.kind === 'change');

    await action.apply(client, person.email, planned.change);
    assert.deepEqual(JSON.parse(sent[0]!.body), {
      login: 'zoe@acme.test',
      name: 'Zoe Zimmer',
      no: 'E-9',
    });
  });

  it('is taken away again on the way back, and is gone then', async () => {
    const { settings, action } = transitionOf('account.create', create);
    const { client, sent } = clientOf(settings, json({}));
    const back = action.restore!({ absent: false, facts: { state: 'open', id: 7 } }, gone);
    assert.ok(back.kind === 'change');

    await action.apply(client, person.email, back.change);
    assert.deepEqual([sent[0]!.method, new URL(sent[0]!.url).pathname], ['DELETE', '/api/users/7']);
    assert.equal(action.restore!(gone, gone).kind, 'done');
  });

  it('knows no person anywhere else', () => {
    const wrong = { ...create, restore: [{ method: 'DELETE', path: '/users/{person.email}' }] };
    assert.throws(() => transitionOf('account.create', wrong), /person\.email/);
  });
});
