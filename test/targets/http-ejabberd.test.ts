import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type AnyTransition, actionsOf, type Command } from '#connector-kit/contract.ts';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { http } from '#connectors/http/index.ts';
import { fromLibrary } from '#connectors/http/library.ts';
import { settings } from '#connectors/http/settings.ts';
import { mustRun } from '../../practice/servers/program.ts';
import { page } from '../support/pages.ts';
import { type Ejabberd, startEjabberd } from './ejabberd.ts';

let chat: Ejabberd;
before(async () => {
  chat = await startEjabberd();
});
after(() => chat.close());

const description = fromLibrary('ejabberd')!.description;
const knownAccount = { id: 'gatehouse', email: 'gatehouse@meadow.example' };
const person = (name: string) => ({
  ...{ email: `${name}@meadow.example`, employeeNumber: null, name },
});

function connect(more: object = {}) {
  const { url: address, user, secret } = chat;
  const known = settings.parse({ address, user, secret, knownAccount, description, ...more });
  const client = http.open(known, loopbackIo);
  const action = (capability: string) => {
    const found = actionsOf(http, known).find((it) => it.capability === capability);
    assert.ok(found, capability);
    return found;
  };
  return { client, action };
}
const movingOf = (it: ReturnType<typeof connect>, capability: string) =>
  it.action(capability) as AnyTransition;

async function carryOut(it: AnyTransition, client: unknown, account: string) {
  const planned = it.plan(await it.read(client, account), {});
  assert.ok(planned.kind === 'change', planned.kind);
  await it.apply(client, account, planned.change);
  return it.plan(await it.read(client, account), {});
}

describe('a real chat server, described and not programmed', () => {
  it('is looked through, and knows us', async () => {
    await chat.register('ada', 'the-password-of-ada');
    const { client } = connect();
    assert.equal((await http.check(client)).actingAs, 'gatehouse@meadow.example');
    const [found] = await http.accounts!.find(client, person('Ada'));
    assert.deepEqual([found?.id, found?.status], ['ada', 'active']);
    assert.deepEqual(await http.accounts!.find(client, person('ad')), []);
  });

  it('refuses another password', async () => {
    const { client } = connect({ secret: 'not-the-password' });
    await assert.rejects(http.check(client), failsAs('unauthenticated', /not authorized/));
  });

  it('ends what is open, and that is read back', async () => {
    await chat.register('bo', 'the-password-of-bo');
    const device = await chat.signIn('bo', 'the-password-of-bo');
    assert.ok(device.isIn);
    const it = connect();

    const after = await carryOut(movingOf(it, 'sessions.revoke'), it.client, 'bo');

    assert.equal(after.kind, 'done');
    assert.match(await device.ended, /<\/stream:stream>|kicked/i);
  });

  it('bans somebody, whose password is good for nothing then', async () => {
    await chat.register('cy', 'the-password-of-cy');
    const it = connect();
    const ban = it.action('account.suspend') as Command<unknown, unknown>;
    assert.equal(ban.kind, 'command');

    const { summary } = await ban.send(it.client, 'cy', {});

    assert.equal(summary, 'POST /api/ban_account answered 200.');
    assert.equal((await chat.signIn('cy', 'the-password-of-cy')).isIn, false);
  });

  it('says with 200 that an account is gone, and is understood', async () => {
    await chat.register('di', 'the-password-of-di');
    const it = connect();

    const after = await carryOut(movingOf(it, 'account.delete'), it.client, 'di');

    assert.equal(after.kind, 'done');
    assert.equal((await chat.signIn('di', 'the-password-of-di')).isIn, false);
  });

  it('would be believed that nobody is gone, without the rule for 200 with 1', async () => {
    const trusting = structuredClone(description);
    delete trusting.capabilities['account.delete']!.read!.request.failures;
    const it = connect({ description: trusting });

    const state = await movingOf(it, 'account.delete').read(it.client, 'nobody');

    assert.deepEqual(state, { absent: false, facts: { answer: 1 } });
    const honest = connect();
    const read = await movingOf(honest, 'account.delete').read(honest.client, 'nobody');
    assert.deepEqual(read, { absent: true, facts: {} });
  });

  it('is not believed that somebody is gone when it does not know us either', async () => {
    const it = connect({ knownAccount: { ...knownAccount, id: 'somebody-else' } });
    await assert.rejects(
      async () => movingOf(it, 'account.delete').read(it.client, 'nobody'),
      failsAs('forbidden', /cannot be read either/),
    );
  });

  it('answers 200 with 1 to a wrong password, which can be a failure of any kind', async () => {
    await chat.register('ed', 'the-password-of-ed');
    for (const kind of ['rejected', 'forbidden'] as const) {
      const described = structuredClone(description);
      described.check.request = {
        method: 'POST',
        path: '/check_password',
        json: { user: 'ed', host: 'meadow.example', password: 'not the password' },
        failures: [{ at: '', equals: 1, kind }],
      };
      const { client } = connect({ description: described });
      await assert.rejects(
        http.check(client),
        failsAs(kind, /answered 200 with a body that means no/),
      );
    }
  });

  it('answers the commands of the handbook as it says', async () => {
    const env = { API: chat.url, LOGIN: `${chat.user}:${chat.secret}` };
    const blocks = page('docs/connect/describe-a-system.md').blocks;
    const [check = '', ban = ''] = blocks
      .filter((it) => it.purpose === 'run ejabberd')
      .map((it) => it.text);
    const answers: string[] = [];
    for (const text of [check, ban, check]) {
      answers.push(await mustRun('sh', ['-c', text], { env }));
    }
    assert.deepEqual(answers, ['1 200', '0 200', '0 200'], 'a ban makes the account');
  });
});
