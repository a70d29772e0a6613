import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { type Account, actionsOf } from '#connector-kit/contract.ts';
import type { ApiSpec } from '#connector-kit/testing/document-operations.ts';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { sliceProblem } from '#connector-kit/testing/slice.ts';
import { openGitHub } from './api.ts';
import { fakeGitHub } from './fake.ts';
import { github } from './index.ts';
import { permissions } from './permissions.ts';
import { addressesOf, settings } from './settings.ts';
import spec from './spec.json' with { type: 'json' };
import { held, owner, pem, setUp } from './test-organisation.ts';

/** The document that lies there was rid of each `nullable` without a type, which some readers refuse. */
const likeThere = (slice: ApiSpec): ApiSpec =>
  JSON.parse(JSON.stringify(slice), (_, value) =>
    value?.nullable === true && value.type === undefined
      ? { ...value, nullable: undefined }
      : value,
  );

describe('the document of GitHub', () => {
  const whole = path.resolve(
    import.meta.dirname,
    '../../../../shared/specs/github-openapi-subset.json',
  );
  if (existsSync(whole)) {
    it('says what our slice of it says, as far as it is there', () => {
      const document = JSON.parse(readFileSync(whole, 'utf8')) as ApiSpec;
      const isThere = ([name]: [string, unknown]) => name in document.paths;
      const known = Object.fromEntries(Object.entries(spec.paths).filter(isThere));
      assert.ok(Object.keys(known).length > 10);
      assert.equal(sliceProblem(likeThere({ ...spec, paths: known }), document), null);
    });
  }

  it('refuses what is not in it', async () => {
    const strict = held(setUp().fetch, Object.values(permissions));
    const at = 'https://api.github.com/orgs/meadow';
    const headers = { 'content-type': 'application/json' };
    const body = '{"role":"emperor"}';
    await assert.rejects(
      strict(`${at}/memberships/pri-codes`, { method: 'PUT', headers, body }),
      failsAs('unexpected', /does not fit/),
    );
    await assert.rejects(
      strict(`${at}/banish`, { method: 'POST' }),
      failsAs('unexpected', /not in the vendor/),
    );
  });
});

describe('signing in to GitHub', () => {
  it('goes by a statement of the app to a token of its installation, once for many calls', async () => {
    const service = fakeGitHub({ users: [{ ...owner }] });
    const asked: string[] = [];
    const fetch: typeof globalThis.fetch = (input, init) => {
      asked.push(new URL(new Request(input, init).url).pathname);
      return service.fetch(input, init);
    };
    const connection = settings.parse({
      ...{ organisation: 'meadow', clientId: 'Iv1.once', privateKey: pem, findBy: ['saml'] },
    });
    for (let i = 0; i < 2; i++)
      await openGitHub(connection, { ...loopbackIo, fetch }).userById('1');
    assert.deepEqual(asked, [
      '/orgs/meadow/installation',
      '/app/installations/42/access_tokens',
      '/user/1',
      '/user/1',
    ]);
  });

  it('tells as which app, and what that was granted', async () => {
    const { client } = setUp();
    const { actingAs, scopes } = await github.check(client);
    assert.equal(actingAs, 'app gatehouse in meadow');
    assert.equal(await github.accounts?.own?.(client), null, 'an app is no member');
    assert.deepEqual(
      Object.values(permissions).filter((it) => !scopes?.includes(it)),
      [],
    );
    const wanted = actionsOf(github, { copilot: true }).flatMap((action) => action.scopes);
    assert.deepEqual(new Set(wanted), new Set(Object.values(permissions)));
  });

  it('tells whose token it is, and refuses one of somebody who is no owner', async () => {
    const { client, users } = setUp({ token: 'github_pat_1' });
    assert.deepEqual(await github.check(client), {
      actingAs: 'gatehouse-bot in meadow',
      scopes: null,
    });
    assert.equal(await github.accounts?.own?.(client), String(users[0]!.id));
    users[0]!.role = 'member';
    await assert.rejects(github.check(client), failsAs('forbidden', /no owner of meadow/));
  });

  it('fails as not known where the key is not good', async () => {
    const service = fakeGitHub({ users: [{ ...owner }] });
    const connection = settings.parse({
      ...{ organisation: 'meadow', clientId: 'x', privateKey: 'none', findBy: ['saml'] },
    });
    const client = openGitHub(connection, { ...loopbackIo, fetch: service.fetch });
    await assert.rejects(github.check(client), failsAs('unauthenticated', /cannot be read/));
  });
});

describe('a list of everybody in the organisation', () => {
  it('comes page by page: owners as privileged, then members, outside collaborators, the invited', async () => {
    const users = Array.from({ length: 240 }, (_, i) => ({
      ...{ id: 2_000 + i, login: `u${i}` },
      ...(i === 7
        ? { role: 'admin' as const }
        : i === 8
          ? { isOutside: true }
          : { role: 'member' as const }),
    }));
    const invitations = [
      { id: 9, login: null, email: 'new@meadow.example', role: 'direct_member' },
    ];
    const { client } = setUp({ more: { users, invitations } });
    const all: Account[] = [];
    for await (const account of github.accounts!.list(client)) all.push(account);
    assert.equal(all.length, 240 + 2 + 1);
    assert.equal(new Set(all.map(({ id }) => id)).size, all.length);
    assert.deepEqual(
      all.filter((it) => it.privileged).map(({ login }) => login),
      ['gatehouse-bot', 'u7'],
    );
    assert.deepEqual(
      all.slice(-2).map(({ id }) => id),
      ['2008', 'invitation:9'],
    );
  });
});

describe('the settings of GitHub', () => {
  const problems = (it: object) =>
    settings
      .safeParse({ organisation: 'meadow', findBy: ['saml'], ...it })
      .error?.issues.map(({ message }) => message) ?? [];

  it('want an app or a token, and say what is missing', () => {
    assert.deepEqual(problems({ token: 'x' }), []);
    assert.deepEqual(problems({}), [
      'Enter the client ID of the app',
      'Enter the private key of the app',
    ]);
    assert.deepEqual(problems({ clientId: 'a', token: 'x' }), [
      'Enter the app or the token, not both',
    ]);
    assert.deepEqual(problems({ organisation: 'https://github.com/meadow', token: 'x' }), [
      'Only the name, without the address',
    ]);
  });

  it('bind the credential to the one host, wherever GitHub runs', () => {
    const hosts = (address?: string) => github.hosts({ ...(address ? { address } : {}) });
    assert.deepEqual(hosts(), ['api.github.com:443']);
    assert.deepEqual(hosts('https://meadow.ghe.com'), ['api.meadow.ghe.com:443']);
    assert.deepEqual(hosts('https://git.meadow.example'), ['git.meadow.example:443']);
    assert.equal(
      addressesOf({ address: 'https://git.meadow.example' }).rest,
      'https://git.meadow.example/api/v3',
    );
  });
});
