import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { type Account, actionsOf } from '#connector-kit/contract.ts';
import { conforming } from '#connector-kit/testing/conforming.ts';
import { operationsIn } from '#connector-kit/testing/document-operations.ts';
import { documentShapes } from '#connector-kit/testing/document-shape.ts';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { failsWell } from '#connector-kit/testing/fails-well.ts';
import { listsPageByPage } from '#connector-kit/testing/lists-page-by-page.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { ConnectorError, type Failure } from '#core/failure.ts';
import { openSlack } from './api.ts';
import { fakeSlack } from './fake.ts';
import { slack } from './index.ts';
import { scopes } from './scopes.ts';
import { settings } from './settings.ts';
import spec from './spec.json' with { type: 'json' };
import { email, keys, priyaId, settingsFor, setUp } from './test-workspace.ts';

const accounts = slack.accounts!;
const brief = (all: readonly Account[]) =>
  all.map(({ id, status, privileged }) => [id, status, privileged]);

async function listed(client: unknown): Promise<Account[]> {
  const found: Account[] = [];
  for await (const it of accounts.list(client)) found.push(it);
  return found;
}

describe('the document of Slack', () => {
  const whole = path.resolve(
    import.meta.dirname,
    '../../../../shared/specs/slack_web_openapi_v2.json',
  );
  /** What Slack added after that document was archived. */
  const later = {
    methods: ['/admin.users.deactivate', '/admin.users.session.list'],
    parameters: ['is_active', 'team_id'],
    /** Named anew when apps got tokens of their own. */
    scopes: ['/chat.postMessage', '/conversations.open'],
  };
  if (existsSync(whole)) {
    interface Swagger {
      paths: Record<string, Record<string, Method> | undefined>;
    }
    interface Method {
      security: { slackAuth: string[] }[];
      parameters: { name: string }[];
    }
    it('knows the methods, scopes and arguments of our slice', () => {
      const { paths } = JSON.parse(readFileSync(whole, 'utf8')) as Swagger;
      const methods = operationsIn(spec, documentShapes(spec).resolve)
        .map((it) => ({ ...it, name: it.path.replace(/^.api/, '') }))
        .filter(({ path, name }) => path.startsWith('/api/') && !later.methods.includes(name));
      for (const { method, name, parameters, node } of methods) {
        const its = paths[name]?.[method.toLowerCase()];
        assert.ok(its, `${method} ${name}`);
        if (node['security'] && !later.scopes.includes(name))
          assert.deepEqual(node['security'], its.security, name);
        const known = new Set([...its.parameters.map((it) => it.name), ...later.parameters]);
        const body = /"properties":(\{.*?\}),"required"/.exec(
          JSON.stringify(node['requestBody'] ?? ''),
        );
        const sent = Object.keys(JSON.parse(body?.[1] ?? '{}') as object);
        for (const argument of [...parameters.map((it) => String(it['name'])), ...sent]) {
          assert.ok(known.has(argument), `${name} ${argument}`);
        }
      }
      assert.equal(methods.length, 18);
    });
  }

  it('refuses what is not in it', async () => {
    const strict = conforming(fakeSlack({ users: [] }).fetch, spec, Object.values(scopes));
    const post = { method: 'POST', headers: { 'content-type': 'application/json' } };
    await assert.rejects(
      strict('https://slack.com/api/admin.users.deactivate', { ...post, body: '{"user":"U0X"}' }),
      failsAs('unexpected', /does not fit/),
    );
    await assert.rejects(
      strict('https://slack.com/api/admin.users.banish', post),
      failsAs('unexpected', /not in the vendor/),
    );
  });
});

