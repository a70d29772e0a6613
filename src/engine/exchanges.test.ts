import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Io } from '#connector-kit/contract.ts';
import type { HttpExchange } from '#connector-kit/redact.ts';
import { listeningTo } from './exchanges.ts';

/** What is heard of one request to a system that gives this answer. */
async function heardOf(
  answer: () => Promise<Response>,
  init: RequestInit,
  url = 'https://a.example/x',
) {
  const heard: HttpExchange[] = [];
  const io: Io = {
    now: () => new Date('2030-01-01T00:00:00Z'),
    ca: null,
    address: () => Promise.reject(new Error('Only HTTP is spoken here')),
    fetch: answer,
  };
  const listening = listeningTo(io, ['the-secret-of-it'], (it) => heard.push(it));
  const response = await listening.fetch(url, init).catch(() => null);
  return { heard, body: await response?.text() };
}

describe('what is shown of an exchange', () => {
  it('is the request and the answer, which still reaches whoever asked', async () => {
    const { heard, body } = await heardOf(async () => Response.json({ id: 7 }), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"a":1}',
    });
    assert.equal(body, '{"id":7}');
    const [{ request, response }] = heard as [HttpExchange];
    assert.deepEqual(
      [request.method, request.body, response?.status, response?.body],
      ['POST', { a: 1 }, 200, { id: 7 }],
    );
  });

  it('holds no secret, in whatever place, and no token that is used', async () => {
    const token = 'a-token-that-was-given';
    const { heard } = await heardOf(
      async () => Response.json({ said: `${token} and the-secret-of-it` }),
      { headers: { authorization: `Bearer ${token}`, 'x-key': 'the-secret-of-it' } },
      'https://a.example/x?key=the-secret-of-it',
    );
    const text = JSON.stringify(heard);
    assert.doesNotMatch(text, /the-secret-of-it|a-token-that/);
    assert.match(text, /\[redacted\] and \[redacted\]/);
  });

  it('holds nothing of how a token is asked for and given, as a form or as JSON', async () => {
    for (const body of [
      'grant_type=refresh_token&refresh_token=r-1',
      '{"grant_type":"refresh_token"}',
    ]) {
      const answer = async () => Response.json({ access_token: 'fresh-1', refresh_token: 'r-2' });
      const { heard } = await heardOf(answer, { method: 'POST', body });
      assert.doesNotMatch(JSON.stringify(heard), /r-1|r-2|fresh-1/);
      assert.equal(heard[0]?.response?.status, 200);
    }
  });

  it('says so when no answer came, and cuts a long one', async () => {
    const silent = await heardOf(async () => Promise.reject(new Error('down')), {});
    assert.equal(silent.heard[0]?.response, null);
    const long = await heardOf(async () => new Response('x'.repeat(50_000)), {});
    assert.equal(String(long.heard[0]?.response?.body).length, 20_002);
    assert.equal(long.body?.length, 50_000);
  });
});
