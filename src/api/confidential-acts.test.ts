import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { TestUser } from '#app/testing/app.ts';
import type { Role } from '#core/user.ts';
import type { Case } from './contract/cases.ts';
import { problemIn, startTestApi, type TestApi } from './testing/api.ts';
import { requestFor, requests } from './testing/requests.ts';

/** Roles without need to know. */
const others: readonly Role[] = [
  ...(['manager', 'it-operator', 'auditor'] as const),
  ...(['facilities', 'finance', 'legal', 'payroll'] as const),
];
const nobody = '01M83VKER15E4DWGJN9YVPFDBD';

const caseActs = {
  pause: { reason: 'wait' },
  resume: undefined,
  cancel: undefined,
  change: { urgent: true },
  'bring-back': { digest: 'x' },
  release: { untold: true, reason: 'now' },
};
/** A manager names who takes over; nothing else of a case is theirs. */
const naming = { change: { successor: 'E-1' } };
const stepActs = {
  hold: undefined,
  retry: undefined,
  attest: { reason: 'Done.', proof: 'T-1' },
  accept: undefined,
  'send-back': { reason: 'not mine' },
  'hand-over': { to: 'ada.admin@meadow.example', reason: 'away' },
  waive: { reason: 'no', expiresAt: '2030-01-01T00:00:00Z' },
  'write-off': { reason: 'lost' },
};

describe('what can be done about a confidential departure', () => {
  let api: TestApi;
  let hr: TestUser;
  let hidden: string;
  let task: string;
  let held: string;
  let submitted: string;
  let fay: TestUser;

  const assignment = (it: TestUser, more: object = {}) => ({
    people: [{ name: it.caller.user.name, email: it.caller.user.email }],
    ...{ instructions: 'Collect the laptop', proof: [], deadline: null, reminders: 0 },
    askedAt: '2030-11-29T08:00:00.000Z',
    ...more,
  });

  before(async () => {
    api = await startTestApi();
    hr = await api.addUser('Hanna HR', ['hr']);
    await api.addUser('Ada Admin', ['it-admin', 'security']);
    fay = await api.addUser('Fay Facilities', ['facilities']);
    hidden = await api.openDeparture(hr.caller, { confidential: true });
    task = await api.addStep(hidden, {
      ...{ status: 'running', kind: 'task', layer: 'operations', assignment: assignment(fay) },
    });
    held = await api.addStep(hidden, { status: 'held' });
    const submission = { by: hr.caller.user.id, byName: 'Hanna HR', byEmail: 'hanna.hr@x' };
    submitted = await api.addStep(hidden, {
      ...{ status: 'running', kind: 'task', layer: 'operations' },
      assignment: assignment(hr, {
        submission: { ...submission, reason: 'Done.', proof: null, files: [] },
      }),
    });
  });

  async function send(path: string, user: TestUser, json: object | undefined, key?: string) {
    api.clock.nowMs += 60_000;
    const upload = path.includes('/proofs');
    const response = await api.ask(`/api/v1${path}`, {
      method: 'POST',
      token: user.token,
      ...(upload ? { text: 'scan' } : json === undefined ? {} : { json }),
      headers: {
        ...(upload ? { 'content-type': 'application/octet-stream' } : {}),
        ...(key ? { 'idempotency-key': key } : {}),
      },
    });
    return { status: response.status, text: await response.text(), headers: response.headers };
  }
  /** What was answered, but for what names the request and what was asked for. */
  async function answer(path: (id: string) => string, id: string, user: TestUser, json?: object) {
    const { status, text } = await send(path(id), user, json);
    const said = text.replaceAll(id, 'ID').replace(/urn:uuid:[\w-]+/, 'REQUEST');
    return { status, said };
  }
  const state = async () =>
    (
      await api.pools.admin.query(
        `select c.state, c.version, c.departure, s.id, s.status, s.version as step, s.assignment
           from cases c join steps s on s.case_id = c.id where c.id = $1 order by s.id`,
        [hidden],
      )
    ).rows;

  for (const role of others) {
    it(`answers ${role} as if there were none, whatever they try`, async () => {
      const user = await api.addUser(`Any ${role}`, [role]);
      const before = await state();
      const tries: [(id: string) => string, string, object | undefined][] = [
        ...Object.entries(caseActs).map(([name, json]): (typeof tries)[0] => [
          (id) => `/cases/${id}/${name}`,
          hidden,
          json,
        ]),
        ...Object.entries(naming).map(([name, json]): (typeof tries)[0] => [
          (id) => `/cases/${id}/${name}`,
          hidden,
          json,
        ]),
        ...[task, held, submitted].flatMap((step) => [
          ...Object.entries(stepActs).map(([name, json]): (typeof tries)[0] => [
            (id) => `/steps/${id}/${name}`,
            step,
            json,
          ]),
          [(id) => `/steps/${id}/proofs?name=scan.pdf`, step, undefined] as (typeof tries)[0],
        ]),
      ];
      for (const [path, id, json] of tries) {
        const real = await answer(path, id, user, json);
        assert.deepEqual(real, await answer(path, nobody, user, json), path('…'));
        assert.ok([403, 404].includes(real.status), `${path('…')} answers ${real.status}`);
      }
      assert.deepEqual(await state(), before);
    });
  }

  it('lets whoever has a task do that, and no more', async () => {
    for (const [name, json] of Object.entries({ ...caseActs, ...naming })) {
      const path = (id: string) => `/cases/${id}/${name}`;
      const real = await answer(path, hidden, fay, json);
      assert.deepEqual(real, await answer(path, nobody, fay, json), name);
    }
    for (const step of [held, submitted]) {
      for (const [name, json] of Object.entries(stepActs)) {
        const path = (id: string) => `/steps/${id}/${name}`;
        const real = await answer(path, step, fay, json);
        assert.deepEqual(real, await answer(path, nobody, fay, json), name);
      }
    }
    for (const name of ['hold', 'retry', 'waive', 'write-off'] as const) {
      const { status } = await send(`/steps/${task}/${name}`, fay, stepActs[name]);
      assert.equal(status, 403, name);
    }
    await problemIn(await api.ask(`/api/v1/cases/${hidden}`, fay), 403);
    const proof = await send(`/steps/${task}/proofs?name=scan.pdf`, fay, undefined);
    assert.equal(proof.status, 200, proof.text);
    const { person } = await api.read<Case>(`/api/v1/cases/${hidden}`, hr);
    const done = await send(`/steps/${task}/attest`, fay, stepActs.attest);
    assert.equal(done.status, 200, done.text);
    for (const secret of [hidden, person.name, person.email, held, submitted]) {
      assert.ok(!done.text.includes(secret), `the answer tells of ${secret}`);
    }
  });

  it('never answers somebody with what was answered to another', async () => {
    const key = 'one key for two';
    const path = `/cases/${hidden}/pause`;
    const first = await send(path, hr, caseActs.pause, key);
    assert.equal(first.status, 200, first.text);
    const again = await send(path, hr, caseActs.pause, key);
    assert.equal(again.headers.get('idempotency-replayed'), 'true');

    const other = await api.addUser('Olaf Operator', ['it-operator']);
    const { status, headers, text } = await send(path, other, caseActs.pause, key);
    assert.deepEqual([status, headers.get('idempotency-replayed')], [404, null], text);
    const stranger = await send(path, fay, caseActs.pause, key);
    assert.deepEqual([stranger.status, stranger.headers.get('idempotency-replayed')], [403, null]);
  });
});

