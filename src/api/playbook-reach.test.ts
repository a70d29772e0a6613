import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { TestUser } from '#app/testing/app.ts';
import type { PlaybookChecked, PlaybookReach } from './contract/playbooks.ts';
import { problemIn, startTestApi, type TestApi } from './testing/api.ts';

const playbook = (name: string, title: string, kind = 'resignation') => `
playbook: ${name}
title: ${title}
for: departure
applies when: { all: [{ field: departure.kind, is: ${kind} }] }
steps:
  - { id: tell, layer: operations, task: { title: Say goodbye, assign to: { role: hr }, due: last working day } }
`;

describe('whom a version of a playbook touches', () => {
  let api: TestApi;
  let ada: TestUser;
  let hanna: TestUser;
  let [first, second] = ['', ''];
  let [open, confidential] = ['', ''];

  const publish = async (text: string) => {
    const headers = { 'content-type': 'application/yaml' };
    const { playbook: it } = await api.read<PlaybookChecked>('/api/v1/playbooks/import', {
      ...{ token: ada.token, text, headers },
    });
    await api.read(`/api/v1/playbooks/${it.id}/publish`, { token: ada.token, json: {} });
    return it.id;
  };
  const reach = (id: string, { token } = hanna) =>
    api.read<PlaybookReach>(`/api/v1/playbooks/${id}/reach`, { token });
  const move = (id: string, cases: string[], { token } = ada) =>
    api.ask(`/api/v1/playbooks/${id}/move`, { token, json: { cases, reason: 'It is better.' } });
  const follow = (caseId: string, id: string) =>
    api.pools.admin.query(
      `with off as (select set_config('session_replication_role', 'replica', true))
       update cases set playbook_id = $2, state = 'running' from off where id = $1`,
      [caseId, id],
    );

  before(async () => {
    api = await startTestApi();
    ada = await api.addUser('Ada Admin', ['it-admin']);
    hanna = await api.addUser('Hanna HR', ['it-operator']);
    first = await publish(playbook('goodbye', 'Goodbye'));
    open = await api.openDeparture(ada.caller);
    confidential = await api.openDeparture(ada.caller, { confidential: true });
    for (const id of [open, confidential]) await follow(id, first);
    second = await publish(playbook('goodbye', 'Goodbye, better'));
  });

  it('is told, without those whom nobody may know of', async () => {
    const { cases, withheld, people } = await reach(second);

    assert.deepEqual(
      cases.map(({ id, number }) => [id, number]),
      [[open, 1]],
    );
    assert.equal(withheld, 1);
    assert.equal((await reach(second, ada)).cases.length, 2);
    const counts = Object.fromEntries((people ?? []).map(({ kind, count }) => [kind, count]));
    assert.equal(counts['resignation'], 2);
    assert.equal(counts['layoff'], 0);
  });

  it('changes for departures that are moved to the live version, all of them or none', async () => {
    const other = await publish(playbook('farewell', 'Farewell', 'retirement'));
    assert.match((await problemIn(await move(first, [open]), 409)).detail, /is live/);
    assert.match((await problemIn(await move(other, [open]), 409)).detail, /an earlier version/);
    await problemIn(await move(second, [open, 'nothing']), 404);
    await problemIn(await move(second, [open], hanna), 403);
    assert.equal((await reach(second)).cases[0]?.number, 1);

    assert.equal((await move(second, [open, confidential])).status, 204);
    assert.deepEqual(
      (await reach(second, ada)).cases.map(({ number }) => number),
      [2, 2],
    );
    const { rows } = await api.pools.admin.query('select plan_stale from cases where id = $1', [
      open,
    ]);
    assert.equal(rows[0].plan_stale, true);
    await problemIn(await move(second, [open]), 409);
    await api.sequenceAll();
    const facts = (await api.entries()).filter(({ body }) => body['type'] === 'case.changed');
    assert.deepEqual(
      facts.map(({ body }) => body['data']),
      [0, 1].map(() => ({ changed: ['playbook'], playbook: 'goodbye', playbook_version: 2 })),
    );
  });
});
