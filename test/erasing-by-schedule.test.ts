import assert from 'node:assert/strict';
import { before, beforeEach, describe, it } from 'node:test';
import { changeSetting } from '#app/settings.ts';
import type { TestUser } from '#app/testing/app.ts';
import { eraseApproved, scheduleErasures } from '#ledger/erasure.ts';
import { approvedErasures } from '#store/erasures.ts';
import { inTransaction } from '#store/sql.ts';
import { startTestApi, type TestApi } from '../src/api/testing/api.ts';
import { type Planted, placesOf, plantPerson } from './support/planted-person.ts';

describe('erasing people by schedule', () => {
  let api: TestApi;
  let hanna: TestUser;
  let ada: TestUser;
  let sina: TestUser;
  let lena: TestUser;
  let person: Planted;

  before(async () => {
    api = await startTestApi();
    hanna = await api.addUser('Hanna HR', ['hr']);
    ada = await api.addUser('Ada Admin', ['it-admin']);
    sina = await api.addUser('Sina Security', ['security']);
    lena = await api.addUser('Lena Legal', ['legal']);
  });
  beforeEach(async () => {
    await set(null);
    person = await plantPerson(api, hanna.caller);
    await left('2019-01-31');
    await aWeekLater();
  });

  /** Sooner than before takes both of them. */
  async function set(eraseAfterMonths: number | null): Promise<void> {
    const change = { eraseAfterMonths, rules: [] };
    const { noted } = {
      noted: null,
      ...(await changeSetting(api.app, ada.caller, 'retention', change)),
    };
    if (noted !== null) await changeSetting(api.app, sina.caller, 'retention', change);
  }
  const left = (day: string) =>
    person.bypassing(
      'update cases set employment_ends = $2::date, ended_at = $2::date where id = $1',
      ...[person.caseId, day],
    );
  /** The setting has stood for longer than it takes to begin. */
  async function aWeekLater(): Promise<void> {
    await api.sequenceAll();
    await person.bypassing("update ledger.event_ix set at = at - interval '8 days'");
  }
  /** As the scribe does, once a day and then every second. */
  async function work(): Promise<number> {
    await api.sequenceAll();
    const made = await scheduleErasures(api.pools.scribe);
    for (const id of await approvedErasures(api.pools.scribe)) {
      await inTransaction(api.pools.scribe, (tx) => eraseApproved(tx, id));
    }
    await api.sequenceAll();
    return made;
  }
  const found = () => placesOf(api.pools.admin, person.values);
  const factsOf = async (type: string) =>
    (await api.entries()).filter(({ body }) => body['type'] === type).map(({ body }) => body);

  it('is off until somebody sets it, and begins a week after that', async () => {
    assert.equal(await work(), 0);
    await set(84);
    assert.equal(await work(), 0, 'the setting is younger than a week');
    assert.notDeepEqual(await found(), []);

    await aWeekLater();
    assert.equal(await work(), 1);

    assert.deepEqual(await found(), []);
    const [scheduled] = (await factsOf('erasure.scheduled')).slice(-1);
    const { erasure, ...data } = Object(scheduled?.['data']);
    assert.deepEqual(data, { basis: 'no-longer-needed', months: 84 });
    const [erased] = (await factsOf('subject.erased')).slice(-1);
    assert.deepEqual(erased?.['target'], { ref: person.ref });
    const said = Object(erased?.['data']);
    assert.deepEqual(
      [said.erasure, said.requester, said.approver],
      [erasure, 'schedule', 'schedule'],
    );
    assert.ok(said.values > 3);
    assert.equal(await work(), 0, 'and not again');
  });

  it('takes everybody who is due, and nobody else', async () => {
    const first = person;
    person = await plantPerson(api, hanna.caller);
    await left('2018-05-31');
    const due = person;
    person = await plantPerson(api, hanna.caller);
    await set(84);
    await aWeekLater();
    assert.equal(await work(), 2);
    const values = [...first.values, ...due.values];
    assert.deepEqual(await placesOf(api.pools.admin, values), []);
    assert.notDeepEqual(await found(), []);
  });

  it('waits for the months to pass, for a case that is open, and for a rule that asks to keep the data', async () => {
    await set(84);
    await aWeekLater();
    await left(new Date(Date.now() - 83 * 30 * 86_400_000).toISOString().slice(0, 10));
    assert.equal(await work(), 0);
    await left('2019-01-31');
    await person.setCase('running');
    assert.equal(await work(), 0);
    await person.setCase('complete');
    assert.equal(await work(), 0, 'it ended today');

    await left('2019-01-31');
    const keep = async (rules: readonly object[]) => {
      await person.setRules(rules);
      await person.bypassing(
        `update settings set value = value || '{"eraseAfterMonths": 84}' where id = 'retention'`,
      );
    };
    await keep([{ title: 'Tax papers', months: 1_200, countries: [] }]);
    assert.equal(await work(), 0);
    await keep([]);
    assert.equal(await work(), 1);
  });

  it('leaves whom a legal hold keeps, for as long as it is open', async () => {
    await set(84);
    await aWeekLater();
    const hold = { personId: person.personId, reason: 'A matter' };
    const { id } = await api.read<{ id: string }>('/api/v1/legal-holds', { ...sina, json: hold });
    assert.equal(await work(), 0);
    assert.notDeepEqual(await found(), []);

    const lift = { ...lena, json: { reason: 'Settled' } };
    await api.read(`/api/v1/legal-holds/${id}/lift`, lift);
    assert.equal(await work(), 1);
    assert.deepEqual(await found(), []);
  });

  it('is no way around two people for anybody who is not due', async () => {
    await set(84);
    await aWeekLater();
    await left('2030-01-31');
    const { scribe, web } = api.pools;
    const { rows } = await scribe.query('select schedule_erasure($1) as id', [person.personId]);
    assert.deepEqual(rows, [{ id: null }]);
    await assert.rejects(
      scribe.query(
        "insert into erasures (id, person_id, basis, state, scheduled) values (gen_random_uuid(), 'x', 'x', 'approved', true)",
      ),
      /permission denied/,
    );
    await assert.rejects(web.query("select schedule_erasure('x')"), /permission denied/);
    await assert.rejects(set(3), /does not fit/);
  });
});
