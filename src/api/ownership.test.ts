import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { TestUser } from '#app/testing/app.ts';
import { type Right, type Role, rights, roles } from '#core/user.ts';
import { startTestApi, type TestApi } from './testing/api.ts';
import { type Browser, registerPasskey, signedIn } from './testing/browser.ts';
import { requestFor, requests } from './testing/requests.ts';

/** Whose the things behind each noun are. A route of another noun has to be put here first. */
const nouns = {
  cases: 'case',
  steps: 'step',
  tasks: 'step',
  alerts: 'alert',
  approvals: 'approval',
  evidence: 'own',
  sessions: 'own',
  tokens: 'own',
  'saved-views': 'own',
  users: 'role',
  people: 'role',
  playbooks: 'role',
  // By their name, which everybody has of their own; `playbook-drafts.test.ts` shows that nobody reads another's.
  'playbook-drafts': 'role',
  // By their place; `test/seal.test.ts` shows that those of a confidential case are not there.
  audit: 'role',
  connections: 'role',
  connectors: 'role',
  descriptions: 'role',
  'bulk-starts': 'role',
  'departure-hints': 'role',
  feeds: 'role',
  protections: 'role',
  'legal-holds': 'role',
  erasures: 'role',
  prunings: 'role',
  // Those of confidential departures are told to nobody else: `test/residual-access.test.ts`.
  'residual-access': 'role',
  surveys: 'role',
  settings: 'role',
} as const;
type Noun = keyof typeof nouns;

const nounOf = (route: string) => route.split(/[ /]/)[2] as Noun;
const routesOf = (kind: (typeof nouns)[Noun]) =>
  Object.keys(requests).filter((it) => it.includes('/:') && nouns[nounOf(it)] === kind);
const made = 'c0ffee00-0000-4000-8000-000000000000';
const has = (role: Role, right: Right) => (rights[right] as readonly Role[]).includes(role);

