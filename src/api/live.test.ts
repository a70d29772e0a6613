import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { TestUser } from '#app/testing/app.ts';
import type { Change } from '#core/live.ts';
import { until } from '#core/testing/until.ts';
import { somebody, verified } from '#ledger/testing/ledger.ts';
import { problemIn } from './testing/api.ts';
import { startTestServer, type TestServer } from './testing/server.ts';

interface Message {
  readonly event: string;
  readonly id: string;
  readonly changes: readonly Change[];
}

describe('what pages are told of changes', () => {
  let api: TestServer;
  let hr: TestUser;
  let operator: TestUser;
  const opened: { end(): void }[] = [];

  before(async () => {
    api = await startTestServer();
    hr = await api.addUser('Hanna Hr', ['hr']);
    operator = await api.addUser('Otis Operator', ['it-operator']);
    await api.sequenceAll();
  });
  after(async () => {
    for (const it of opened) it.end();
    await api.app.live.stop();
    await api.stop();
  });

  /** Reads a stream as it comes; resolves once it stands. */
  async function watch(token: string, after?: string) {
    const leaving = new AbortController();
    const response = await fetch(`${api.url}/api/v1/live`, {
      headers: { authorization: `Bearer ${token}`, ...(after ? { 'last-event-id': after } : {}) },
      signal: leaving.signal,
    });
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-type'), 'text/event-stream');
    assert.equal(response.headers.get('cache-control'), 'no-store');
    const messages: Message[] = [];
    const state = { over: false, text: '' };
    void (async () => {
      let rest = '';
      for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) {
        state.text += piece;
        const whole = (rest + piece).split('\n\n');
        rest = whole.pop()!;
        messages.push(...whole.map(messageIn));
      }
    })()
      .catch(() => {})
      .finally(() => {
        state.over = true;
      });
    opened.push({ end: () => leaving.abort() });
    await until('the first message', () => messages[0]);
    const told = (id: string) =>
      until(`to be told of ${id}`, () =>
        messages.find((it) => it.changes.some((one) => one.noun === 'cases' && one.id === id)),
      );
    return { messages, state, told, leave: () => leaving.abort() };
  }

  it('is which things changed and nothing of what or who they are', async () => {
    const caseId = await api.openDeparture(hr.caller);
    await api.sequenceAll();
    const stream = await watch(operator.token);
    await api.state('worker', verified(caseId, somebody()));
    await api.sequenceAll();

    const message = await stream.told(caseId);

    assert.ok(message.changes.some((it) => it.noun === 'tasks' && it.id === null));
    assert.doesNotMatch(stream.state.text, /Person|@|okta/);
  });

  it('keeps a confidential departure from those who may not know of it', async () => {
    const secret = await api.openDeparture(hr.caller, { confidential: true });
    const open = await api.openDeparture(hr.caller);
    await api.sequenceAll();
    const [inTheKnow, other] = [await watch(hr.token), await watch(operator.token)];
    await api.state('worker', verified(secret, somebody()));
    await api.sequenceAll();
    await inTheKnow.told(secret);

    await api.state('worker', verified(open, somebody()));
    await api.sequenceAll();

    await other.told(open);
    assert.doesNotMatch(other.state.text, new RegExp(secret));
  });

  it('goes on after the last message somebody has seen', async () => {
    const [first, second] = [
      await api.openDeparture(hr.caller),
      await api.openDeparture(hr.caller),
    ];
    const stream = await watch(operator.token);
    await api.state('worker', verified(first, somebody()));
    await api.sequenceAll();
    const { id } = await stream.told(first);
    stream.leave();
    await api.state('worker', verified(second, somebody()));
    await api.sequenceAll();
    const elsewhere = await watch(operator.token);
    await until('the second to be known', () => elsewhere.messages.at(-1)!.id !== id);

    const again = await watch(operator.token, id);

    await again.told(second);
    assert.doesNotMatch(again.state.text, new RegExp(first));
    assert.doesNotMatch(again.state.text, /event: all/);
  });

  it('says that all may have changed to whoever was away for too long', async () => {
    const stream = await watch(operator.token, 'another-process-7');
    assert.equal(stream.messages[0]?.event, 'all');
  });

  it('ends when the key is revoked', async () => {
    const { caller, token } = await api.addUser('Leo Leaver', ['it-operator']);
    const stream = await watch(token);
    const { items } = await api.read<{ items: { id: string }[] }>('/api/v1/tokens', { token });
    assert.equal(items.length, 1, caller.user.id);

    const revoked = await api.ask(`/api/v1/tokens/${items[0]!.id}`, {
      method: 'DELETE',
      token,
    });

    assert.ok(revoked.ok, await revoked.text());
    await until('the stream to end', () => stream.state.over);
  });

  it('is for nobody without a key, and not for one who opens ever more', async () => {
    await problemIn(await api.ask('/api/v1/live'), 401);
    const { token } = await api.addUser('Many Tabs', ['hr']);
    const streams = [];
    for (let i = 0; i < 20; i++) streams.push(await watch(token));
    await problemIn(await api.ask('/api/v1/live', { token }), 429);
    streams[0]!.leave();
    await until('a place to be free', () =>
      watch(token).then(
        () => true,
        () => false,
      ),
    );
  });

  it('ends when the server stops, which then waits for nobody', async () => {
    const stream = await watch(operator.token);
    await api.app.live.stop();
    await until('the stream to end', () => stream.state.over);
  });
});

function messageIn(text: string): Message {
  const lines = new Map(
    text.split('\n').map((line) => line.split(/: ?(.*)/s, 2) as [string, string]),
  );
  const data = lines.get('data') ?? '';
  return {
    event: lines.get('event') ?? '',
    id: lines.get('id') ?? '',
    changes: data === '' ? [] : JSON.parse(data),
  };
}
