import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { changed, example } from './example.ts';
import { http } from './index.ts';
import type { Json } from './pointer.ts';
import { settings } from './settings.ts';

type Path = (string | number)[];
const capability = ['description', 'capabilities', 'account.suspend'];

/** What is changed, where the refusal points, and what it says. */
const refusals: [what: string, path: Path, value: Json | undefined, at: string, says: RegExp][] = [
  ['no secret where one is needed', ['secret'], undefined, 'secret', /needs the secret/],
  ['a line break in the secret', ['secret'], 'abc\n', 'secret', /line break copied/],
  [
    'a secret that nobody uses',
    ['description', 'signIn', 'kind'],
    'none',
    'secret',
    /leave out the secret/,
  ],
  [
    'a sign-in that nobody knows',
    ['description', 'signIn'],
    { kind: 'cookie' },
    'description.signIn.kind',
    /`bearer`, `basic`/,
  ],
  [
    'a token with nobody who asks for it',
    ['description', 'signIn', 'kind'],
    'client-credentials',
    'tokenAddress',
    /needs the tokenAddress/,
  ],
  [
    'a refresh token that nobody has',
    ['description', 'signIn', 'kind'],
    'refresh-token',
    'refreshToken',
    /needs the refresh token/,
  ],
  [
    'an address for tokens that nobody asks for',
    ['tokenAddress'],
    'https://badge.example/token',
    'tokenAddress',
    /has no tokenAddress/,
  ],
  [
    'a secret among the fields of a request for a token',
    ['description', 'signIn'],
    { kind: 'client-credentials', fields: { client_secret: 's' } },
    'description.signIn.fields.client_secret',
    /not for descriptions/,
  ],
  [
    'a prefix that opens another header',
    ['description', 'signIn'],
    { kind: 'header', name: 'authorization', prefix: 'a\r\nb' },
    'description.signIn.prefix',
    /one line/,
  ],
  [
    'a check that names nobody',
    ['description', 'check', 'actingAs'],
    undefined,
    'description.check.actingAs',
    /names nobody/,
  ],
  [
    'a rule of one request with two comparisons',
    [...capability, 'apply', 0, 'failures'],
    [{ at: '', equals: 1, notEquals: 0, kind: 'rejected' }],
    'description.capabilities.account.suspend.apply.0.failures.0',
    /exactly one/,
  ],
  ['a user without a password', ['user'], 'svc', 'user', /belongs to sign-in with `basic`/],
  ['an address with a password', ['address'], 'https://a:b@badge.example', 'address', /no user/],
  [
    'a secret inside the description',
    ['description', 'headers'],
    { 'X-Api-Key': 'k' },
    'description.headers.X-Api-Key',
    /belongs into `secret`/,
  ],
  [
    'a header that opens another request',
    ['description', 'headers'],
    { 'x-a': 'b\r\nc: d' },
    'description.headers.x-a',
    /one line/,
  ],
  [
    'a placeholder of another place',
    ['description', 'find', 'request', 'query', 'email'],
    '{account.id}',
    'description.find.request.query.email',
    /\{account\.id\} means nothing here\. Use \{person\.email\}, \{person\.emailName\}, \{person\.employeeNumber\}\./,
  ],
  [
    'a placeholder where there is nobody to stand for',
    ['description', 'check', 'request', 'path'],
    '/users/{account.id}',
    'description.check.request.path',
    /No placeholder does/,
  ],
  [
    'anything that looks like an expression',
    [...capability, 'apply', 0, 'json'],
    { at: '{now.state.toUpperCase}' },
    'description.capabilities.account.suspend.apply.0.json.at',
    /means nothing here/,
  ],
  [
    'a value from before on the way forward',
    [...capability, 'apply', 0, 'json'],
    ['{before.state}'],
    'description.capabilities.account.suspend.apply.0.json.0',
    /means nothing here/,
  ],
  [
    'an item without a list',
    [...capability, 'apply', 0, 'path'],
    '/x/{item}',
    'description.capabilities.account.suspend.apply.0.path',
    /\{item\} means nothing here/,
  ],
  [
    'a login that nobody can look up',
    [...capability, 'apply', 0, 'path'],
    '/x/{account.login}',
    'description.one',
    /say how one account is read by its id/,
  ],
  [
    'a goal about a fact that is not read',
    [...capability, 'goal', 'all', 0, 'fact'],
    'status',
    'description.capabilities.account.suspend.goal.all.0.fact',
    /no fact "status" under `read`\. Facts: state\./,
  ],
  [
    'a read without a goal',
    [...capability, 'goal'],
    undefined,
    'description.capabilities.account.suspend.goal',
    /add a `goal`/,
  ],
  [
    'a goal without a read',
    [...capability, 'read'],
    undefined,
    'description.capabilities.account.suspend.goal',
    /describe `read` as well/,
  ],
  [
    'a command that may do harm when it is sent twice',
    capability,
    { apply: [{ method: 'POST', path: '/x' }] },
    'description.capabilities.account.suspend.repeatable',
    /sent twice when an answer is lost/,
  ],
  [
    'destruction that nobody can check',
    ['description', 'capabilities', 'account.delete'],
    { apply: [{ method: 'DELETE', path: '/users/{account.id}' }], repeatable: true },
    'description.capabilities.account.delete.read',
    /account\.delete destroys something, so it must be read back/,
  ],
  [
    'a wipe that nobody can check',
    ['description', 'capabilities', 'device.wipe'],
    { apply: [{ method: 'POST', path: '/wipe' }], repeatable: true },
    'description.capabilities.device.wipe.read',
    /destroys something/,
  ],
  [
    'a capability that nobody knows',
    ['description', 'capabilities', 'account.explode'],
    { apply: [{ method: 'POST', path: '/x' }] },
    'description.capabilities',
    /no such capability\. Expected one of account\.create, account\.suspend/,
  ],
  [
    'an absent account that has facts',
    [...capability, 'goal', 'all', 1],
    { isAbsent: true },
    'description.capabilities.account.suspend.goal.all.1',
    /write `any`/,
  ],
  [
    'a list of items that is not read',
    [...capability, 'apply', 0, 'forEach'],
    'sessions',
    'description.capabilities.account.suspend.apply.0.forEach',
    /no fact "sessions"/,
  ],
  [
    'a fact that is not a place',
    [...capability, 'read', 'facts', 'state'],
    'state',
    'description.capabilities.account.suspend.read.facts.state',
    /starts with "\/", such as \/user\/status/,
  ],
  [
    'a rule without a condition',
    ['description', 'failures'],
    [{ kind: 'rejected' }],
    'description.failures.0',
    /needs a `status`, or `at`/,
  ],
  [
    'a rule with two conditions',
    ['description', 'failures'],
    [{ at: '/ok', equals: false, isSet: true, kind: 'rejected' }],
    'description.failures.0',
    /exactly one of/,
  ],
  [
    'a waiting time that nobody waits',
    ['description', 'failures'],
    [{ status: 409, kind: 'rejected', retryAfterSeconds: 5 }],
    'description.failures.0.retryAfterSeconds',
    /Only `rate-limited`/,
  ],
];