/** How many cases are withheld is told to those who may know; the list of people is longer by the person of this very case. */
const telling = [
  ...['/audit', '/audit/export', '/audit/leaves'],
  ...['/overview', '/population', '/readiness', '/people', '/colleagues'],
];
/** What somebody without need to know can count: every list there is. What is live is read in `live.test.ts`. */
const counted = Object.keys(requests)
  .filter((it) => it.startsWith('GET ') && !it.includes(':') && it !== 'GET /live')
  .map((it) => requestFor(it).path.slice('/api/v1'.length))
  .filter((it) => !telling.includes(it.split('?')[0]!));

describe('a confidential departure that is opened', () => {
  it('changes nothing that can be counted by those who need not know', async () => {
    const api = await startTestApi();
    const hr = await api.addUser('Hanna HR', ['hr']);
    const users: TestUser[] = [];
    for (const role of others) users.push(await api.addUser(`Any ${role}`, [role]));
    await api.openDeparture(hr.caller);
    await api.sequenceAll();
    const look = async () => {
      const seen: string[] = [];
      for (const user of users) {
        for (const path of counted) {
          api.clock.nowMs += 60_000;
          const response = await api.ask(`/api/v1${path}`, user);
          const text = (await response.text()).replace(/urn:uuid:[\w-]+/, '');
          seen.push(`${user.caller.user.name} ${path} ${response.status} ${text}`);
        }
      }
      return seen;
    };

    const before = await look();
    const id = await api.openDeparture(hr.caller, { confidential: true });
    await api.addStep(id, { status: 'held' });
    const after = await look();

    assert.ok(counted.length > 25 && counted.includes('/approvals'), counted.join());
    const changed = after.filter((it, i) => it !== before[i]);
    assert.deepEqual(changed, []);
  });
});
