import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { TestUser } from '#app/testing/app.ts';
import type { Role } from '#core/user.ts';
import type { Case } from './contract/cases.ts';
import { startTestApi, type TestApi } from './testing/api.ts';

/** Roles without need to know; whoever opened it aside. */
const others: readonly Role[] = [
  ...(['manager', 'it-operator', 'auditor'] as const),
  ...(['facilities', 'finance', 'legal', 'payroll'] as const),
];
/** Everybody who may read the list of people sees that somebody works here, not that they leave. */
const roster = ['/people', '/people/{id}', '/colleagues'];

describe('a confidential departure', () => {
  let api: TestApi;
  let hr: TestUser;
  let hidden: Case;
  let step: string;
  let addresses: string[];

  before(async () => {
    api = await startTestApi();
    hr = await api.addUser('Hanna HR', ['hr']);
    const id = await api.openDeparture(hr.caller, { confidential: true, reason: 'Very private' });
    hidden = await api.read<Case>(`/api/v1/cases/${id}`, hr);
    const assignment = {
      people: [{ name: 'Somebody', email: 'somebody@meadow.example' }],
      instructions: `Collect the laptop of ${hidden.person.name}`,
      ...{ proof: [], deadline: null, askedAt: new Date().toISOString(), reminders: 0 },
    };
    step = await api.addStep(id, { status: 'running', assignment });
    // Raised before it became confidential.
    await api.pools.admin.query(
      `insert into alerts (id, condition, kind, title, body, case_id, step_id, confidential)
       values ('A-1', 'test', 'step.held', 'A step needs you', $1, $2, $3, false)`,
      [`${hidden.person.email} is stuck`, id, step],
    );
    await api.sequenceAll();
    await api.ask(`/api/v1/audit?case=${id}`, await api.addUser('Sina Security', ['security']));
    await api.sequenceAll();
    const { paths } = await api.read<{ paths: Record<string, object> }>('/openapi.json', {});
    // What is live never ends; live.test.ts reads it.
    addresses = Object.keys(paths).filter((it) => 'get' in paths[it]! && it !== '/api/v1/live');
  });

  for (const role of others) {
    it(`does not exist for somebody with the role ${role}, wherever they look`, async () => {
      const user = await api.addUser(`Any ${role}`, [role]);
      api.clock.nowMs += 3_600_000;
      for (const address of addresses) {
        const path = address.slice('/api/v1'.length);
        const secrets = [hidden.id, step, 'Very private'];
        if (!roster.includes(path)) secrets.push(hidden.person.name, hidden.person.email);
        for (const value of [hidden.id, hidden.person.id, step]) {
          const filled = address
            .replaceAll('{id}', value)
            .replaceAll('{kind}', 'revocation')
            .replaceAll('{sha256}', 'a'.repeat(64));
          const query = path === '/audit/export' ? '?format=jsonl' : '';
          const response = await api.ask(`${filled}${query}`, user);
          const text = (await response.text())
            .replaceAll(`no departure ${value}`, '')
            .replaceAll(`step ${value}`, '');
          for (const secret of secrets) {
            // What somebody asks for by its id, they may read again in the answer.
            if (response.status === 404 && secret === value) continue;
            assert.ok(!text.includes(secret), `${address} tells ${role} of ${secret}: ${text}`);
          }
        }
      }
    });
  }

  it('is told of in no line of the log', () => {
    const lines = JSON.stringify(api.log);
    for (const secret of [hidden.person.name, hidden.person.email, 'Very private']) {
      assert.ok(!lines.includes(secret), `the log names ${secret}`);
    }
  });

  it('is a fact for whoever opens it, once an hour', async () => {
    await api.read<Case>(`/api/v1/cases/${hidden.id}`, hr);
    await api.read<Case>(`/api/v1/cases/${hidden.id}`, hr);
    await api.sequenceAll();
    const read = (await api.entries()).filter((entry) => entry.body['type'] === 'read.case');
    assert.ok(read.length >= 1 && read.length <= 2, 'the hour may turn meanwhile');
  });
});
