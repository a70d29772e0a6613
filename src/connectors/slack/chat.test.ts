import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chatOf } from '#connector-kit/contract.ts';
import { conforming } from '#connector-kit/testing/conforming.ts';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { openSlack } from './api.ts';
import { chat } from './chat.ts';
import { type FakeSlackOptions, fakeSlack } from './fake.ts';
import { slack } from './index.ts';
import { settings } from './settings.ts';
import spec from './spec.json' with { type: 'json' };

const words = { subject: 'A colleague leaves', text: 'Priya Nair leaves on Friday.' };
const mona = { id: 'U0MONA', email: 'Mona@meadow.example' };
const withBot = settings.parse({ plan: 'pro', token: 'xoxp-token', botToken: 'xoxb-token' });

function setUp(options: Partial<FakeSlackOptions> = {}, declared: readonly string[] = chat.scopes) {
  const service = fakeSlack({ plan: 'pro', users: [mona], ...options });
  const fetch = conforming(service.fetch, spec, declared);
  return { ...service, client: openSlack(withBot, { ...loopbackIo, fetch }) };
}

describe('a message by Slack', () => {
  it('reaches one person in a conversation with the app, found by exactly their address', async () => {
    const { client, posted } = setUp();

    const receipt = await chat.tell(client, 'mona@meadow.example', words);

    assert.deepEqual(posted, [
      {
        channel: 'D00MONA',
        person: 'U0MONA',
        shown: 'A colleague leaves\n\nPriya Nair leaves on Friday.',
        called: [],
      },
    ]);
    assert.match(receipt?.summary ?? '', /took the message to U0MONA \(D00MONA, \d+\.\d+\)/);
  });

  it('goes to nobody who is deactivated, of another company, a bot or not there', async () => {
    for (const change of [{ deleted: true }, { stranger: true as const }, { bot: true as const }]) {
      const { client, posted } = setUp({ users: [{ ...mona, ...change }] });
      assert.equal(await chat.tell(client, 'mona@meadow.example', words), null);
      assert.deepEqual(posted, []);
    }
    const { client } = setUp();
    assert.equal(await chat.tell(client, 'nobody@meadow.example', words), null);
  });

  it('reaches a channel by its id or its name', async () => {
    const { client, posted } = setUp({ channels: [{ id: 'C0IT', name: 'it-ops' }] });

    await chat.post(client, 'C0IT', words);
    const { summary } = await chat.post(client, '#it-ops', words);

    assert.deepEqual(
      posted.map(({ channel, person }) => [channel, person]),
      [
        ['C0IT', null],
        ['C0IT', null],
      ],
    );
    assert.match(summary, /the channel C0IT/);
  });

  it('says why a channel does not take it, in the words of Slack', async () => {
    const { client } = setUp({
      channels: [
        { id: 'C0OLD', name: 'old', archived: true },
        { id: 'C0BOARD', name: 'board', foreign: true },
      ],
    });

    await assert.rejects(chat.post(client, 'C0NONE', words), failsAs('rejected', /channel_not_f/));
    await assert.rejects(chat.post(client, 'C0OLD', words), failsAs('rejected', /is_archived/));
    await assert.rejects(
      chat.post(client, 'C0BOARD', words),
      failsAs('rejected', /not_in_channel/),
    );
  });

  it('calls nobody and links nowhere, whatever a name contains', async () => {
    const { client, posted } = setUp();
    const name =
      '<!channel> <!here|x> <@U0MONA> @everyone &lt;!channel&gt; <https://evil.example|Payroll>';

    await chat.tell(client, mona.email, { subject: name, text: name });

    assert.deepEqual(posted[0]?.called, []);
    assert.equal(posted[0]?.shown, `${name}\n\n${name}`);
  });

  it('is not sent when Slack would cut it off', async () => {
    const { client, posted } = setUp();
    const text = '&'.repeat(9_000);

    await assert.rejects(
      chat.tell(client, mona.email, { ...words, text }),
      failsAs('rejected', /longer/),
    );
    assert.deepEqual(posted, []);
  });

  it('needs the scopes that it names, and no other', async () => {
    await chat.tell(setUp().client, mona.email, words);
    for (const left of chat.scopes) {
      const { client } = setUp(
        {},
        chat.scopes.filter((it) => it !== left),
      );
      const told = chat.tell(client, mona.email, words);
      await assert.rejects(told, failsAs('unexpected', /needs a scope/), left);
    }
  });

  it('is offered only with a bot token, and its check names what that lacks', async () => {
    assert.equal(chatOf(slack, settings.parse({ plan: 'pro', token: 'x' })), null);
    assert.ok(chatOf(slack, withBot));

    const { client } = setUp({ botGranted: ['users:read', 'users:read.email', 'chat:write'] });
    await assert.rejects(slack.check(client), failsAs('forbidden', /bot token lacks im:write/));
    await assert.rejects(
      chat.tell(client, mona.email, words),
      failsAs('forbidden', /missing_scope.*im:write/),
    );
    assert.ok(await slack.check(setUp().client));
  });
});
