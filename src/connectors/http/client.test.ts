import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { clientOf, example, failureOf, json, settingsWith } from './example.ts';
import { http } from './index.ts';
import type { Json } from './pointer.ts';
import { settings } from './settings.ts';

const plain = settings.parse(example);
const get = { method: 'GET', path: '/me' } as const;
const post = { method: 'POST', path: '/block' } as const;
const text = (body: string, status = 200) => new Response(body, { status });
const withRules = (...rules: Json[]) => settingsWith(['description', 'failures'], rules);

describe('a described request', () => {
  it('carries the sign-in that the description names', async () => {
    const ways: [object, object, string, string][] = [
      [{ kind: 'bearer' }, { secret: 's3cret' }, 'authorization', 'Bearer s3cret'],
      [
        { kind: 'basic' },
        { user: 'svc', secret: 'pässwort' },
        'authorization',
        `Basic ${Buffer.from('svc:pässwort').toString('base64')}`,
      ],
      [{ kind: 'header', name: 'X-Api-Key' }, { secret: 's3cret' }, 'x-api-key', 's3cret'],
    ];
    for (const [signIn, credentials, header, value] of ways) {
      const description = { ...example.description, signIn };
      const { client, sent } = clientOf(
        settings.parse({ ...example, ...credentials, description }),
        json({}),
      );
      await client.ask(get, {});
      assert.equal(sent[0]?.headers.get(header), value);
    }
  });

  it('carries no credential where none is described', async () => {
    const { secret: _, ...rest } = example;
    const description = { ...example.description, signIn: { kind: 'none' } };
    const { client, sent } = clientOf(settings.parse({ ...rest, description }), json({}));

    await client.ask(get, {});

    assert.equal(sent[0]?.headers.get('authorization'), null);
  });

  it('goes below the address, whose own path is kept', async () => {
    const { client, sent } = clientOf(plain, json({}));

    await client.ask({ method: 'GET', path: '/users/{account.id}' }, { 'account.id': 'a/../b' });

    assert.equal(sent[0]?.url, 'https://badge.example/api/users/a%2F..%2Fb');
  });

  it('sends JSON, forms, and nothing at all', async () => {
    const { client, sent } = clientOf(plain, json({}), json({}), json({}));

    await client.ask({ ...post, json: { id: '{account.id}' } }, { 'account.id': '"7"' });
    await client.ask({ ...post, form: { id: '{account.id}' } }, { 'account.id': 'a&b=c' });
    await client.ask(post, {});

    assert.deepEqual(
      sent.map(({ headers, body }) => [headers.get('content-type'), body]),
      [
        ['application/json', '{"id":"\\"7\\""}'],
        ['application/x-www-form-urlencoded', 'id=a%26b%3Dc'],
        [null, ''],
      ],
    );
  });

  it('carries the fixed headers of the description', async () => {
    const versioned = settingsWith(['description', 'headers'], { 'x-version': '2' });
    const { client, sent } = clientOf(versioned, json({}));

    await client.ask(get, {});

    assert.equal(sent[0]?.headers.get('x-version'), '2');
  });
});

describe('an answer', () => {
  const meanings: [string, Response | Error, string, RegExp][] = [
    ['401', json({}, { status: 401 }), 'unauthenticated', /GET \/api\/me answered 401/],
    ['403', json({}, { status: 403 }), 'forbidden', /answered 403/],
    ['404', json({}, { status: 404 }), 'not-found', /answered 404/],
    ['400', text('no such field', 400), 'rejected', /answered 400: no such field/],
    ['409', json({}, { status: 409 }), 'rejected', /answered 409/],
    ['422', json({}, { status: 422 }), 'rejected', /answered 422/],
    ['429', json({}, { status: 429 }), 'rate-limited', /answered 429/],
    ['500', text('oops', 500), 'unavailable', /answered 500/],
    ['a redirect', new Response(null, { status: 302 }), 'unexpected', /answered 302/],
    ['no connection', new TypeError('fetch failed'), 'unavailable', /fetch failed/],
    ['a page for people', text('<html>Sign in</html>'), 'unexpected', /is not JSON/],
    ['half an answer', text('{"users":['), 'unexpected', /is not JSON/],
  ];
  for (const [what, answer, kind, detail] of meanings) {
    it(`of ${what} is ${kind}`, async () => {
      const { client } = clientOf(plain, answer);
      const failure = await failureOf(client.ask(get, {}));
      assert.equal(failure.kind, kind);
      assert.match(failure.detail, detail);
    });
  }

  it('that breaks off is unavailable', async () => {
    const broken = new ReadableStream({ start: (it) => it.error(new Error('ECONNRESET')) });
    const { client } = clientOf(plain, new Response(broken));

    assert.equal((await failureOf(client.ask(get, {}))).kind, 'unavailable');
  });

  it('may be empty where nothing is read from it', async () => {
    const { client } = clientOf(plain, new Response(null, { status: 204 }), text(''));

    assert.equal((await client.ask(post, {})).body, undefined);
    assert.equal((await client.ask(post, {})).body, undefined);
  });

  it('may be anything where the description ignores it', async () => {
    const { client } = clientOf(
      withRules({ at: '/ok', notEquals: true, kind: 'rejected' }),
      text('OK'),
    );

    const answer = await client.ask({ ...post, answer: 'ignored' }, {});

    assert.equal(answer.summary, 'POST /api/block answered 200.');
  });

  it('never carries our secret into an error, in whatever form it comes back', async () => {
    const secret = example.secret;
    for (const echo of [secret, Buffer.from(`x:${secret}`).toString('base64')]) {
      const { client } = clientOf(plain, text(`Bad token ${echo}`, 400));
      const { detail } = await failureOf(client.ask(get, {}));
      assert.match(detail, /Bad token/);
      assert.doesNotMatch(detail, new RegExp(echo));
    }
  });
});

