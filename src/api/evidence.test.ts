import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { ulid } from 'ulid';
import type { TestUser } from '#app/testing/app.ts';
import { type Role, roles } from '#core/user.ts';
import type { EvidenceOrder } from './contract/evidence.ts';
import { problemIn, startTestApi, type TestApi } from './testing/api.ts';

const allowed: readonly Role[] = ['hr', 'it-operator', 'it-admin', 'security', 'auditor'];

describe('evidence through the API', () => {
  let api: TestApi;
  let hr: TestUser;
  let open: string;
  let hidden: string;
  const users = new Map<Role, TestUser>();

  const order = (id: string, user: TestUser) =>
    api.ask(`/api/v1/cases/${id}/evidence`, { ...user, json: {} });

  /** An order as web writes it down for a complete case. */
  async function ordered(it: { by: TestUser; caseId?: string; past?: true }): Promise<string> {
    const id = ulid();
    await api.pools.admin.query(
      `insert into evidence_orders (id, case_id, asked_by, personal, expires_at)
       values ($1, $2, $3, false, clock_timestamp() + $4 * interval '1 hour')`,
      [id, it.caseId ?? open, it.by.caller.user.id, it.past ? -1 : 1],
    );
    return id;
  }

  before(async () => {
    api = await startTestApi();
    for (const role of roles) users.set(role, await api.addUser(`Any ${role}`, [role]));
    hr = users.get('hr')!;
    open = await api.openDeparture(hr.caller);
    hidden = await api.openDeparture(hr.caller, { confidential: true });
  });

  for (const role of roles) {
    const may = allowed.includes(role);
    it(`is ${may ? 'for a complete case' : 'refused'} for somebody with the role ${role}`, async () => {
      const response = await order(open, users.get(role)!);
      const { detail } = await problemIn(response, may ? 409 : 403);
      if (may) assert.match(detail, /Evidence is made of a complete case/);
    });
  }

  it('does not exist of a confidential departure for those who may not know of it', async () => {
    await problemIn(await order(hidden, users.get('auditor')!), 404);
    await problemIn(await order(hidden, hr), 409);
    const auditor = users.get('auditor')!;
    const id = await ordered({ by: auditor, caseId: hidden });
    await problemIn(await api.ask(`/api/v1/evidence/${id}`, auditor), 404);
    await problemIn(await api.ask(`/api/v1/evidence/${id}/file`, auditor), 404);
  });

  it('is for nobody but whoever asked, and for a day', async () => {
    const auditor = users.get('auditor')!;
    const id = await ordered({ by: auditor });
    const found = await api.read<EvidenceOrder>(`/api/v1/evidence/${id}`, auditor);
    assert.equal(found.status, 'waiting');
    assert.equal(found.personalValues, false);
    await problemIn(await api.ask(`/api/v1/evidence/${id}/file`, auditor), 409);
    await problemIn(await api.ask(`/api/v1/evidence/${id}`, users.get('security')!), 404);
    const past = await ordered({ by: auditor, past: true });
    await problemIn(await api.ask(`/api/v1/evidence/${past}`, auditor), 404);
  });

  const period = (user: TestUser, json: object = { from: '2026-01-01', to: '2026-03-31' }) =>
    api.ask('/api/v1/evidence', { ...user, json });
  const accepted = async (user: TestUser) => {
    const response = await period(user);
    assert.equal(response.status, 202);
    return (await response.json()) as EvidenceOrder;
  };

  it('of a period is for those who may read the record, each with what they may know', async () => {
    api.clock.nowMs += 3_600_000;
    for (const role of roles) {
      const user = users.get(role)!;
      if (!['it-admin', 'security', 'auditor'].includes(role)) {
        await problemIn(await period(user), 403);
        continue;
      }
      const made = await accepted(user);
      assert.deepEqual([made.case, made.from, made.to], [null, '2026-01-01', '2026-03-31']);
      assert.equal(made.personalValues, role === 'security');
      const { rows } = await api.pools.admin.query<{ secret: boolean }>(
        'select secret from evidence_orders where id = $1',
        [made.id],
      );
      assert.equal(rows[0]!.secret, role !== 'auditor');
    }
  });

  it('of a period is for nobody but whoever asked, as long as they may know what is in it', async () => {
    const admin = users.get('it-admin')!;
    const { id } = await accepted(admin);
    assert.equal((await api.read<EvidenceOrder>(`/api/v1/evidence/${id}`, admin)).id, id);
    await problemIn(await api.ask(`/api/v1/evidence/${id}`, users.get('security')!), 404);

    const auditor = users.get('auditor')!;
    await api.pools.admin.query('update evidence_orders set asked_by = $1 where id = $2', [
      auditor.caller.user.id,
      id,
    ]);
    await problemIn(await api.ask(`/api/v1/evidence/${id}`, auditor), 404);
    await problemIn(await api.ask(`/api/v1/evidence/${id}/file`, auditor), 404);
  });

  it('of a period wants two days in their order, and that somebody asked is a fact', async () => {
    const auditor = users.get('auditor')!;
    await problemIn(await period(auditor, { from: '2026-03-31', to: '2026-01-01' }), 422);
    await problemIn(await period(auditor, { from: '2026-01-01' }), 422);
    await api.sequenceAll();
    const asked = (await api.entries()).filter(({ body }) =>
      JSON.stringify(body['data']).includes('"evidence:asked-for","from:2026-01-01"'),
    );
    assert.ok(asked.length > 0);
  });

  it('is limited to ten requests in an hour', async () => {
    api.clock.nowMs += 3_600_000;
    const auditor = users.get('auditor')!;
    for (let i = 0; i < 10; i += 1) await problemIn(await order(open, auditor), 409);
    await problemIn(await order(open, auditor), 429);
  });
});
