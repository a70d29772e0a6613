import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { TestUser } from '#app/testing/app.ts';
import type { CasePage } from './contract/cases.ts';
import type { Overview } from './contract/overview.ts';
import { startTestApi, type TestApi } from './testing/api.ts';
import { type Browser, openBrowser, signedIn } from './testing/browser.ts';

const inHours = (hours: number) =>
  new Date(Date.now() + hours * 3_600_000).toISOString().slice(0, 16);

describe('the overview', () => {
  let api: TestApi;
  let hr: TestUser;
  let operator: TestUser;
  let late: string;
  let secret: string;
  let steps: string[];

  before(async () => {
    api = await startTestApi();
    hr = await api.addUser('Hanna Hr', ['hr']);
    operator = await api.addUser('Otis Operator', ['it-operator']);
    late = await api.openDeparture(hr.caller, { accessEnds: inHours(-30), lastWorkingDay: null });
    secret = await api.openDeparture(hr.caller, {
      accessEnds: inHours(-30),
      lastWorkingDay: null,
      confidential: true,
    });
    steps = [];
    for (const id of [late, secret]) {
      steps.push(
        await api.addStep(id, { status: 'held', because: 'A human has to look', title: 'Ask' }),
      );
      await api.addStep(id, { status: 'settled', grade: 'verified' });
      await api.addStep(id, { status: 'settled', grade: 'acknowledged' });
    }
    await api.openDeparture(hr.caller);
  });
  after(() => api.app.live.stop());

  it('groups what waits by its cause, with whom it is about', async () => {
    const { exceptions } = await api.read<Overview>('/api/v1/overview', hr);
    const group = exceptions.find((it) => it.title === 'Ask');
    assert.equal(group?.cause, 'held');
    assert.equal(group.cases, 2);
    assert.deepEqual(group.stepIds.toSorted(), steps.toSorted());
    assert.deepEqual(group.people.map((it) => it.caseId).toSorted(), [late, secret].toSorted());
  });

  it('has the clocks of those whose access should have ended, and not of those who leave in years', async () => {
    const { live } = await api.read<Overview>('/api/v1/overview', hr);
    assert.deepEqual(live.map((it) => it.id).toSorted(), [late, secret].toSorted());
    assert.deepEqual(live[0]!.progress, {
      ...{ steps: 3, proven: 1, acceptedOnly: 1, confirmedByPerson: 0, skipped: 0 },
      ...{ held: 1, unknown: 0, open: 0 },
    });
  });

  it('counts a confidential departure for others, and says nothing else of it', async () => {
    const text = await (await api.ask('/api/v1/overview', operator)).text();
    assert.ok(!text.includes(secret));
    const { exceptions, live, figures } = JSON.parse(text) as Overview;
    assert.equal(exceptions.find((it) => it.title === 'Ask')?.cases, 1);
    assert.deepEqual(
      live.map((it) => it.id),
      [late],
    );
    assert.equal(figures?.withheld, 1);
    assert.equal(figures.needsYou, 1);
  });

  it('is of their own people for a manager, without what systems said and the company’s figures', async () => {
    const manager = await api.addUser('Mona Manager', ['manager']);
    const none = await api.read<Overview>('/api/v1/overview', manager);
    assert.deepEqual(none.exceptions, []);
    const boss = await api.addPerson({ name: 'Mona Manager', email: manager.caller.user.email });
    await api.pools.admin.query(
      `update people set facts = facts || jsonb_build_object('managerId', $1::text)
        where id in (select person from cases where id = any ($2))`,
      [boss.personId, [late, secret]],
    );

    const { isTeam, exceptions, live, figures } = await api.read<Overview>(
      '/api/v1/overview',
      manager,
    );

    assert.equal(isTeam, true);
    assert.equal(figures, null);
    assert.deepEqual(
      live.map((it) => it.id),
      [late],
    );
    assert.deepEqual(
      exceptions.map((it) => ({ cases: it.cases, detail: it.detail, stepIds: it.stepIds })),
      [{ cases: 1, detail: null, stepIds: [] }],
    );
  });

  it('is the same as the views of the list', async () => {
    const idsOf = async (view: string) => {
      const { items } = await api.read<CasePage>(`/api/v1/cases?view=${view}&kind=departure`, hr);
      return items.map((it) => it.id).toSorted();
    };
    assert.deepEqual(await idsOf('needs-you'), [late, secret].toSorted());
    assert.deepEqual(await idsOf('late'), [late, secret].toSorted());
    assert.deepEqual(await idsOf('confidential'), [secret]);
    assert.deepEqual(await idsOf('things-open'), []);
    assert.equal((await idsOf('open')).length, 3);
    const { items } = await api.read<CasePage>('/api/v1/cases?kind=arrival', hr);
    assert.deepEqual(items, []);
  });

  it('has the twenty most pressing clocks, and counts the others', async () => {
    for (let hours = 1; hours <= 20; hours += 1) {
      const more = { accessEnds: inHours(-hours), lastWorkingDay: null };
      await api.openDeparture(hr.caller, more);
    }
    const { live, liveMore } = await api.read<Overview>('/api/v1/overview', hr);
    assert.equal(live.length, 20);
    assert.deepEqual(
      live
        .slice(0, 2)
        .map((it) => it.id)
        .toSorted(),
      [late, secret].toSorted(),
    );
    assert.equal(liveMore, 2);
  });

  it('is on its way before the page that shows it, for whoever may read it', async () => {
    const linksOf = async (browser: Browser, path = '/') => {
      const asked = await browser.ask(path, { headers: { accept: 'text/html' } });
      return [...(asked.headers.get('link') ?? '').matchAll(/<(\/api[^>]+)>/g)].map(([, it]) => it);
    };
    const session = '/api/v1/session';
    const helper = await api.addUser('Fay Facilities', ['facilities']);
    assert.deepEqual(await linksOf(await signedIn(api, hr)), [session, '/api/v1/overview']);
    assert.deepEqual(await linksOf(await signedIn(api, hr), '/departures'), [session]);
    // What they are refused would stand in the record, though they never asked for it.
    assert.deepEqual(await linksOf(await signedIn(api, helper)), [session]);
    assert.deepEqual(await linksOf(openBrowser(api)), []);
  });
});