const members = [priyaId, 'U0SAM'];
const [newcomer, workspace] = ['new@meadow.example', 'T0SALES'];
/** Priya has something of everything: on the plan where nothing is left to people, and where much is. */
for (const plan of ['enterprise', 'pro'] as const) {
  const place = plan === 'enterprise' ? { workspace } : {};
  const rank =
    plan === 'enterprise'
      ? { workspaces: { [workspace]: 'admin' as const } }
      : { rank: 'admin' as const };
  failsWell(slack, {
    settings: { ...settingsFor(plan), botToken: 'xoxb-token' },
    channel: 'C0PEOPLE',
    person: keys,
    accountId: priyaId,
    given: {
      'groups.join': { params: { groups: ['Choir'] } },
      'account.create': {
        accountId: newcomer,
        params: {
          person: {
            ...{ name: 'N', email: newcomer, employeeNumber: '2', department: null, title: null },
          },
        },
      },
    },
    system: () =>
      fakeSlack({
        plan,
        pageSize: 1,
        channels: [{ id: 'C0PEOPLE', name: 'people' }],
        users: [
          { id: 'U0SAM', email: 'sam@meadow.example' },
          { id: priyaId, email: keys.email, sessions: [1], ...rank },
        ],
        groups: [
          { id: 'S0SALES', name: 'Sales', ...place, members: [...members] },
          { id: 'S0CHOIR', name: 'Choir', ...place, members: ['U0SAM'] },
        ],
      }),
  });
  listsPageByPage(slack, {
    settings: settingsFor(plan),
    system: (count) =>
      fakeSlack({
        plan,
        users: Array.from({ length: count }, (_, i) => ({
          ...{ id: `U0${i}X`, email: `u${i}@meadow.example`, deleted: i % 2 === 1 },
        })),
      }),
  });
}

describe('people in Slack', () => {
  it('are found by their address, whatever the case, with what they may do', async () => {
    for (const plan of ['free', 'pro', 'business', 'enterprise'] as const) {
      const { client } = setUp(plan, { rank: 'owner' });
      const found = await accounts.find(client, keys);
      assert.deepEqual(brief(found), [[priyaId, 'active', true]], plan);
      assert.equal(found[0]!.login, email);
    }
  });

  it('are found as guests, too', async () => {
    for (const plan of ['free', 'enterprise'] as const) {
      const { client } = setUp(plan, { guest: 'single-channel' });
      assert.deepEqual(brief(await accounts.find(client, keys)), [[priyaId, 'active', false]]);
    }
  });

  it('are found though deactivated where SCIM tells, and not elsewhere', async () => {
    const found = async (plan: 'pro' | 'business') =>
      brief(await accounts.find(setUp(plan, { deleted: true }).client, keys));
    assert.deepEqual(await found('business'), [[priyaId, 'suspended', false]]);
    assert.deepEqual(await found('pro'), []);
  });

  it('are never somebody of another company, a bot, or only alike', async () => {
    const stranger = setUp('pro', { stranger: true });
    assert.deepEqual(await accounts.find(stranger.client, keys), []);
    const other = setUp('business', { email: 'priya.nairn@meadow.example' });
    assert.deepEqual(await accounts.find(other.client, keys), []);
  });

  it('are not found by a search that SCIM did not carry out', async () => {
    const { fetch } = setUp('business');
    const sloppy = ((input: URL, init: RequestInit) => {
      const url = new URL(input);
      url.searchParams.delete('filter');
      return fetch(url, init);
    }) as typeof globalThis.fetch;
    const client = openSlack(settingsFor('business'), { ...loopbackIo, fetch: sloppy });
    await assert.rejects(
      accounts.find(client, { ...keys, email: 'eve@meadow.example' }),
      failsAs('unexpected', /another address/),
    );
  });

  it('are listed page by page, without bots', async () => {
    const users = [
      { id: 'USLACKBOT', name: 'slackbot' },
      { id: 'U0BOT', name: 'deploys', bot: true as const },
      { id: 'U0SAM', email: 'sam@meadow.example', deleted: true },
    ];
    for (const plan of ['pro', 'enterprise'] as const) {
      const { client } = setUp(plan, {}, { users, pageSize: 1 });
      const found = brief(await listed(client)).sort();
      const both = [
        [priyaId, 'active', false],
        ['U0SAM', 'suspended', false],
      ];
      assert.deepEqual(found, both, plan);
    }
  });

  it('are not listed for ever by a cursor that stays the same', async () => {
    const again = async () =>
      Response.json({ ok: true, members: [], response_metadata: { next_cursor: 'dXNlcg==' } });
    const client = openSlack(settingsFor('pro'), { ...loopbackIo, fetch: again });
    await assert.rejects(listed(client), failsAs('unexpected', /same page/));
  });
});