function refusalOf(value: unknown): { at: string; message: string }[] {
  const parsed = settings.safeParse(value);
  assert.ok(!parsed.success, 'should have been refused');
  return parsed.error.issues.map(({ path, message }) => ({ at: path.join('.'), message }));
}

describe('a description', () => {
  it('is accepted when its parts fit each other', () => {
    assert.ok(settings.safeParse(example).success);
  });

  for (const [what, path, value, at, says] of refusals) {
    it(`is refused with ${what}`, () => {
      const refused = refusalOf(changed(path, value));
      const there = refused.find((it) => it.at === at);
      assert.ok(there, `Expected a refusal at ${at}, not ${JSON.stringify(refused)}`);
      assert.match(there.message, says);
    });
  }

  it('is refused when "not found" would be believed without a known account', () => {
    const places: [Path, Json][] = [
      [['description', 'find', 'notFoundMeansNone'], true],
      [[...capability, 'goal'], { any: [{ isAbsent: true }] }],
    ];
    for (const [path, value] of places) {
      const it = changed(path, value) as { knownAccount?: unknown };
      delete it.knownAccount;
      assert.match(refusalOf(it)[0]?.message ?? '', /Fill in the known account/);
    }
  });

  it('is refused when the known account lacks what people are looked for by', () => {
    const path = ['description', 'find', 'match', 'equals'];
    const [refused] = refusalOf(changed(path, 'person.employeeNumber'));
    assert.equal(refused?.at, 'knownAccount.employeeNumber');
  });

  it('never repeats a secret in a refusal', () => {
    const said = JSON.stringify(refusalOf(changed(['secret'], 'hush-hush\u20ac')));
    assert.doesNotMatch(said, /hush/);
  });

  it('becomes a form in which only secrets are secrets', () => {
    const form = z.toJSONSchema(settings, { io: 'input' });
    const secrets = Object.entries(form.properties ?? {})
      .filter(([, field]) => typeof field === 'object' && 'secret' in field)
      .map(([name]) => name);
    assert.deepEqual(secrets, ['secret', 'refreshToken', 'accessToken']);
    assert.doesNotMatch(JSON.stringify(form.properties?.['description']), /"secret":true/);
  });

  it('is refused with a query in the address that gives tokens', () => {
    const tokenAddress = 'https://badge.example/token?a=b';
    const description = { ...example.description, signIn: { kind: 'client-credentials' } };
    const refused = settings.safeParse({ ...example, description, clientId: 'me', tokenAddress });
    assert.deepEqual(
      refused.error?.issues.map((it) => [it.path.join('.'), it.message]),
      [['tokenAddress', 'The address has no user, no "?" and no "#".']],
    );
  });

  it('binds the secret to the host of the address, and to the one that gives tokens', () => {
    assert.deepEqual(http.hosts(example), ['badge.example:443']);
    assert.deepEqual(http.hosts({ ...example, address: 'http://[::1]:8080/x' }), ['[::1]:8080']);
    const here = { ...example, tokenAddress: 'https://badge.example/token' };
    assert.deepEqual(http.hosts(here), ['badge.example:443']);
    const elsewhere = { ...example, tokenAddress: 'https://login.example/token' };
    assert.deepEqual(http.hosts(elsewhere), ['badge.example:443', 'login.example:443']);
  });
});