describe('every route, asked by every role for what is theirs and what is not', () => {
  let api: TestApi;
  let hr: TestUser;
  const users = new Map<Role, TestUser>();
  const browsers = new Map<Role, Browser>();

  before(async () => {
    api = await startTestApi((kind) => ({ kind }));
    hr = await api.addUser('Hanna Hr', ['hr']);
    for (const role of roles) {
      const user = await api.addUser(`Robin ${role}`, [role]);
      users.set(role, user);
      const browser = await signedIn(api, user);
      await registerPasskey(browser);
      browsers.set(role, browser);
    }
    await api.pools.admin.query(
      "update sessions set stepped_up_at = clock_timestamp() + interval '1 hour'",
    );
  });
  after(() => api.app.live.stop());

  /** What was answered, but for what names the request and what was asked for. */
  async function answer(role: Role, route: string, id: string) {
    const { path, it: asked } = requestFor(route);
    api.clock.nowMs += 3_600_000;
    const response = await browsers.get(role)!.ask(path.replace(made, id), asked);
    const text = (await response.text()).replaceAll(id, 'ID').replace(/urn:uuid:[\w-]+/, 'REQUEST');
    return { status: response.status, text };
  }
  const assignment = (to: TestUser) => ({
    people: [{ name: to.caller.user.name, email: to.caller.user.email }],
    ...{ instructions: 'Collect the laptop', proof: [], deadline: null, reminders: 0 },
    askedAt: '2030-11-29T08:00:00.000Z',
  });
  /** A departure of somebody whom `manager` leads. */
  async function ofTeam(manager: TestUser, confidential: boolean): Promise<string> {
    const id = await api.openDeparture(hr.caller, { confidential });
    const { email, name } = manager.caller.user;
    const boss = await api.addPerson({ name, email });
    await api.pools.admin.query(
      `update people set facts = facts || jsonb_build_object('managerId', $1::text)
        where id = (select person from cases where id = $2)`,
      [boss.personId, id],
    );
    return id;
  }

  /**
   * Asks each route for a thing, and for one that is made up. `reaches`: whether it is there for somebody, once their
   * role may at all; where it is not, nothing in the answer may tell one from the other.
   */
  async function holdTo(
    of: readonly string[],
    thing: (role: Role) => Promise<string>,
    reaches: (role: Role, route: string) => boolean,
  ): Promise<void> {
    const tried = { there: 0, hidden: 0 };
    for (const role of roles) {
      for (const route of of) {
        const none = await answer(role, route, '01M83VKER15E4DWGJN9YVPFDBD');
        const id = await thing(role);
        const real = await answer(role, route, id);
        const isThere = none.status !== 403 && reaches(role, route);
        tried[isThere ? 'there' : 'hidden'] += 1;
        if (isThere) assert.notDeepEqual(real, none, `${role}: ${route} does not know ${id}`);
        else assert.deepEqual(real, none, `${role}: ${route} tells of what is not theirs`);
        if (!isThere) assert.ok([403, 404].includes(real.status), `${role}: ${route}`);
      }
    }
    assert.ok(tried.there > 0 && tried.hidden > 0, JSON.stringify(tried));
  }

  it('has an owner for every noun', () => {
    for (const route of Object.keys(requests).filter((it) => it.includes('/:')))
      assert.ok(nounOf(route) in nouns, `whose is what ${route} is about?`);
  });

  const managersOwn = 'POST /cases/:id/change';

  it('an open case is there for those who read cases', async () => {
    const id = await api.openDeparture(hr.caller);
    await holdTo(
      routesOf('case'),
      async () => id,
      (role) => has(role, 'case.read'),
    );
  });

  it('a confidential case is there for those who need to know', async () => {
    const id = await api.openDeparture(hr.caller, { confidential: true });
    await holdTo(
      routesOf('case'),
      async () => id,
      (role) => has(role, 'case.read-confidential'),
    );
  });

  it('a confidential case is there for whoever opened it', async () => {
    const own = new Map<Role, string>();
    const other = await api.openDeparture(hr.caller, { confidential: true });
    for (const role of roles.filter((it) => has(it, 'case.open')))
      own.set(role, await api.openDeparture(users.get(role)!.caller, { confidential: true }));
    await holdTo(
      routesOf('case'),
      async (role) => own.get(role) ?? other,
      (role) => own.has(role),
    );
  });

  it('a manager changes departures of their own team, and of nobody else', async () => {
    const manager = users.get('manager')!;
    const naming = { json: { successor: 'E-1' } };
    const change = async (id: string) => {
      const response = await browsers.get('manager')!.ask(`/api/v1/cases/${id}/change`, naming);
      return response.status;
    };
    const own = await change(await ofTeam(manager, false));
    const others = await change(await ofTeam(users.get('it-admin')!, false));
    const hidden = await change(await ofTeam(manager, true));
    assert.deepEqual([own === 404 || own === 403, others, hidden], [false, 404, 404]);
    assert.ok(routesOf('case').includes(managersOwn));
  });

  for (const confidential of [false, true]) {
    const kind = confidential ? 'a confidential case' : 'an open case';

    it(`a task in ${kind} is there for whoever it was given to`, async () => {
      const id = await api.openDeparture(hr.caller, { confidential });
      const tasks = new Map<Role, string>();
      for (const role of roles) {
        const it = { status: 'running', kind: 'task', layer: 'operations' };
        tasks.set(role, await api.addStep(id, { ...it, assignment: assignment(users.get(role)!) }));
      }
      await holdTo(
        stepRoutes,
        async (role) => tasks.get(role)!,
        () => true,
      );
    });

    it(`a task of another in ${kind} is there for those who see the case`, async () => {
      const id = await api.openDeparture(hr.caller, { confidential });
      const it = { status: 'running', kind: 'task', layer: 'operations' };
      const task = await api.addStep(id, { ...it, assignment: assignment(hr) });
      await holdTo(
        stepRoutes,
        async () => task,
        (role) => has(role, confidential ? 'case.read-confidential' : 'case.read'),
      );
    });

    it(`an alert of ${kind} is there for those who see the case`, async () => {
      const caseId = await api.openDeparture(hr.caller, { confidential });
      let count = 0;
      await holdTo(
        routesOf('alert'),
        async () => {
          count += 1;
          const id = `A-${kind.replaceAll(' ', '-')}-${count}`;
          await api.pools.admin.query(
            `insert into alerts (id, condition, kind, title, body, case_id, confidential)
             values ($1, $1, 'step.held', 'A step needs you', 'It is stuck', $2, $3)`,
            [id, caseId, confidential],
          );
          return id;
        },
        (role) => !confidential || has(role, 'case.read-confidential'),
      );
    });
  }

  it('a file of a task is there for those who see the task, and whoever was asked', async () => {
    const id = await api.openDeparture(hr.caller);
    const it = { status: 'running', kind: 'task', layer: 'operations' };
    const asked = users.get('facilities')!;
    const task = await api.addStep(id, { ...it, assignment: assignment(asked) });
    const sent = await browsers.get('facilities')!.ask(`/api/v1/steps/${task}/proofs?name=a.txt`, {
      ...{ method: 'POST', text: 'scan', headers: { 'content-type': 'application/octet-stream' } },
    });
    const { sha256 } = (await sent.json()) as { sha256: string };
    for (const role of roles) {
      const got = await browsers.get(role)!.ask(`/api/v1/steps/${task}/proofs/${sha256}`);
      const may = role === 'facilities' || has(role, 'case.read');
      assert.equal(got.status, may ? 200 : 404, role);
    }
  });

  it('what somebody made for themselves is there for nobody else', async () => {
    const ids = new Map<Noun, string>();
    const token = await api.read<{ items: { id: string }[] }>('/api/v1/tokens', hr);
    ids.set('tokens', token.items[0]!.id);
    await signedIn(api, hr);
    const { rows } = await api.pools.admin.query<{ id: string }>(
      'select id from sessions where user_id = $1 limit 1',
      [hr.caller.user.id],
    );
    ids.set('sessions', rows[0]!.id);
    const security = await api.addUser('Sina Security', ['security']);
    const order = await api.read<{ id: string }>('/api/v1/evidence', {
      ...security,
      ...{ json: { from: '2026-01-01', to: '2026-03-31' }, status: 202 },
    });
    ids.set('evidence', order.id);
    const view = await api.read<{ id: string }>('/api/v1/saved-views', {
      ...hr,
      ...{ json: { list: 'departures', name: 'Mine', search: { state: 'paused' }, shared: true } },
    });
    ids.set('saved-views', view.id);
    for (const route of routesOf('own')) {
      // Whoever may end anybody's session may end a session or a key.
      const others = roles.filter((it) => nounOf(route) === 'evidence' || !has(it, 'session.end'));
      for (const role of others) {
        const real = await answer(role, route, ids.get(nounOf(route))!);
        const none = await answer(role, route, '01M83VKER15E4DWGJN9YVPFDBD');
        assert.deepEqual(real, none, `${role}: ${route}`);
        assert.ok([403, 404].includes(real.status), `${role}: ${route} answers ${real.status}`);
      }
    }
  });
});

/** A file has an id of its own besides; it has a test of its own. */
const stepRoutes = routesOf('step').filter((it) => !it.includes(':sha256'));