describe('a rule about failures', () => {
  const kinds = [
    'unavailable',
    'rate-limited',
    'not-found',
    'unauthenticated',
    'forbidden',
    'rejected',
    'unexpected',
  ];
  for (const kind of kinds) {
    it(`turns a 200 that means no into ${kind}, with the system's words`, async () => {
      const rule = { at: '/ok', equals: false, kind, message: '/why' };
      const { client } = clientOf(withRules(rule), json({ ok: false, why: 'Owner stays' }));

      const failure = await failureOf(client.ask(post, {}));

      assert.equal(failure.kind, kind);
      assert.equal(failure.detail, 'POST /api/block answered 200: Owner stays');
    });
  }

  it('understands a system that answers 1 for no', async () => {
    const rule = { at: '', notEquals: 0, kind: 'rejected' };
    const { client } = clientOf(withRules(rule), text('0'), text('1\n'), text('""'), text(''));

    assert.equal((await client.ask(post, {})).body, 0);
    for (const _ of [1, 2, 3]) {
      const failure = await failureOf(client.ask(post, {}));
      assert.equal(failure.kind, 'rejected');
      assert.match(failure.detail, /body that means no at ""/);
    }
  });

  it('takes an answer that lacks the yes for a no', async () => {
    const rule = { at: '/ok', notEquals: true, kind: 'rejected' };
    const { client } = clientOf(withRules(rule), json({}), json({ ok: true }));

    assert.equal((await failureOf(client.ask(post, {}))).kind, 'rejected');
    assert.deepEqual((await client.ask(post, {})).body, { ok: true });
  });

  it('fits by something being there at all', async () => {
    const rule = { at: '/error', isSet: true, kind: 'rejected' };
    const { client } = clientOf(withRules(rule), json({ error: '' }), json({ error: null }));

    assert.equal((await failureOf(client.ask(post, {}))).kind, 'rejected');
    assert.deepEqual((await client.ask(post, {})).body, { error: null });
  });

  it('gives a status another meaning, alone or with the body', async () => {
    const rules = withRules(
      { status: 400, at: '/code', equals: 'gone', kind: 'not-found' },
      { status: 420, kind: 'rate-limited', retryAfterSeconds: 90 },
    );
    const { client } = clientOf(
      rules,
      json({ code: 'gone' }, { status: 400 }),
      json({ code: 'typo' }, { status: 400 }),
      text('calm down', 420),
    );

    assert.equal((await failureOf(client.ask(get, {}))).kind, 'not-found');
    assert.equal((await failureOf(client.ask(get, {}))).kind, 'rejected');
    assert.deepEqual(await failureOf(client.ask(get, {})), {
      kind: 'rate-limited',
      detail: 'GET /api/me answered 420',
      retryAfterMs: 90_000,
    });
  });

  it('of one request comes before those of the description', async () => {
    const failures = [{ at: '', equals: 1, kind: 'not-found' }] as const;
    const { client } = clientOf(
      withRules({ at: '', isOneOf: [1, 2], kind: 'rejected' }),
      ...[text('1'), text('1'), text('2'), text('0')],
    );

    assert.equal(
      (await failureOf(client.ask({ ...post, failures: [...failures] }, {}))).kind,
      'not-found',
    );
    assert.equal((await failureOf(client.ask(post, {}))).kind, 'rejected');
    assert.equal(
      (await failureOf(client.ask({ ...post, failures: [...failures] }, {}))).kind,
      'rejected',
    );
    assert.equal((await client.ask(post, {})).body, 0);
  });

  it('about successes leaves other statuses alone', async () => {
    const rule = { at: '/ok', equals: false, kind: 'rejected' };
    const { client } = clientOf(withRules(rule), json({ ok: false }, { status: 503 }));

    assert.equal((await failureOf(client.ask(get, {}))).kind, 'unavailable');
  });
});

describe('the check of a connection', () => {
  it('names the user that signs in where no answer does', async () => {
    const { check, ...rest } = example.description;
    const description = { ...rest, signIn: { kind: 'basic' }, check: { request: check.request } };
    const known = settings.parse({ ...example, user: 'svc', description });
    const { client } = clientOf(known, json({}), json({}));

    assert.equal((await http.check(client)).actingAs, 'svc');
    assert.equal(await http.accounts?.own?.(client), 'svc', 'which is the account that it uses');
  });

  it('needs an answer that names us', async () => {
    const { client } = clientOf(plain, json({ login: 'svc' }), json({ user: 'svc' }), text(''));

    assert.deepEqual(await http.check(client), { actingAs: 'svc', scopes: null });
    for (const _ of [1, 2]) {
      const failure = await failureOf(http.check(client));
      assert.equal(failure.kind, 'unexpected');
      assert.match(failure.detail, /no name at "\/login"/);
    }
  });
});
