import assert from 'node:assert/strict';
import { before, beforeEach, describe, it } from 'node:test';
import type { z } from 'zod';
import { importPlaybook, publishPlaybook } from '#app/playbooks.ts';
import type { TestUser } from '#app/testing/app.ts';
import type { PersonFacts } from '#core/person.ts';
import { until } from '#core/testing/until.ts';
import type { BulkStart, BulkStartActDone, BulkStartPage } from './contract/bulk-starts.ts';
import type { Case } from './contract/cases.ts';
import { problemIn, startTestApi, type TestApi } from './testing/api.ts';

const playbook = (title: string) => `playbook: layoff
title: ${title}
for: departure
steps:
  - id: laptop
    layer: operations
    task: { title: "Collect the laptop", assign to: { email: desk@meadow.example }, due: last working day }
`;
const header =
  'person_id,employment_id,name,email,department,country,zone,departure_kind,last_working_day,access_ends,hold';

describe('a bulk start over HTTP', () => {
  let api: TestApi;
  let hr: TestUser;
  let admin: TestUser;
  let people: readonly [PersonFacts, PersonFacts];

  before(async () => {
    api = await startTestApi();
    hr = await api.addUser('Hanna HR', ['hr']);
    admin = await api.addUser('Ada Admin', ['it-admin', 'security']);
    await publish('Layoff');
  });
  beforeEach(async () => {
    people = [await api.addPerson(), await api.addPerson()];
  });

  async function publish(title: string) {
    const { playbook: draft } = await importPlaybook(api.app, admin.caller, playbook(title));
    await publishPlaybook(api.app, admin.caller, draft.id);
  }
  const row = ({ personId, name, email }: PersonFacts, day = '2030-11-29', hold = '') =>
    `${personId},1,${name},${email},Sales,DE,Europe/Berlin,layoff,${day},${day}T17:00,${hold}`;
  const send = (rows: readonly string[], by = hr) =>
    api.ask('/api/v1/bulk-starts/import', {
      token: by.token,
      text: [header, ...rows].join('\n'),
      headers: { 'content-type': 'text/csv' },
    });
  const show = (id: string, by = admin) => api.read<BulkStart>(`/api/v1/bulk-starts/${id}`, by);
  const become = (id: string, is: (it: BulkStart) => boolean) =>
    until(
      'the bulk start',
      async () => {
        const found = await show(id);
        return is(found) && found;
      },
      { seen: () => show(id) },
    );
  async function previewed(rows: readonly string[]): Promise<BulkStart> {
    const response = await send(rows);
    assert.equal(response.status, 201);
    const { id }: BulkStart = JSON.parse(await response.text());
    assert.equal(response.headers.get('location'), `/api/v1/bulk-starts/${id}`);
    return become(id, ({ state }) => state === 'waiting-for-approval');
  }
  const act = (name: string, { id }: { id: string }, json: object = {}, by = admin) =>
    api.ask(`/api/v1/bulk-starts/${id}/${name}`, { token: by.token, json });
  async function done(response: Promise<Response>): Promise<z.infer<typeof BulkStartActDone>> {
    const answer = await response;
    const text = await answer.text();
    assert.equal(answer.status, 200, text);
    return JSON.parse(text);
  }
  const started = (id: string) =>
    become(id, ({ list }) => list.every((it) => it.outcome === 'started'));
  const opened = async () =>
    (await api.pools.admin.query<{ count: number }>('select count(*)::int as count from cases'))
      .rows[0]?.count;

  it('is previewed from a file, and says line and column of every row it cannot use', async () => {
    const before = await opened();
    const it = await previewed([
      row(people[0]),
      row(people[1], 'tomorrow'),
      'E-8,1,Stays Here,stays@meadow.example,Sales,DE,Europe/Berlin,,,,',
    ]);

    assert.equal(it.people, 1);
    assert.deepEqual([it.preview?.people, it.preview?.gaps], [1, 0]);
    assert.deepEqual(it.preview?.byKind, [{ name: 'layoff', people: 1 }]);
    assert.equal(it.preview.playbooks[0]?.title, 'Layoff');
    assert.deepEqual(
      it.refused.map(({ line, column, found }) => [line, column, found]),
      [
        [3, 'last_working_day', '"tomorrow"'],
        [3, 'access_ends', '"tomorrowT17:00"'],
        [4, 'departure_kind', 'nothing'],
      ],
    );
    assert.deepEqual(it.actions, ['approve', 'withdraw']);
    assert.deepEqual((await show(it.id, hr)).actions, ['withdraw']);
    assert.equal(await opened(), before);
    const { items } = await api.read<z.infer<typeof BulkStartPage>>(
      '/api/v1/bulk-starts?limit=1',
      admin,
    );
    assert.equal(items[0]?.id, it.id);
  });

  it('is previewed from a list of people that are known, and reports the others', async () => {
    const departure = { kind: 'layoff', lastWorkingDay: '2030-11-29' };
    const [{ personId }] = people;
    const taken = await api.read<BulkStart>('/api/v1/bulk-starts', {
      token: hr.token,
      status: 201,
      json: {
        departures: [personId, 'E-none', personId].map((id) => ({ personId: id, departure })),
      },
    });
    const it = await become(taken.id, ({ state }) => state === 'waiting-for-approval');

    assert.deepEqual(
      it.list.map((one) => [one.line, one.personId, one.standing]),
      [[1, personId, 'starts']],
    );
    assert.deepEqual(
      it.refused.map(({ line, column, found }) => [line, column, found]),
      [
        [2, 'personId', 'nobody we know'],
        [3, 'personId', 'the same person twice'],
      ],
    );
  });

  it('is refused where nobody in it could leave, with what is wrong in each row', async () => {
    const { errors } = await problemIn(await send([row(people[0], 'tomorrow')]), 422);
    assert.deepEqual(errors?.[0]?.at, 'line 2, last_working_day');
    await problemIn(await send([]), 422);
  });

  it('is approved by another person, as what was shown, and begins', async () => {
    const it = await previewed(people.map((one) => row(one)));
    const asked = { digest: it.digest };

    const own = await problemIn(await act('approve', it, asked, hr), 409);
    assert.match(own.detail, /Who asked for a bulk start cannot approve it/);
    const other = await problemIn(await act('approve', it, { digest: 'another' }), 409);
    assert.match(other.detail, /changed while you were deciding/);
    assert.equal((await show(it.id)).state, 'waiting-for-approval');

    const { detail, bulkStart } = await done(act('approve', it, asked));
    assert.deepEqual([detail, bulkStart.state], ['Approved. 2 departures begin.', 'approved']);
    const found = await started(it.id);
    assert.equal(found.decidedBy?.name, 'Ada Admin');
    const again = await problemIn(await act('approve', it, asked), 409);
    assert.match(again.detail, /is approved already/);
    const listed = await api.read<{ items: Case[] }>(`/api/v1/cases?bulk=${it.id}`, admin);
    assert.deepEqual(
      listed.items.map((one) => one.person.personId).sort(),
      people.map((one) => one.personId).sort(),
    );
  });

  it('is not approved by somebody who stands in it', async () => {
    const me = await api.addPerson({ email: admin.caller.user.email });
    const it = await previewed([row(me)]);
    const { detail } = await problemIn(await act('approve', it, { digest: it.digest }), 409);
    assert.match(detail, /You stand in this list yourself/);
    await done(act('withdraw', it));
  });

  it('starts nobody when it is not as it was previewed, and says what changed', async () => {
    const it = await previewed(people.map((one) => row(one)));
    await api.read('/api/v1/cases', {
      token: admin.token,
      status: 201,
      json: {
        personId: people[0].personId,
        departure: { kind: 'resignation', lastWorkingDay: '2030-10-31' },
      },
    });

    const { errors } = await problemIn(await act('approve', it, { digest: it.digest }), 409);
    assert.deepEqual(errors, [{ at: `line 2, ${people[0].name}`, problem: 'is leaving already' }]);
    const anew = await become(it.id, ({ state }) => state === 'waiting-for-approval');
    assert.notEqual(anew.digest, it.digest);

    await publish('Layoff, the other way');
    const { errors: more } = await problemIn(
      await act('approve', anew, { digest: anew.digest }),
      409,
    );
    assert.deepEqual(more, [
      {
        at: `line 3, ${people[1].name}`,
        problem: 'goes by another playbook, or another version of it',
      },
    ]);
    const last = await become(it.id, ({ state }) => state === 'waiting-for-approval');
    await done(act('approve', last, { digest: last.digest }));
    await become(it.id, ({ list }) => list[1]?.outcome === 'started');
    assert.equal((await show(it.id)).list[0]?.outcome, null);
  });

  it('runs out, and what was in the list is forgotten', async () => {
    const it = await previewed([row(people[0])]);
    await api.pools.admin.query(
      `update bulk_starts set expires_at = clock_timestamp() - interval '1 second' where id = $1`,
      [it.id],
    );
    const { detail } = await problemIn(await act('approve', it, { digest: it.digest }), 409);
    assert.match(detail, /has run out|is expired already/);
    const found = await become(it.id, ({ state }) => state === 'expired');
    assert.deepEqual([found.list, found.actions], [[], []]);
  });

  it('is withdrawn, by whoever asked as well, and what was in the list is forgotten', async () => {
    const it = await previewed([row(people[0])]);
    const { bulkStart } = await done(act('withdraw', it, {}, hr));
    assert.deepEqual([bulkStart.state, bulkStart.list, bulkStart.actions], ['withdrawn', [], []]);
    const { detail } = await problemIn(await act('approve', it, { digest: it.digest }), 409);
    assert.match(detail, /is withdrawn already/);
    await problemIn(await act('withdraw', it), 409);
  });

  it('names whoever stands in another bulk start, and starts nobody twice', async () => {
    const first = await previewed([row(people[0])]);
    const second = await previewed([row(people[0]), row(people[1])]);
    assert.deepEqual(
      second.list.map((one) => [one.standing, one.other]),
      [
        ['stands in another bulk start', first.id],
        ['starts', null],
      ],
    );
    await done(act('approve', first, { digest: first.digest }));
    await started(first.id);

    const again = await previewed([row(people[0])]);
    const [found] = again.list;
    assert.equal(found?.standing, 'is leaving already');
    assert.equal(found.other, (await show(first.id)).list[0]?.caseId);
    assert.deepEqual(again.actions, ['withdraw']);
    const { detail } = await problemIn(await act('approve', again, { digest: again.digest }), 409);
    assert.match(detail, /It would start nobody/);
  });

  it('is held where the list says so, until all of it is released', async () => {
    const it = await previewed(people.map((one) => row(one, '2030-11-29', 'yes')));
    assert.equal(it.preview?.held, 2);
    await done(act('approve', it, { digest: it.digest }));
    const held = await started(it.id);
    assert.deepEqual(held.progress, [{ state: 'waiting-for-approval', people: 2 }]);
    assert.ok(held.actions.includes('release'));

    await problemIn(await act('release', it, { untold: true }), 422);
    const { detail } = await done(act('release', it));
    assert.equal(detail, '2 departures released.');
    assert.deepEqual((await done(act('release', it))).detail, '0 departures released.');
    assert.ok(!(await show(it.id)).actions.includes('release'));
  });

  it('exists for nobody who may not start one', async () => {
    const it = await previewed([row(people[0])]);
    const acts = [
      ['approve', { digest: it.digest }],
      ['withdraw', {}],
      ['release', {}],
    ] as const;
    for (const role of ['it-operator', 'auditor', 'manager', 'legal'] as const) {
      const user = await api.addUser(`Any ${role}`, [role]);
      await problemIn(await send([row(people[1])], user), 403);
      await problemIn(await api.ask(`/api/v1/bulk-starts/${it.id}`, user), 403);
      for (const [name, json] of acts) await problemIn(await act(name, it, json, user), 403);
    }
    const nothing = { id: '01M83VKER15E4DWGJN9YVPFDBD' };
    for (const [name, json] of acts) await problemIn(await act(name, nothing, json), 404);
  });
});
