import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { starters } from '#app/playbooks.ts';
import type { TestUser } from '#app/testing/app.ts';
import type { Alert } from './contract/alerts.ts';
import type { Connection, ConnectionSaved, Connector } from './contract/connections.ts';
import type { KillSwitch } from './contract/kill-switch.ts';
import type { Playbook, PlaybookChecked } from './contract/playbooks.ts';
import type { SettingRequests, SettingsDocument } from './contract/settings.ts';
import type { Task } from './contract/tasks.ts';
import { problemIn, startTestApi, type TestApi } from './testing/api.ts';

interface Page<Item> {
  readonly items: Item[];
}

describe('connections', () => {
  let api: TestApi;
  let admin: TestUser;
  let check: unknown;

  before(async () => {
    api = await startTestApi((kind) => {
      if (kind === 'discover') return { accounts: 7 };
      return check;
    });
    admin = await api.addUser('Ada Admin', ['it-admin']);
  });

  const works = { works: true, actingAs: 'gatehouse-bot', scopes: ['users'] };
  const save = (json: unknown, id = 'wiki-1') =>
    api.ask(`/api/v1/connections/${id}`, { method: 'PUT', token: admin.token, json });
  const settings = { address: 'https://wiki.example', token: 'hidden-token' };

  it('are saved and tried; their secrets are named and never come back', async () => {
    check = works;
    const response = await save({ connector: 'wiki', name: 'Our wiki', settings });
    const text = await response.text();
    assert.equal(response.status, 200, text);
    const { connection, check: checked }: ConnectionSaved = JSON.parse(text);
    assert.deepEqual(checked, works);
    assert.deepEqual(connection.secrets, ['token']);
    assert.deepEqual(connection.settings, { address: 'https://wiki.example' });
    assert.equal(connection.state, 'active');

    const listed = await (await api.ask('/api/v1/connections', admin)).text();
    assert.doesNotMatch(text + listed + JSON.stringify(api.log), /hidden-token/);
    assert.deepEqual([...api.handedOver.values()], ['hidden-token']);
  });

  it('that do not work are saved, and say why', async () => {
    check = { works: false, failure: { kind: 'unauthenticated', detail: 'the key is refused' } };
    const { check: checked }: ConnectionSaved = await api.read('/api/v1/connections/wiki-2', {
      method: 'PUT',
      token: admin.token,
      json: { connector: 'wiki', settings },
    });
    assert.deepEqual(checked, check);
  });

  it('are refused field by field, without repeating a secret', async () => {
    const json = { connector: 'wiki', settings: { address: 'wiki', token: '', colour: 'red' } };
    const problem = await problemIn(await save(json), 422);
    assert.deepEqual(
      problem.errors.map((it) => it.at),
      ['address', 'token', 'settings'],
    );
    await problemIn(await save({ connector: 'nothing', settings: {} }), 422);
    await problemIn(await save({ connector: 'wiki', settings: {}, colour: 'red' }), 422);
    await problemIn(await save({ connector: 'signed-hr', settings: {} }), 409);
  });

  it('know on which day a secret runs out, as long as it is that secret', async () => {
    check = works;
    const put = (json: object) => save({ connector: 'wiki', ...json });
    const daysOf = async (response: Response) => {
      const { connection } = (await response.json()) as ConnectionSaved;
      return connection.expires;
    };
    const day = '2099-01-31';
    assert.deepEqual(await daysOf(await put({ settings, expires: { token: day } })), {
      token: day,
    });
    const kept = { address: settings.address };
    assert.deepEqual(await daysOf(await put({ settings: kept })), { token: day });
    assert.deepEqual(await daysOf(await put({ settings })), {}, 'another secret, another day');

    const say = (secret: string, of: object, by = admin) => {
      const path = `/api/v1/connections/wiki-1/secrets/${secret}`;
      return api.ask(path, { method: 'PUT', token: by.token, json: of });
    };
    assert.equal((await say('token', { day })).status, 200);
    const shown = await api.read<Connection>('/api/v1/connections/wiki-1', admin);
    assert.deepEqual(shown.expires, { token: day });
    assert.equal((await say('token', { day: null })).status, 200);

    await problemIn(await say('token', { day: '2001-01-31' }), 422);
    await problemIn(await say('address', { day }), 404);
    const operator = await api.addUser('Olga Operator', ['it-operator']);
    await problemIn(await say('token', { day }, operator), 403);
    const refused = await problemIn(
      await put({ settings, expires: { address: day, token: '2001-01-31' } }),
      422,
    );
    assert.deepEqual(
      refused.errors.map(({ at }) => at),
      ['expires.address', 'expires.token'],
    );
  });

  it('are tested and discovered by a worker', async () => {
    check = works;
    const post = { method: 'POST', token: admin.token };
    assert.deepEqual(await api.read('/api/v1/connections/wiki-1/test', post), works);
    assert.deepEqual(await api.read('/api/v1/connections/wiki-1/discover', post), { accounts: 7 });
    await problemIn(await api.ask('/api/v1/connections/nothing/test', post), 404);
  });

  it('are removed once, and nobody is told any more that they do not answer', async () => {
    await api.pools.admin.query(
      `insert into alerts (id, condition, kind, title, body, connection_id, step_id)
       values ('R1', 'connection:wiki-2:down', 'connection.down', 'Wiki', '', 'wiki-2', null),
              ('R2', 'set-aside:wiki-2:17', 'intake.question', 'Somebody', '', null, null),
              ('R3', 'source:wiki-22', 'intake.question', 'Another source', '', null, null),
              ('R4', 'step:s1:held', 'step.held', 'A step waits', '', 'wiki-2', 's1')`,
    );
    const asked = { method: 'DELETE', token: admin.token };
    assert.equal((await api.ask('/api/v1/connections/wiki-2', asked)).status, 200);
    const { rows } = await api.pools.admin.query<{ id: string; over: boolean }>(
      `delete from alerts where id like 'R_' returning id, resolved_at is not null as over`,
    );
    assert.deepEqual(rows.map(({ id, over }) => [id, over]).toSorted(), [
      ['R1', true],
      ['R2', true],
      ['R3', false],
      ['R4', false],
    ]);
    await problemIn(await api.ask('/api/v1/connections/wiki-2', asked), 404);
    const { items }: Page<Connection> = await api.read('/api/v1/connections', admin);
    assert.equal(items.find((it) => it.id === 'wiki-2')?.state, 'disabled');
  });

  it('have forms that say what is a secret', async () => {
    const { items }: Page<Connector> = await api.read('/api/v1/connectors', admin);
    const wiki = items.find((it) => it.id === 'wiki')!;
    assert.deepEqual(wiki.settings['required'], ['address', 'token']);
    assert.deepEqual(Object(wiki.settings['properties']).token, {
      type: 'string',
      minLength: 1,
      title: 'Token',
      description: 'Made in the wiki under Administration',
      secret: true,
    });
  });
});

