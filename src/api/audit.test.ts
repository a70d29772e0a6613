import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { TestUser } from '#app/testing/app.ts';
import type { AuditPage } from './contract/audit.ts';
import { problemIn, startTestApi, type TestApi } from './testing/api.ts';

describe('the record', () => {
  let api: TestApi;
  let security: TestUser;
  let auditor: TestUser;
  let hr: TestUser;
  let open: string;
  let hidden: string;

  before(async () => {
    api = await startTestApi();
    security = await api.addUser('Sina Security', ['security']);
    auditor = await api.addUser('Aud Itor', ['auditor']);
    hr = await api.addUser('Hanna HR', ['hr']);
    open = await api.openDeparture(hr.caller, { reason: '=cmd()' });
    hidden = await api.openDeparture(hr.caller, { confidential: true });
    await api.sequenceAll();
  });

  const search = (query: string, by = auditor) => api.read<AuditPage>(`/api/v1/audit?${query}`, by);
  const facts = async () => {
    await api.sequenceAll();
    return api.entries();
  };

  it('is searched by what happened, to whom, by whom', async () => {
    const found = await search('type=case.opened');
    assert.equal(found.items.length, 1);
    const [event] = found.items;
    assert.equal(event?.title, 'Case opened');
    assert.equal(event?.result, 'done');
    assert.equal(event?.case, open);
    assert.equal(event?.person?.name, 'Person 1');
    assert.deepEqual(event?.actor, { id: hr.caller.user.id, name: 'Hanna HR' });

    const counts = async (query: string) => (await search(query)).items.length;
    assert.equal(await counts('person=person1@&type=case.opened'), 1);
    assert.equal(await counts('person=nobody'), 0);
    assert.equal(await counts(`case=${open}&grade=verified`), 0);
    assert.equal(await counts('text=departure'), 1);
    assert.equal(
      await counts(`type=case.opened&from=${encodeURIComponent('2100-01-01T00:00:00+02:00')}`),
      0,
    );
  });

  it('withholds confidential departures, and says that it does', async () => {
    assert.equal((await search('', auditor)).withheldCases, 1);
    assert.equal((await search(`case=${hidden}`, auditor)).items.length, 0);
    assert.equal((await search('', security)).withheldCases, 0);
    assert.ok((await search(`case=${hidden}`, security)).items.length > 0);
  });

  it('keeps who looked for what, and nobody’s name with it', async () => {
    await search(`person=Priya&text=laptop&case=${open}&from=2026-01-01T00:00:00Z`);
    const looked = (await facts()).findLast((it) => it.body['type'] === 'read.search');
    assert.deepEqual(looked?.body['data'], {
      criteria: ['person', 'text', 'case', 'from:2026-01-01T00:00:00.000Z'],
      found: 0,
    });
    assert.deepEqual(looked?.body['actor'], {
      kind: 'person',
      id: auditor.caller.user.id,
      auth: 'token',
    });
  });

  it('comes page by page, the newest first', async () => {
    const all = await search('limit=200&type=user.changed');
    const first = await search('limit=2&type=user.changed');
    const second = await search(`limit=2&type=user.changed&cursor=${first.nextCursor}`);
    assert.deepEqual(
      [...first.items, ...second.items].map((it) => it.index),
      all.items.map((it) => it.index),
    );
    assert.equal(second.nextCursor, null);
  });

  it('is exported as lines that can be hashed again, without personal values for an auditor', async () => {
    const response = await api.ask('/api/v1/audit/export?format=jsonl&type=case.opened', auditor);
    assert.equal(response.status, 200);
    assert.equal(
      response.headers.get('content-disposition'),
      'attachment; filename="gatehouse-audit.jsonl"',
    );
    const lines = (await response.text()).trimEnd().split('\n');
    assert.equal(lines.length, 1);
    const line = JSON.parse(lines[0]!);
    assert.equal(line.leaf.case, open);
    assert.deepEqual(line.disclosures, []);
    const exported = (await facts()).findLast((it) => it.body['type'] === 'read.search');
    assert.deepEqual(exported?.body['data'], {
      criteria: ['export', 'format:jsonl', 'type:case.opened'],
    });
  });

  it('opens personal values for Security, states how many, and lets no formula through', async () => {
    const query = `format=csv&type=case.opened&case=${open}`;
    const response = await api.ask(`/api/v1/audit/export?${query}`, security);
    assert.equal(response.headers.get('content-type'), 'text/csv; charset=utf-8');
    const rows = (await response.text()).trimEnd().split('\r\n');
    assert.equal(rows.length, 2);
    assert.match(rows[1]!, /,Person 1,/);
    assert.match(rows[1]!, /=cmd\(\)/);
    assert.ok(!/(^|,)[=+@-]/.test(rows[1]!));
    const opened = (await facts()).findLast((it) => it.body['type'] === 'disclosure.opened');
    assert.deepEqual(opened?.body['data'], { object: 'export', values: 5 });
  });

  it('is for auditors, IT admins and Security only', async () => {
    await problemIn(await api.ask('/api/v1/audit', hr), 403);
    await problemIn(await api.ask('/api/v1/audit/export?format=csv', hr), 403);
  });

  it('refuses questions that it does not know', async () => {
    const { errors } = await problemIn(
      await api.ask('/api/v1/audit?type=case.deleted&grade=done&from=yesterday', auditor),
      422,
    );
    assert.deepEqual(
      errors.map((it) => it.at),
      ['type', 'grade', 'from'],
    );
    await problemIn(await api.ask('/api/v1/audit/export?format=pdf', auditor), 422);
  });

  it('is exported ten times an hour, and searched sixty times a minute', async () => {
    const { token } = await api.addUser('Max Many', ['auditor']);
    api.clock.nowMs = 10_000_000;
    for (let i = 0; i < 10; i += 1) {
      const response = await api.ask('/api/v1/audit/export?format=csv&type=case.sealed', { token });
      assert.equal(response.status, 200);
      await response.text();
    }
    const response = await api.ask('/api/v1/audit/export?format=csv', { token });
    assert.equal(response.headers.get('retry-after'), '3600');
    await problemIn(response, 429);
    assert.equal((await api.ask('/api/v1/audit', { token })).status, 200);
  });
});
