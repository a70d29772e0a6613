import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { before, describe, it } from 'node:test';
import type { TestUser } from '#app/testing/app.ts';
import { pickSample } from '#core/sample.ts';
import type { Population, Sample, SampleCommentList } from './contract/population.ts';
import { problemIn, startTestApi, type TestApi } from './testing/api.ts';

const sha256 = (...parts: readonly Uint8Array[]) =>
  createHash('sha256').update(Buffer.concat(parts)).digest();
const period = 'from=2020-01-01&to=2099-12-31';

describe('everybody who left', () => {
  let api: TestApi;
  let auditor: TestUser;
  let security: TestUser;
  let hr: TestUser;
  let known: string[];

  before(async () => {
    api = await startTestApi();
    security = await api.addUser('Sina Security', ['security']);
    auditor = await api.addUser('Aud Itor', ['auditor']);
    hr = await api.addUser('Hanna HR', ['hr']);
    known = [];
    for (let i = 0; i < 4; i += 1) known.push(await api.openDeparture(hr.caller, {}));
    await api.openDeparture(hr.caller, { confidential: true });
    // Somebody whom HR named, and for whom nothing was ever opened.
    await api.pools.admin.query(`
      with gone as (
        insert into people (ref, source, person_id, employment_id, facts, heard_at)
        values ('p_forgotten', 'bamboohr', 'E-99', '1', '{"name": "Fia Forgotten", "email": "fia@meadow.example"}', now())
        returning id
      )
      insert into separations (person, separation_id, source, heard_at, departure)
      select id, 'S-99', 'bamboohr', now(), '{"employmentEnds": "2026-03-31", "confidential": false}' from gone`);
  });

  const population = (by = auditor, of = period) =>
    api.read<Population>(`/api/v1/population?${of}`, by);
  const draw = async (body: object, by = auditor) => {
    const response = await api.ask('/api/v1/samples', {
      method: 'POST',
      token: by.token,
      json: { from: '2020-01-01', to: '2099-12-31', ...body },
    });
    assert.equal(response.status, 200);
    return (await response.json()) as Sample;
  };

  it('is listed with and without a departure, and what is missing says why', async () => {
    const { items, missing, withheld } = await population();

    assert.deepEqual(items.flatMap(({ caseId }) => caseId ?? []).toSorted(), known.toSorted());
    assert.equal(missing, 1);
    const forgotten = items.find(({ name }) => name === 'Fia Forgotten')!;
    assert.equal(forgotten.id, 'p_forgotten');
    assert.equal(forgotten.missing, 'No departure was ever opened.');
    assert.deepEqual([forgotten.source, forgotten.leftOn], ['bamboohr', '2026-03-31']);
    assert.equal(withheld, 1);
    assert.equal((await population(security)).withheld, 0);
    const march = await population(auditor, 'from=2026-03-31&to=2026-03-31');
    assert.deepEqual(
      march.items.map(({ name }) => name),
      ['Fia Forgotten'],
    );
  });

  it('says that a departure was cancelled while HR says otherwise', async () => {
    const id = await api.openDeparture(hr.caller, {});
    const cancelled = await api.ask(`/api/v1/cases/${id}/cancel`, {
      token: security.token,
      json: { reason: 'It was a mistake.' },
    });
    assert.equal(cancelled.status, 200);

    const found = (await population()).items.find(({ caseId }) => caseId === id);

    assert.equal(found?.state, 'cancelled');
    assert.match(found?.missing ?? '', /was cancelled, and HR still says that they left/);
  });

  it('is sampled by a seed, which stands in the record with what it picked', async () => {
    const { items, digest } = await population();

    const drawn = await draw({ count: 3, seed: 'spring' });

    const ids = items.map(({ id }) => id);
    const expected = pickSample(sha256, { seed: 'spring', ids, count: 3 });
    assert.deepEqual(
      drawn.items.map(({ id }) => id),
      expected,
    );
    assert.equal(drawn.population.digest, digest);
    assert.deepEqual((await draw({ count: 3, seed: 'spring' })).items, drawn.items);
    await api.sequenceAll();
    const facts = (await api.entries()).filter(({ body }) => body['type'] === 'sample.drawn');
    assert.equal(facts.length, 2);
    assert.deepEqual(facts[0]!.body['data'], {
      from: '2020-01-01',
      to: '2099-12-31',
      seed: 'spring',
      population: digest,
      size: items.length,
      withheld: 1,
      picked: expected,
    });
  });

  it('is sampled by a seed that nobody chose, and shows each with steps and exceptions', async () => {
    const drawn = await draw({ count: 100 });

    assert.match(drawn.seed, /^[0-9a-f]{16}$/);
    assert.notEqual((await draw({ count: 1 })).seed, drawn.seed);
    const forgotten = drawn.items.find(({ name }) => name === 'Fia Forgotten')!;
    assert.deepEqual(forgotten.exceptions, ['No departure was ever opened.']);
    assert.deepEqual(forgotten.steps, []);
  });

  it('is commented one by one, and who asks for more is answered', async () => {
    const { items } = await population();
    const [some] = items.filter(({ caseId }) => caseId !== null);
    const days = { from: '2020-01-01', to: '2099-12-31' };
    const say = (by: TestUser, json: object) =>
      api.ask('/api/v1/samples/comments', { token: by.token, json: { ...days, ...json } });
    const said = (item: string, by = auditor) =>
      api.read<SampleCommentList>(`/api/v1/samples/comments?${period}&item=${item}`, by);
    const open = async () =>
      (
        await api.pools.admin.query(
          'select kind, case_id, body from alerts where resolved_at is null',
        )
      ).rows;

    for (const item of [some!.id, 'p_forgotten'])
      assert.equal((await say(auditor, { item, text: 'Why so late?', asks: true })).status, 204);
    assert.deepEqual(
      (await open()).filter(({ kind }) => kind === 'audit.asked').map((it) => it.case_id),
      [some!.id, null],
    );
    assert.doesNotMatch(JSON.stringify(await open()), /Forgotten|Why so late/);
    assert.equal(
      (await say(security, { item: some!.id, text: 'The key had run out.' })).status,
      204,
    );

    const comments = (await said(some!.id)).items;
    assert.deepEqual(
      comments.map(({ author, text, asks }) => [author.name, text, asks]),
      [
        ['Aud Itor', 'Why so late?', true],
        ['Sina Security', 'The key had run out.', false],
      ],
    );
    assert.equal((await open()).filter(({ kind }) => kind === 'audit.asked').length, 1);
    await api.sequenceAll();
    const facts = (await api.entries()).filter(({ body }) => body['type'] === 'sample.commented');
    assert.equal(facts.length, 3);
    assert.doesNotMatch(JSON.stringify(facts.map(({ body }) => body)), /Why so late/);
    assert.equal((await say(hr, { item: some!.id, text: 'Me too' })).status, 403);
    assert.equal((await say(auditor, { item: 'p_nobody', text: 'Who?' })).status, 404);
    assert.equal((await say(auditor, { item: some!.id, text: ' ' })).status, 422);
    const confidential = (await population(security)).items.find(
      ({ id }) => !items.some((it) => it.id === id),
    );
    assert.equal((await say(auditor, { item: confidential!.id, text: 'Who?' })).status, 404);
  });

  it('shows on each page of a sample who approved what, and what nobody decided', async () => {
    const [first, second] = await Promise.all(known.slice(0, 2).map((id) => api.addStep(id)));
    await api.pools.admin.query('alter table approvals disable trigger user');
    await api.pools.admin.query(
      `insert into approvals (id, version, step_id, step_version, case_id, action, shown, plan_sha256, requested_by,
                              expires_at, decided_by, decision, decided_at, reason, credential_id, assertion)
       values (gen_random_uuid(), 2, $1, 1, $2, 'account.delete', '{}', sha256('1'), 'hr', now() + interval '1 day',
               $5, 'denied', now(), 'Not this one.', '\\x01', '{}'),
              (gen_random_uuid(), 1, $3, 1, $4, 'account.delete', '{}', sha256('2'), 'hr', now() + interval '1 day',
               null, null, null, null, null, null)`,
      [first, known[0], second, known[1], security.caller.user.id],
    );

    const { items } = await draw({ count: 100 });

    const shown = items
      .flatMap(({ approvals }) => approvals)
      .toSorted((a) => (a.decision ? -1 : 1));
    assert.deepEqual(
      shown.map(({ decision, decidedBy, reason }) => ({ decision, decidedBy, reason })),
      [
        { decision: 'denied', decidedBy: 'Sina Security', reason: 'Not this one.' },
        { decision: null, decidedBy: null, reason: null },
      ],
    );
    assert.ok(shown.every((it) => it.approvedFirstBy === null && it.approvedFirstAt === null));
  });

  it('shows both on a page of a sample where an approval took two', async () => {
    const ivy = await api.addUser('Ivy Admin', ['it-admin']);
    await api.pools.admin.query(
      `insert into approvals (id, version, step_id, step_version, case_id, action, shown, plan_sha256, requested_by,
                              expires_at, approvers, first_by, first_at, first_credential_id, first_assertion,
                              decided_by, decision, decided_at, credential_id, assertion)
       values (gen_random_uuid(), 3, $1, 1, $2, 'account.delete', '{}', sha256('3'), 'hr', now() + interval '1 day',
               2, $3, '2026-03-02T09:00Z', '\\x01', '{}', $4, 'granted', now(), '\\x02', '{}')`,
      [await api.addStep(known[2]!), known[2], security.caller.user.id, ivy.caller.user.id],
    );

    const { items } = await draw({ count: 100 });

    const [shown] = items.find(({ caseId }) => caseId === known[2])!.approvals;
    assert.deepEqual(
      [shown?.approvedFirstBy, shown?.approvedFirstAt, shown?.decidedBy, shown?.decision],
      ['Sina Security', '2026-03-02T09:00:00.000Z', 'Ivy Admin', 'granted'],
    );
  });

  it('says when an HR system was not read, since whoever left then may be missing', async () => {
    assert.deepEqual((await population()).unread, []);
    await api.pools.admin.query('alter table connections disable trigger user');
    await api.pools.admin.query(`
      insert into connections (id, version, connector, name, category, settings, secret_fields, inbound_fields,
                               allowed_hosts, state)
      values ('bamboohr', 1, 'bamboohr', 'HR', 'hr', '{}', '{}', '{}', '{}', 'active')`);
    await api.pools.admin.query(
      `insert into source_gaps values ('bamboohr', '2026-02-03T10:00Z', '2026-02-05T11:00Z')`,
    );

    const gap = {
      source: 'bamboohr',
      from: '2026-02-03T10:00:00.000Z',
      to: '2026-02-05T11:00:00.000Z',
    };
    assert.deepEqual((await population(auditor, 'from=2026-02-05&to=2026-02-28')).unread, [gap]);
    assert.deepEqual((await population(auditor, 'from=2026-02-06&to=2026-02-28')).unread, []);
    assert.deepEqual((await draw({ count: 1 })).unread, [gap]);
  });

  it('is for those who may read the record, and that they looked stands in it', async () => {
    await problemIn(await api.ask(`/api/v1/population?${period}`, { token: hr.token }), 403);
    await api.sequenceAll();
    const looked = (await api.entries()).filter(
      ({ body }) =>
        body['type'] === 'read.search' &&
        JSON.stringify(body['data']).includes('"population","from:2020-01-01"'),
    );
    assert.ok(looked.length > 0);
  });
});
