import assert from 'node:assert/strict';
import { before, beforeEach, describe, it } from 'node:test';
import { ulid } from 'ulid';
import type { TestUser } from '#app/testing/app.ts';
import { keepBlob } from '#ledger/blob.ts';
import { eraseApproved } from '#ledger/erasure.ts';
import { verified } from '#ledger/testing/ledger.ts';
import { inTransaction } from '#store/sql.ts';
import type { AuditPage } from '../src/api/contract/audit.ts';
import { type Erasure, ErasurePage } from '../src/api/contract/erasures.ts';
import { problemIn, startTestApi, type TestApi } from '../src/api/testing/api.ts';
import { type Planted, placesOf, plantPerson } from './support/planted-person.ts';

describe('erasing a person', () => {
  let api: TestApi;
  let hanna: TestUser;
  let sina: TestUser;
  let auditor: TestUser;
  let person: Planted;

  before(async () => {
    api = await startTestApi();
    hanna = await api.addUser('Hanna HR', ['hr']);
    sina = await api.addUser('Sina Security', ['security']);
    auditor = await api.addUser('Aud Itor', ['auditor']);
  });
  beforeEach(async () => {
    person = await plantPerson(api, hanna.caller);
  });

  const ask = (personId: string, by = hanna) =>
    api.ask('/api/v1/erasures', { ...by, json: { personId, basis: 'objection' } });
  const asked = async (personId: string, by = hanna) => {
    const response = await ask(personId, by);
    assert.equal(response.status, 200, await response.clone().text());
    return (await response.json()) as Erasure;
  };
  const approve = (id: string, by = sina) =>
    api.ask(`/api/v1/erasures/${id}/approve`, { ...by, method: 'POST' });
  const carryOut = (id: string) => inTransaction(api.pools.scribe, (tx) => eraseApproved(tx, id));
  const erase = async (personId: string) => {
    const { id } = await asked(personId);
    assert.equal((await approve(id)).status, 200);
    assert.equal(await carryOut(id), true);
    return id;
  };
  const stateOf = async (id: string) => {
    const { items } = ErasurePage.parse(await api.read('/api/v1/erasures?limit=200', hanna));
    return items.find((it) => it.id === id);
  };
  const factsOf = async (type: string) => {
    await api.sequenceAll();
    return (await api.entries()).filter((it) => it.body['type'] === type);
  };

  it('leaves nothing of the person anywhere in the database', async () => {
    const before = await placesOf(api.pools.admin, person.values);
    for (const value of person.values) {
      assert.ok(
        before.some((it) => it.value === value),
        `${value} is in the database at first`,
      );
    }

    await erase(person.personId);

    assert.deepEqual(await placesOf(api.pools.admin, person.values), []);
  });

  it('changes nothing of the record, and says in it what was destroyed', async () => {
    await api.sequenceAll();
    const before = await api.entries();

    const id = await erase(person.personId);
    const [fact] = (await factsOf('subject.erased')).slice(-1);

    const after = await api.entries();
    assert.deepEqual(after.slice(0, before.length), before);
    const { values, blobs, ...data } = { ...Object(fact?.body['data']) };
    assert.deepEqual(data, {
      erasure: id,
      basis: 'objection',
      requester: hanna.caller.user.id,
      approver: sina.caller.user.id,
    });
    assert.ok(Number(values) > 3);
    assert.equal(blobs, 1);
    assert.deepEqual(fact?.body['target'], { ref: person.ref });
    const it = await stateOf(id);
    assert.equal(it?.state, 'erased');
    assert.equal(it?.personId, null);
    assert.deepEqual([it?.values, it?.files], [values, blobs]);
  });

  it('takes two people, and none who may not, nor the person themselves', async () => {
    const { id } = await asked(person.personId);
    const { detail } = await problemIn(await approve(id, hanna), 409);
    assert.match(detail, /Who asked for an erasure does not approve it/);
    await problemIn(await approve(id, auditor), 403);
    await problemIn(await ask(person.personId, auditor), 403);
    await problemIn(await ask(person.personId, sina), 409); // one is open
    assert.equal(await carryOut(id), false);
    await assert.rejects(
      api.pools.scribe.query('select erase_person($1)', [id]),
      /is not approved/,
    );
    await assert.rejects(api.pools.web.query('select erase_person($1)', [id]), /permission denied/);
    await assert.rejects(
      api.pools.web.query(
        "update erasures set version = 2, state = 'approved', decided_by = requested_by where id = $1",
        [id],
      ),
      /check constraint/,
    );
    const own = await api.addPerson({ email: 'sina.security@meadow.example' });
    assert.match((await problemIn(await ask(own.personId, sina), 409)).detail, /their own data/);
    await problemIn(await ask('E-nobody'), 404);
  });

  it('is taken back before it is approved, and not afterwards', async () => {
    const { id } = await asked(person.personId);
    const withdraw = (it: string) =>
      api.ask(`/api/v1/erasures/${it}/withdraw`, { ...sina, method: 'POST' });
    assert.equal((await withdraw(id)).status, 200);
    await problemIn(await approve(id), 409);
    assert.equal((await stateOf(id))?.state, 'withdrawn');

    const other = await erase(person.personId);
    await problemIn(await withdraw(other), 409);
  });

  it('waits for what asks to keep the data, and says what that is', async () => {
    const obstacles = async () => {
      const { errors } = await problemIn(await ask(person.personId), 409);
      return errors.map((it) => `${it.at}: ${it.problem}`).join('\n');
    };
    await person.setCase('running');
    assert.match(
      await obstacles(),
      new RegExp(`open-case: The case ${person.caseId} has not ended`),
    );
    await person.setCase('complete');

    await person.bypassing(
      `insert into departure_hints (id, version, person, source, account, what, heard_at)
       select gen_random_uuid(), 1, id, 'okta', gen_random_uuid(), 'deleted', now() from people where person_id = $1`,
      person.personId,
    );
    assert.match(
      await obstacles(),
      /^open-hint: The question \S+ whether this person leaves is open/,
    );
    await person.bypassing(
      `update departure_hints set state = 'dismissed', decided_by = 'x', decided_at = now()`,
    );

    const hold = { personId: person.personId, reason: 'A matter' };
    const { id } = await api.read<{ id: string }>('/api/v1/legal-holds', { ...sina, json: hold });
    assert.match(await obstacles(), /^legal-hold: A legal hold is open/);
    const lena = await api.addUser(`Lena Legal ${person.personId}`, ['legal']);
    const lift = { ...lena, json: { reason: 'Settled' } };
    await api.read(`/api/v1/legal-holds/${id}/lift`, lift);

    await person.setRules([{ title: 'HIPAA documentation', months: 72, countries: ['US'] }]);
    await asked(person.personId); // of another country
    await api.pools.admin.query('delete from erasures where state = $1', ['waiting-for-approval']);
    await person.setRules([{ title: 'Tax papers', months: 1_200, countries: [] }]);
    assert.match(
      await obstacles(),
      /retention: The retention rule “Tax papers” asks to keep the data: until 2130-/,
    );
    await person.setRules([]);

    const user = await api.addUser('Another', ['finance']);
    await api.pools.admin.query('update people set facts = facts || $1 where person_id = $2', [
      { personalEmail: 'another@meadow.example' },
      person.personId,
    ]);
    assert.match(await obstacles(), /^user: This person is a user/);
    await person.bypassing(
      'update users set disabled_at = now() where id = $1',
      user.caller.user.id,
    );
    await asked(person.personId);
  });

  it('is refused at the last moment where a hold came after the approval', async () => {
    const { id } = await asked(person.personId);
    assert.equal((await approve(id)).status, 200);
    const hold = { personId: person.personId, reason: 'A matter' };
    await api.read('/api/v1/legal-holds', { ...sina, json: hold });

    assert.equal(await carryOut(id), true);

    const it = await stateOf(id);
    assert.equal(it?.state, 'refused');
    assert.match(it?.whyRefused ?? '', /A legal hold is open/);
    const [fact] = (await factsOf('erasure.refused')).slice(-1);
    assert.deepEqual(fact?.body['data'], { erasure: id, reasons: ['legal-hold'] });
    assert.notDeepEqual(await placesOf(api.pools.admin, person.values), []);
  });

  it('happens as a whole or not at all', async () => {
    const { id } = await asked(person.personId);
    assert.equal((await approve(id)).status, 200);

    await assert.rejects(
      inTransaction(api.pools.scribe, async (tx) => {
        await eraseApproved(tx, id);
        throw new Error('the machine stopped');
      }),
    );
    const left = await placesOf(api.pools.admin, person.values);
    for (const value of person.values) assert.ok(left.some((it) => it.value === value));
    assert.equal((await stateOf(id))?.state, 'approved');

    assert.deepEqual(await Promise.all([carryOut(id), carryOut(id)]).then((it) => it.toSorted()), [
      false,
      true,
    ]);
    assert.deepEqual(await placesOf(api.pools.admin, person.values), []);
  });

  it('waits for whoever states a fact about the person, and refuses whoever comes later', async () => {
    const { id } = await asked(person.personId);
    assert.equal((await approve(id)).status, 200);
    const subject = { ref: person.ref, subject: person.subject };
    const stating = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const earlier = inTransaction(api.pools.worker, async (tx) => {
      await keepBlob(tx, api.keys, person.subject, Buffer.from(`in flight ${person.name}`));
      stating.resolve();
      await goOn.promise;
    });
    await stating.promise;
    // Read before the erasure, as a worker that has the key at hand would.
    const key = await api.keys.keyOf(api.pools.worker, person.subject);
    assert.ok(key);
    const erasing = carryOut(id);
    // Before or after it: either may be, so nobody waits for how it ends.
    const later = api.state('worker', verified(ulid(), subject)).catch(() => {});
    goOn.resolve();
    await earlier;
    await erasing;
    await later;
    await assert.rejects(api.state('worker', verified(ulid(), subject)), /was erased/);
    await assert.rejects(
      api.pools.worker.query(
        `select ledger.state(array['{"type":"case.held"}'], '{null}', '{null}',
                             '{x}', '{y}', array[$1::uuid], '{z}', array['\\x00'::bytea])`,
        [person.subject],
      ),
      /was erased/,
    );
    const { rows } = await api.pools.admin.query(
      'select (select count(*)::int from ledger.disclosure where subject = $1) as values, (select count(*)::int from ledger.blob where subject = $1) as blobs',
      [person.subject],
    );
    assert.deepEqual(rows, [{ values: 0, blobs: 0 }]);
  });

  it('leaves no key in the memory of a process that asks for it no more', async () => {
    const keys = api.keys as typeof api.keys & { forgetErased(db: unknown): Promise<number> };
    await api.keys.keyOf(api.pools.web, person.subject);
    await keys.forgetErased(api.pools.web);
    await erase(person.personId);
    assert.equal(await keys.forgetErased(api.pools.web), 1);
    assert.equal(await keys.forgetErased(api.pools.web), 0);
  });

  it('is what readers of the record are told from then on', async () => {
    await erase(person.personId);
    await api.sequenceAll();
    const day = new Date().toISOString().slice(0, 10);

    const { items } = await api.read<AuditPage>(`/api/v1/audit?case=${person.caseId}`, sina);
    assert.ok(items.length > 0);
    for (const it of items.filter(({ person }) => person !== null)) {
      assert.equal(it.person?.name, null);
      assert.equal(it.person?.erasedAt?.slice(0, 10), day);
    }
    const csv = await api.ask(`/api/v1/audit/export?format=csv&case=${person.caseId}`, sina);
    assert.match(await csv.text(), new RegExp(`,erased ${day}; digest is in place,`));
    const jsonl = await api.ask(`/api/v1/audit/export?format=jsonl&case=${person.caseId}`, sina);
    const lines = (await jsonl.text())
      .trimEnd()
      .split('\n')
      .map((it) => JSON.parse(it));
    const told = lines.filter((it) => it.leaf.target);
    assert.ok(told.length > 0);
    for (const it of told) {
      assert.deepEqual(it.disclosures, []);
      assert.equal(it.erased.slice(0, 10), day);
    }
    const shown = await api.ask(`/api/v1/cases/${person.caseId}`, sina);
    assert.equal(shown.status, 200, await shown.clone().text());
    assert.match(await shown.text(), /Erased person/);
    assert.equal(
      (await api.read<{ items: unknown[] }>(`/api/v1/people?text=${person.personId}`, sina)).items
        .length,
      0,
    );
  });

  it('gives who comes back a new pseudonym and a new key', async () => {
    await erase(person.personId);
    await api.addPerson({ personId: person.personId, name: person.name });
    const { rows } = await api.pools.admin.query<{ ref: string; subject: string }>(
      'select ref, subject from people where person_id = $1',
      [person.personId],
    );
    assert.equal(rows.length, 1);
    assert.notEqual(rows[0]!.ref, person.ref);
    const key = await api.keys.keyOf(api.pools.web, rows[0]!.subject);
    assert.equal(key.length, 32);
    assert.notEqual(rows[0]!.subject, person.subject);
  });
});