type Guardrails = SettingsDocument['guardrails'];

describe('what an administrator sets', () => {
  let api: TestApi;
  let admin: TestUser;
  let hr: TestUser;

  before(async () => {
    api = await startTestApi();
    admin = await api.addUser('Ada Admin', ['it-admin', 'security']);
    hr = await api.addUser('Hanna HR', ['hr']);
  });

  const lastPolicy = async () => {
    const { rows } = await api.pools.admin.query<{ data: Record<string, unknown> }>(
      `select convert_from(leaf, 'UTF8')::jsonb -> 'data' as data from ledger.staged
        where convert_from(leaf, 'UTF8')::jsonb ->> 'type' = 'policy.changed' order by sid desc limit 1`,
    );
    const { before: _, after: __, ...data } = rows[0]!.data;
    return data;
  };

  it('is read as a whole and changed in part', async () => {
    const path = '/api/v1/settings/company';
    const change = { method: 'PATCH', token: admin.token, json: { zone: 'Europe/Berlin' } };
    const company = await api.read<SettingsDocument['company']>(path, change);
    assert.equal(company.zone, 'Europe/Berlin');
    assert.equal(company.name, 'Our company');
    const all = await api.read<SettingsDocument>('/api/v1/settings', hr);
    assert.deepEqual(all.company, company);

    const wrong = await api.ask(path, { ...change, json: { zone: 'Mars' } });
    assert.equal((await problemIn(wrong, 422)).errors[0]?.at, 'zone');
    await problemIn(await api.ask('/api/v1/settings/colour', change), 404);
    await problemIn(await api.ask(path, { ...change, token: hr.token }), 403);
  });

  it('stops everything at once, and says who did', async () => {
    const stop = { token: admin.token, json: { reason: 'Something is wrong' } };
    const stopped = await api.read<KillSwitch>('/api/v1/kill-switch', stop);
    assert.equal(stopped.stopped, true);
    assert.equal(stopped.by?.name, 'Ada Admin');
    assert.deepEqual(await api.read('/api/v1/kill-switch', hr), stopped);

    const resumed = await api.read<{ resumed: boolean }>('/api/v1/kill-switch', {
      method: 'DELETE',
      token: admin.token,
    });
    assert.equal(resumed.resumed, true);
    const again = await api.ask('/api/v1/kill-switch', { method: 'DELETE', token: admin.token });
    await problemIn(again, 409);
  });

  it('lets more pass by the word of one person who is alone', async () => {
    const change = { method: 'PATCH', token: admin.token, json: { wipesPerHour: 6 } };
    const now = await api.read<Guardrails>('/api/v1/settings/guardrails', change);
    assert.equal(now.wipesPerHour, 6);
    assert.equal((await lastPolicy())['alone'], true);
  });

  it('lets more pass only when two say the same, where there are two, and less by one', async () => {
    const sven = await api.addUser('Sven Security', ['security']);
    const set = async (who: TestUser, json: object, status: number, name = 'guardrails') => {
      const it = { method: 'PATCH', token: who.token, json };
      const response = await api.ask(`/api/v1/settings/${name}`, it);
      const text = await response.text();
      assert.equal(response.status, status, text);
      return text;
    };
    const wipes = async () =>
      (await api.read<SettingsDocument>('/api/v1/settings', hr)).guardrails.wipesPerHour;
    const waiting = async () =>
      (await api.read<SettingRequests>('/api/v1/settings/requests', hr)).items;

    assert.match(await set(admin, { wipesPerHour: 7, deletionsPerHour: 9 }, 202), /second person/);
    await set(admin, { wipesPerHour: 7, deletionsPerHour: 9 }, 202);
    await set(sven, { wipesPerHour: 8 }, 202);
    assert.equal(await wipes(), 6, 'one person twice is one, and the other says something else');
    const [asked, ...more] = await waiting();
    assert.deepEqual(more, []);
    assert.deepEqual(
      [asked?.group, asked?.change, asked?.loosens, asked?.askedBy.name],
      ['guardrails', { wipesPerHour: 8 }, ['guardrails.wipesPerHour'], 'Sven Security'],
    );
    await set(sven, { wipesPerHour: 4 }, 200);
    assert.equal(await wipes(), 4, 'less by one');
    assert.deepEqual(await lastPolicy(), { policy: 'guardrails' });

    await set(admin, { wipesPerHour: 8 }, 200);
    assert.equal(await wipes(), 8);
    assert.deepEqual(await lastPolicy(), { policy: 'guardrails', second: asked?.askedBy.id });
    assert.deepEqual(await waiting(), []);

    await set(admin, { headcount: 4_000 }, 202, 'company');
    await set(admin, { secondPerson: false }, 202, 'playbooks');
    const drop = (who: TestUser) =>
      api.ask('/api/v1/settings/requests/playbooks', { method: 'DELETE', token: who.token });
    await problemIn(await drop(hr), 403);
    assert.equal((await drop(sven)).status, 200);
    await problemIn(await drop(sven), 404);
    assert.deepEqual(
      (await waiting()).map(({ group }) => group),
      ['company'],
    );
  });

  it('goes on only when two say so, where there are two', async () => {
    const second = await api.addUser('Sina Security', ['security']);
    const resume = (by: TestUser) =>
      api.read<{ resumed: boolean }>('/api/v1/kill-switch', { method: 'DELETE', token: by.token });
    await api.read('/api/v1/kill-switch', { token: admin.token, json: { reason: 'Look first' } });

    assert.equal((await resume(admin)).resumed, false);
    assert.equal((await resume(admin)).resumed, false);
    assert.equal((await resume(second)).resumed, true);
    assert.equal((await api.read<KillSwitch>('/api/v1/kill-switch', hr)).stopped, false);
  });

  it('brings playbooks in, and publishes them', async () => {
    const text = starters().at(-1)!;
    const yaml = { 'content-type': 'application/yaml' };
    const bring = (it: string, headers: Record<string, string> = yaml) =>
      api.ask('/api/v1/playbooks/import', { token: admin.token, text: it, headers });

    const { playbook }: PlaybookChecked = JSON.parse(await (await bring(text)).text());
    assert.equal(playbook.status, 'draft');
    assert.equal(playbook.number, 1);
    const shown = await api.read<Playbook>(`/api/v1/playbooks/${playbook.id}`, hr);
    assert.equal(shown.text, text);

    const publish = (by: TestUser) =>
      api.ask(`/api/v1/playbooks/${playbook.id}/publish`, { method: 'POST', token: by.token });
    const other = await api.addUser('Petra Publisher', ['it-admin']);
    assert.match((await problemIn(await publish(admin), 409)).detail, /another person than the/);
    const published: PlaybookChecked = JSON.parse(await (await publish(other)).text());
    assert.equal(published.playbook.status, 'published');
    await problemIn(await publish(other), 409);

    const wrong = await problemIn(await bring('playbook: x\nsteps: []\n'), 422);
    assert.ok(wrong.errors.length > 0);
    await problemIn(await bring(text, { 'content-type': 'application/json' }), 415);
    await problemIn(await api.ask('/api/v1/playbooks/nothing', hr), 404);
  });

  it('shows tasks and alerts to whom they concern', async () => {
    const id = await api.openDeparture(hr.caller, { confidential: true });
    const facilities = await api.addUser('Fatima Facilities', ['facilities']);
    const step = await api.addStep(id, {
      title: 'Collect the laptop',
      status: 'running',
      kind: 'task',
      assignment: {
        people: [{ name: 'Fatima', email: facilities.caller.user.email }],
        instructions: 'Ask for the charger as well',
        proof: ['serial number'],
        deadline: null,
        askedAt: '2030-11-29T08:00:00.000Z',
        reminders: 1,
      },
    });
    await api.pools.owner.query('alter table cases disable trigger user');
    await api.pools.owner.query("update cases set state = 'running' where id = $1", [id]);
    await api.pools.owner.query('alter table cases enable trigger user');
    const operator = await api.addUser('Otto Operator', ['it-operator']);

    const own: Page<Task> = await api.read('/api/v1/tasks?mine=true', facilities);
    assert.deepEqual(
      own.items.map((it) => [it.id, it.title, it.deadline]),
      [[step, 'Collect the laptop', null]],
    );
    assert.deepEqual((await api.read<Page<Task>>('/api/v1/tasks', operator)).items, []);
    assert.equal((await api.read<Page<Task>>('/api/v1/tasks', hr)).items.length, 1);

    await api.pools.admin.query(
      `insert into alerts (id, condition, kind, title, body, case_id, confidential)
       values ('A1', 'c1', 'step.held', 'A step needs you', 'Wiki refused', $1, true),
              ('A2', 'c2', 'connection.down', 'Wiki does not answer', 'We try again', null, false)`,
      [id],
    );
    const alerts = async (by: TestUser) =>
      (await api.read<Page<Alert>>('/api/v1/alerts', by)).items.map((it) => it.id).toSorted();
    assert.deepEqual(await alerts(operator), ['A2']);
    assert.deepEqual(await alerts(admin), ['A1', 'A2']);

    const acknowledge = (id: string, { token }: TestUser) =>
      api.ask(`/api/v1/alerts/${id}/acknowledge`, { method: 'POST', token });
    await problemIn(await acknowledge('A1', operator), 404);
    await problemIn(await acknowledge('A2', hr), 403);
    assert.equal((await acknowledge('A2', operator)).status, 200);
    const shown = await api.read<Page<Alert>>('/api/v1/alerts', admin);
    assert.equal(shown.items.find((it) => it.id === 'A2')?.acknowledgedBy?.name, 'Otto Operator');
    await problemIn(await acknowledge('A2', operator), 409);
  });

  it('previews what a departure would do', async () => {
    const json = { person: 'E-1', departure: { kind: 'resignation' } };
    const refused = await problemIn(await api.ask('/api/v1/plans', { token: hr.token, json }), 409);
    assert.match(refused.detail, /answers no order preview/);
  });

  it('says how everything is', async () => {
    assert.deepEqual(await api.read('/api/v1/status', hr), {
      ready: true,
      checks: [{ name: 'database', ok: true, detail: 'fine' }],
      version: '1.2.3',
    });
  });
});