describe('a word of Slack', () => {
  const kindOf = async (error: string, more: object = {}): Promise<Failure> => {
    const world = setUp('enterprise');
    world.failNext(Response.json({ ok: false, error, ...more }));
    const thrown = await world.client.user(priyaId).catch((it: unknown) => it);
    assert.ok(thrown instanceof ConnectorError, error);
    return thrown.failure;
  };
  const expected = {
    unauthenticated: ['invalid_auth', 'token_revoked', 'account_inactive', 'not_authed'],
    forbidden: ['missing_scope', 'not_an_admin', 'feature_not_enabled', 'not_allowed_token_type'],
    'not-found': ['user_not_found', 'team_not_found', 'no_such_subteam'],
    unavailable: ['fatal_error', 'internal_error', 'team_added_to_org'],
    unexpected: ['invalid_arg_name', 'unknown_method'],
    rejected: ['cannot_modify_primary_owner', 'a_word_that_is_new'],
  };
  for (const [kind, words] of Object.entries(expected)) {
    it(`behind status 200 means ${kind}: ${words.join(', ')}`, async () => {
      for (const word of words) assert.equal((await kindOf(word)).kind, kind, word);
    });
  }

  it('that asks to wait holds the connection for a minute, and a header says it exactly', async () => {
    const failure = await kindOf('ratelimited');
    assert.ok(failure.kind === 'rate-limited' && failure.retryAfterMs === 60_000);
    const world = setUp('pro');
    world.failNext(new Response('', { status: 429, headers: { 'retry-after': '7' } }));
    await assert.rejects(
      world.client.user(priyaId),
      (thrown) =>
        thrown instanceof ConnectorError &&
        thrown.failure.kind === 'rate-limited' &&
        thrown.failure.retryAfterMs === 7_000,
    );
  });

  it('names the scope that the app lacks', async () => {
    const { detail } = await kindOf('missing_scope', { needed: 'admin.users:write' });
    assert.match(detail, /the app lacks admin\.users:write/);
  });

  it('is never told from an answer that is no JSON, or lacks what it must say', async () => {
    const answers = (body: string) =>
      openSlack(settingsFor('pro'), { ...loopbackIo, fetch: async () => new Response(body) });
    const html = answers('<html>Maintenance</html>');
    await assert.rejects(html.user(priyaId), failsAs('unexpected', /no readable JSON/));
    const wordless = answers(JSON.stringify({ user: { id: priyaId } }));
    await assert.rejects(wordless.user(priyaId), failsAs('unexpected', /\/ok/));
  });
});

describe('the check of a connection to Slack', () => {
  it('tells who we are, and which scopes the token has', async () => {
    const granted = ['users:read', 'users:read.email', 'admin'];
    const { client } = setUp('business', {}, { granted });
    assert.deepEqual(await slack.check(client), {
      actingAs: 'gatehouse in Meadow & Co',
      scopes: granted,
    });
    assert.equal(await slack.accounts?.own?.(client), 'U0GATEHOUSE');
  });

  it('says that an app of one workspace cannot serve the organisation', async () => {
    const { client } = setUp('enterprise', {}, { installedOnOrganisation: false });
    await assert.rejects(slack.check(client), failsAs('forbidden', /whole organisation/));
  });

  it('says so when the token is unknown, to the web API or to SCIM alone', async () => {
    const known = setUp('business', {}, { token: 'xoxp-another' });
    await assert.rejects(slack.check(known.client), failsAs('unauthenticated', /invalid_auth/));
    const withoutAdmin = setUp('business', {}, { granted: ['users:read'] });
    await assert.rejects(
      slack.check(withoutAdmin.client),
      failsAs('unauthenticated', /scope admin/),
    );
  });
});

describe('the settings of Slack', () => {
  it('bind the token to the hosts of the plan', () => {
    assert.deepEqual(slack.hosts(settingsFor('pro')), ['slack.com:443']);
    assert.deepEqual(slack.hosts(settingsFor('enterprise')), [
      'slack.com:443',
      'api.slack.com:443',
    ]);
  });

  it('say by the plan what can be done', () => {
    const offered = (plan: 'free' | 'pro' | 'business' | 'enterprise') =>
      actionsOf(slack, settingsFor(plan)).map(({ capability }) => capability);
    assert.deepEqual(offered('free'), ['account.suspend', 'roles.remove']);
    assert.deepEqual(offered('pro'), [...offered('free'), 'groups.leave', 'groups.join']);
    assert.deepEqual(offered('business'), [...offered('pro'), 'account.create']);
    assert.deepEqual(
      offered('enterprise').toSorted(),
      [...offered('business'), 'sessions.revoke'].toSorted(),
    );
  });

  it('refuse a plan that Slack does not sell', () => {
    assert.equal(settings.safeParse({ plan: 'plus', token: 'x' }).success, false);
  });
});
