import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { ulid } from 'ulid';
import type { TestUser } from '#app/testing/app.ts';
import type { AuditPage } from './contract/audit.ts';
import { problemIn, startTestApi, type TestApi } from './testing/api.ts';

const paused = (caseId: string) =>
  ({
    type: 'case.held',
    actor: { kind: 'system', id: 'worker', auth: 'none' },
    caseId,
    data: { reason: 'paused' },
  }) as const;

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

  it('is exported exactly as it is searched, by every criterion', async () => {
    const { token } = await api.addUser('Ex Porter', ['security']);
    await api.sequenceAll();
    const [some] = (await search('type=case.opened', security)).items;
    const criteria = [
      '',
      `case=${open}`,
      'person=person',
      'person=nobody',
      `actor=${hr.caller.user.id}`,
      'type=case.opened',
      'result=done',
      'grade=verified',
      'text=depart',
      `from=${some!.at}`,
      `to=${some!.at}`,
      `from=${some!.at}&type=case.opened&text=departure&result=done`,
    ];
    for (const [i, query] of criteria.entries()) {
      api.clock.nowMs += 3_600_000;
      await api.sequenceAll();
      const to = (await api.entries()).length;
      const found = (await search(`limit=200&${query}`, security)).items;
      const file = await api.ask(`/api/v1/audit/export?format=jsonl&${query}`, { token });
      const lines = (await file.text()).split('\n').filter((it) => it !== '');
      const exported = lines.map((it) => JSON.parse(it).idx as number).filter((idx) => idx < to);
      assert.deepEqual(
        exported.toReversed(),
        found.map((it) => it.index),
        `${i}: ${query}`,
      );
    }
  });

  it('states what was handed out, by its digest, and to whom', async () => {
    api.clock.nowMs += 3_600_000;
    const response = await api.ask(`/api/v1/audit/export?format=csv&case=${open}`, auditor);
    const body = await response.text();
    const created = (await facts()).findLast((it) => it.body['type'] === 'export.created');
    assert.deepEqual(created?.body['data'], {
      kind: 'audit-csv',
      recipient: auditor.caller.user.id,
      digest: createHash('sha256').update(body).digest('base64url'),
      size: Buffer.byteLength(body),
      events: body.trimEnd().split('\r\n').length - 1,
    });
  });

  it('is exported on paper, with what was asked for, the facts attached, and no more than fits', async () => {
    api.clock.nowMs += 3_600_000;
    const query = `format=pdf&case=${open}&person=person`;
    const response = await api.ask(`/api/v1/audit/export?${query}`, auditor);
    assert.equal(response.headers.get('content-type'), 'application/pdf');
    const pdf = Buffer.from(await response.arrayBuffer());
    assert.equal(pdf.subarray(0, 5).toString(), '%PDF-');
    const created = (await facts()).findLast((it) => it.body['type'] === 'export.created');
    const data = { ...Object(created?.body['data']) };
    assert.equal(data.kind, 'audit-pdf');
    assert.equal(data.digest, createHash('sha256').update(pdf).digest('base64url'));
    assert.ok(data.events > 0);

    const many = ulid();
    await api.state('worker', ...Array.from({ length: 2_001 }, () => paused(many)));
    await api.sequenceAll();
    const { detail } = await problemIn(
      await api.ask(`/api/v1/audit/export?format=pdf&case=${many}`, auditor),
      409,
    );
    assert.match(detail, /more than 2,000 facts.*Narrow it, or take CSV or JSONL/);
  });

  it('says nothing of a confidential departure in any export, nor by what a search finds', async () => {
    const { rows } = await api.pools.admin.query<{ ref: string; name: string; id: string }>(
      'select ref, name, person_id as id from people where id = (select person from cases where id = $1)',
      [hidden],
    );
    const { ref, name, id } = rows[0]!;
    for (const format of ['csv', 'jsonl', 'pdf']) {
      api.clock.nowMs += 3_600_000;
      const query = `format=${format}&from=2020-01-01T00:00:00Z&type=case.opened`;
      const text = await (await api.ask(`/api/v1/audit/export?${query}`, auditor)).text();
      for (const secret of [hidden, ref, name, id]) assert.ok(!text.includes(secret), format);
    }
    for (const query of [`person=${id}`, `case=${hidden}`, `text=${hidden.toLowerCase()}`]) {
      api.clock.nowMs += 60_000;
      assert.deepEqual((await search(query, auditor)).items, [], query);
      const created = await api.ask(`/api/v1/audit/export?format=jsonl&${query}`, auditor);
      assert.equal(await created.text(), '');
      const fact = (await facts()).findLast((it) => it.body['type'] === 'export.created');
      assert.equal(Object(fact?.body['data']).events, 0);
    }
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
    await problemIn(await api.ask('/api/v1/audit/export?format=docx', auditor), 422);
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
