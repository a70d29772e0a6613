import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { TestUser } from '#app/testing/app.ts';
import type { Case, CaseActDone, CaseSummary, Requested } from './contract/cases.ts';
import type { Person } from './contract/people.ts';
import { type Asked, problemIn, startTestApi, type TestApi } from './testing/api.ts';

interface Page<Item> {
  readonly items: Item[];
  readonly nextCursor: string | null;
}

describe('departures', () => {
  let api: TestApi;
  let admin: TestUser;
  let hr: TestUser;
  let operator: TestUser;

  before(async () => {
    api = await startTestApi();
    admin = await api.addUser('Ada Admin', ['it-admin', 'security']);
    hr = await api.addUser('Hanna HR', ['hr']);
    operator = await api.addUser('Otto Operator', ['it-operator']);
  });

  const open = (it: object = {}, by = hr) => api.openDeparture(by.caller, it);
  const show = (id: string, by = hr) => api.read<Case>(`/api/v1/cases/${id}`, by);
  const act = (id: string, name: string, by: TestUser, json?: unknown) =>
    api.read<CaseActDone>(`/api/v1/cases/${id}/${name}`, {
      token: by.token,
      method: 'POST',
      ...(json === undefined ? {} : { json }),
    });

  it('are started by a request, which answers where the departure is', async () => {
    const { personId } = await api.addPerson({ name: 'Priya Nair' });
    const asked: Asked = {
      token: hr.token,
      json: {
        personId,
        departure: { kind: 'involuntary', urgent: true, reason: 'Confidential talk' },
      },
    };
    const response = await api.ask('/api/v1/cases', asked);
    assert.equal(response.status, 201);
    const requested: Requested = JSON.parse(await response.text());
    assert.equal(requested.outcome, 'taken in');
    assert.equal(requested.detail, 'departure opened');
    assert.equal(response.headers.get('location'), `/api/v1/cases/${requested.caseId}`);

    const found = await show(requested.caseId!);
    assert.equal(found.person.name, 'Priya Nair');
    assert.equal(found.departureKind, 'involuntary');
    assert.equal(found.reason, 'Confidential talk');
    assert.equal(found.openedBy.name, 'Hanna HR');
    assert.match(found.accessEndsAt ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it('of nobody we know are refused', async () => {
    const json = { personId: 'E-9', departure: { kind: 'resignation', payEnds: '2030-01-31' } };
    const { detail } = await problemIn(
      await api.ask('/api/v1/cases', { token: hr.token, json }),
      404,
    );
    assert.match(detail, /Nobody with the HR id E-9 is known/);
  });

  it('show HR’s reason to HR and Security only', async () => {
    const id = await open({ reason: 'A private matter' });
    assert.equal((await show(id, hr)).reason, 'A private matter');
    assert.equal((await show(id, admin)).reason, 'A private matter');
    assert.equal((await show(id, operator)).reason, null);
  });

  it('do not exist for those who need not know of them', async () => {
    const id = await open({ confidential: true });
    const { rows } = await api.pools.admin.query<{ personId: string }>(
      'select "personId" from case_view where id = $1',
      [id],
    );

    await problemIn(await api.ask(`/api/v1/cases/${id}`, operator), 404);
    const paused = { token: operator.token, json: { reason: 'x' } };
    await problemIn(await api.ask(`/api/v1/cases/${id}/pause`, paused), 404);
    const listed = await api.read<Page<CaseSummary>>('/api/v1/cases?limit=200', operator);
    assert.ok(!listed.items.some((it) => it.id === id));
    const again = {
      token: operator.token,
      json: { personId: rows[0]!.personId, departure: { kind: 'resignation', urgent: true } },
    };
    await problemIn(await api.ask('/api/v1/cases', again), 409);

    assert.equal((await show(id, admin)).confidential, true);
    assert.equal((await show(id, hr)).urgent, false);
  });

  it('stop and go on, and say what can be done next', async () => {
    const id = await open();
    assert.deepEqual((await show(id)).actions, ['pause', 'cancel', 'change']);

    const paused = await act(id, 'pause', hr, { reason: 'wait for Legal' });
    assert.equal(paused.case?.state, 'paused');
    assert.deepEqual(paused.case?.actions, ['resume', 'cancel', 'change']);

    const resumed = await act(id, 'resume', hr);
    assert.equal(resumed.case?.state, 'draft');
    await problemIn(
      await api.ask(`/api/v1/cases/${id}/resume`, { token: hr.token, method: 'POST' }),
      409,
    );
  });

  it('move, and are taken back', async () => {
    const id = await open();
    const moved = await act(id, 'change', hr, { lastWorkingDay: '2030-12-20' });
    assert.equal(moved.detail, 'changed: dates');
    assert.equal(moved.case?.lastWorkingDay, '2030-12-20');
    const { errors } = await problemIn(
      await api.ask(`/api/v1/cases/${id}/change`, { token: hr.token, json: {} }),
      422,
    );
    assert.deepEqual(errors, [{ at: 'body', problem: 'name at least one thing that changes' }]);

    const cancelled = await act(id, 'cancel', hr);
    assert.equal(cancelled.case?.state, 'cancelled');
    assert.deepEqual(cancelled.case?.actions, []);
  });

  it('that become confidential leave the sight of who changed them', async () => {
    const id = await open();
    const done = await act(id, 'change', operator, { confidential: true });
    assert.deepEqual(done, { detail: 'changed: kind', case: null });
  });

  it('are brought back only by the plan that was looked at', async () => {
    const id = await open();
    const json = { digest: 'another' };
    const asked = { token: admin.token, json };
    await problemIn(await api.ask(`/api/v1/cases/${id}/bring-back`, asked), 409);
    await problemIn(
      await api.ask(`/api/v1/cases/${id}/bring-back`, { ...asked, ...hr, json }),
      403,
    );
  });

  it('show steps with what the caller may do about each', async () => {
    const id = await open();
    const held = await api.addStep(id, {
      status: 'held',
      because: 'Wiki refused: our key may not',
    });
    await api.addStep(id, { status: 'held', kind: 'gap', title: 'An account in Badge' });
    const task = await api.addStep(id, {
      status: 'running',
      kind: 'task',
      layer: 'operations',
      assignment: {
        people: [{ name: 'Hanna HR', email: hr.caller.user.email }],
        instructions: 'Collect the laptop',
        proof: ['serial number'],
        deadline: '2030-12-01T16:00:00.000Z',
        askedAt: '2030-11-29T08:00:00.000Z',
        reminders: 0,
      },
    });
    await api.addStep(id, { status: 'settled', grade: 'verified' });
    await api.addStep(id, { status: 'settled', grade: 'acknowledged' });
    await api.addStep(id, { status: 'ready' });

    const acts = (it: Case) => it.steps.map((step) => step.actions);
    const forAdmin = await show(id, admin);
    assert.deepEqual(acts(forAdmin), [
      ['retry', 'attest', 'waive'],
      ['attest', 'waive'],
      ['attest', 'hand-over', 'waive'],
      [],
      [],
      [],
    ]);
    assert.deepEqual(acts(await show(id, hr)), [
      [],
      [],
      ['attest', 'hand-over', 'ask-time'],
      [],
      [],
      [],
    ]);
    assert.deepEqual(forAdmin.progress, {
      steps: 6,
      proven: 1,
      acceptedOnly: 1,
      confirmedByPerson: 0,
      skipped: 0,
      held: 2,
      unknown: 0,
      open: 2,
    });

    // What is offered works, and what is not offered is refused.
    const post = (step: string, name: string, by: TestUser, json?: unknown) =>
      api.ask(`/api/v1/steps/${step}/${name}`, {
        token: by.token,
        method: 'POST',
        ...(json === undefined ? {} : { json }),
      });
    const proof = { reason: 'collected', proof: 'SN-1' };
    await problemIn(await post(held, 'attest', hr, proof), 403);
    await problemIn(
      await post(held, 'waive', hr, { reason: 'x', expiresAt: '2030-01-01T00:00:00Z' }),
      403,
    );
    const past = { reason: 'later', expiresAt: '2020-01-01T00:00:00Z' };
    await problemIn(await post(held, 'waive', admin, past), 422);
    assert.equal((await post(task, 'attest', hr, proof)).status, 200);
    assert.equal((await post(held, 'retry', admin)).status, 200);
    await problemIn(await post(held, 'retry', admin), 409);

    const after = await show(id, hr);
    assert.equal(after.steps[2]?.grade, 'attested');
    assert.equal(after.steps[2]?.decision?.byName, 'Hanna HR');
    assert.equal(after.steps[0]?.status, 'ready');
  });

  it('say which steps nobody knows the outcome of', async () => {
    const id = await open();
    const step = await api.addStep(id, { status: 'held' });
    await api.pools.admin.query(
      `insert into step_lease (step_id, fence, worker, lease_until, attempt, call_started_at)
       values ($1, 1, 'w', now(), 1, now())`,
      [step],
    );
    const found = await show(id);
    assert.equal(found.steps[0]?.outcomeUnknown, true);
    assert.equal(found.progress.unknown, 1);
    assert.equal(found.progress.held, 0);
  });

  it('come page by page, the newest first, each once', async () => {
    for (let i = 0; i < 5; i += 1) await open();
    const all = await api.read<Page<CaseSummary>>('/api/v1/cases?limit=200', hr);
    assert.equal(all.nextCursor, null);

    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const query = `limit=2${cursor ? `&cursor=${cursor}` : ''}`;
      const page: Page<CaseSummary> = await api.read(`/api/v1/cases?${query}`, hr);
      assert.ok(page.items.length <= 2);
      seen.push(...page.items.map((it) => it.id));
      cursor = page.nextCursor;
    }
    assert.deepEqual(
      seen,
      all.items.map((it) => it.id),
    );
    assert.deepEqual(seen, seen.toSorted().reverse());
  });

  it('refuse cursors that they never gave out', async () => {
    const people: Page<Person> = await api.read('/api/v1/people?limit=1', hr);
    for (const cursor of ['x', '', people.nextCursor, Buffer.from('{}').toString('base64url')]) {
      const { errors } = await problemIn(await api.ask(`/api/v1/cases?cursor=${cursor}`, hr), 422);
      assert.equal(errors[0]?.at, 'cursor');
    }
    const audit = Buffer.from('["audit","DROP"]').toString('base64url');
    await problemIn(await api.ask(`/api/v1/audit?cursor=${audit}`, admin), 422);
  });
});
