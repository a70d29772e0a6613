import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { saveConnectionInput } from '#app/connections.ts';
import { importPeople } from '#app/people.ts';
import { until } from '#core/testing/until.ts';
import type { DepartureHint, DepartureHintPage } from '../src/api/contract/departure-hints.ts';
import { apiOf, type Colleague } from './support/api.ts';
import {
  account,
  type Company,
  houseOf,
  person,
  type ScimSystem,
  startCompany,
} from './support/company.ts';
import { startGatehouse, type TestGatehouse } from './support/gatehouse.ts';
import { checkInvariants } from './support/invariants.ts';
import { core, enterprise, type Provider, providersOf } from './support/scim-provider.ts';
import { watching } from './support/watch.ts';

const priya = person('E-1042', 'Priya Nair');

describe('identity providers that provision into Gatehouse', () => {
  let gatehouse: TestGatehouse;
  let company: Company;
  let directory: ScimSystem;
  let watch: ReturnType<typeof watching>;
  let providers: ReturnType<typeof providersOf>;
  let okta: Provider;
  let entra: Provider;
  let hana: Colleague;

  before(async () => {
    gatehouse = await startGatehouse();
    const house = houseOf(gatehouse);
    watch = watching(house);
    company = await startCompany(house);
    directory = await company.addSystem('directory', 'identity', {
      users: ['Priya', 'Omar'].map(account),
    });
    providers = providersOf(gatehouse);
    okta = await providers.connect('okta-prod');
    entra = await providers.connect('entra', { personId: 'externalId' });
    hana = await apiOf(gatehouse).hire('Hana HR', ['hr']);
  });
  after(async () => {
    await gatehouse.stop();
    await company.close();
  });

  const factsOf = async (personId: string) =>
    (
      await gatehouse.rows<{ source: string; facts: Record<string, unknown> }>(
        'select source, facts from people where person_id = $1',
        personId,
      )
    )[0];

  const hintsAbout = async (personId: string): Promise<DepartureHint[]> => {
    const { items } = await hana.ask<{ items: DepartureHint[] } & typeof DepartureHintPage>(
      'GET',
      '/departure-hints',
    );
    return items.filter((it) => it.person.personId === personId);
  };
  const hint = (personId: string, is: (it: DepartureHint) => boolean = () => true) =>
    until('a hint', async () => (await hintsAbout(personId)).find(is) ?? false);

  const factTypes = async (type: string) => {
    await gatehouse.scribe.flush?.();
    return (
      await gatehouse.rows<{ count: number }>(
        'select count(*)::int as count from ledger.event_ix where type = $1',
        type,
      )
    )[0]!.count;
  };

  describe('as Okta does', () => {
    let id = '';

    it('people it makes are known, and somebody whom HR tells of stays as HR says', async () => {
      await company.tell('role.changed', { ...priya, title: 'Head of Sales' }, null);
      await watch.heard();
      const found = await okta.find(
        'userName eq "priya@meadow.example"',
        '&startIndex=1&count=100',
      );
      assert.equal(found.body.totalResults, 0);

      id = await okta.make('priya@meadow.example', {
        name: { givenName: 'Priya', familyName: 'Nair' },
        emails: [{ primary: true, value: 'priya@meadow.example', type: 'work' }],
        displayName: 'Priya Nair',
        locale: 'en-US',
        externalId: '00u1priya',
        groups: [],
        password: '1mz050nq',
        title: 'Lead',
        [enterprise]: { employeeNumber: 'E-1042' },
      });
      await okta.make('omar@meadow.example', {
        name: { givenName: 'Omar', familyName: 'Oz' },
        emails: [{ primary: true, value: 'omar@meadow.example', type: 'work' }],
        title: 'Engineer',
        userType: 'Contractor',
        [enterprise]: { employeeNumber: 'E-9', department: 'R&D', manager: { value: id } },
      });

      const omar = await until('Omar to be known', async () => (await factsOf('E-9')) ?? false);
      assert.equal(omar.source, 'okta-prod');
      assert.deepEqual(
        ['name', 'email', 'title', 'department', 'employmentType', 'managerId'].map(
          (name) => omar.facts[name],
        ),
        ['Omar Oz', 'omar@meadow.example', 'Engineer', 'R&D', 'contractor', 'E-1042'],
      );
      await watch.heard();
      assert.equal((await factsOf('E-1042'))?.facts['title'], 'Head of Sales');
    });

    it('a deactivated account is a question to HR, and no departure', async () => {
      const { status, body } = await okta.patch(`/Users/${id}`, {
        op: 'replace',
        value: { active: false },
      });
      assert.deepEqual([status, body.active], [200, false]);

      const asked = await hint('E-1042');
      assert.deepEqual(
        [asked.state, asked.what, asked.source, asked.accountNow, asked.person.name],
        ['open', 'deactivated', 'okta-prod', 'inactive', 'Priya Nair'],
      );
      const letter = await company.mail.waitFor((it) => /Their account has ended/.test(it.subject));
      assert.match(letter.text, /okta-prod deactivated an account, and no departure explains it/);
      assert.doesNotMatch(letter.text, /Priya/);
      await watch.quiet();
      assert.equal(await watch.caseOf(priya), null);
      assert.equal(directory.isActive('priya'), true);
    });

    it('the same once more changes nothing, and one who may not decide sees nothing', async () => {
      await okta.patch(`/Users/${id}`, { op: 'replace', value: { active: false } });
      await watch.heard();
      assert.equal((await hintsAbout('E-1042')).length, 1);
      const facility = await apiOf(gatehouse).hire('Finn Facilities', ['facilities']);
      await facility.ask('GET', '/departure-hints', undefined, 403);
    });

    it('HR confirms it, and the departure runs', async () => {
      const { id: hintId } = await hint('E-1042');
      const asked = { kind: 'involuntary', urgent: true };
      const { caseId } = await hana.ask<{ caseId: string }>(
        'POST',
        `/departure-hints/${hintId}/confirm`,
        asked,
        201,
      );

      await watch.become('access removed', priya, (it) => it.case.accessRemovedAt !== null);
      assert.equal(directory.isActive('priya'), false);
      const [answered] = await hintsAbout('E-1042');
      assert.deepEqual(
        [answered?.state, answered?.caseId, answered?.decidedBy?.name],
        ['confirmed', caseId, 'Hana HR'],
      );
      await hana.ask('POST', `/departure-hints/${hintId}/dismiss`, { reason: 'no' }, 409);
      const open = await watch.alerts('intake.question');
      assert.ok(!open.some((it) => it.body.includes(hintId)));
    });

    it('an account that ends where a departure explains it asks nobody', async () => {
      assert.equal((await okta.send('DELETE', `/Users/${id}`)).status, 204);
      const explained = await hint('E-1042', (it) => it.what === 'deleted');
      assert.deepEqual([explained.state, explained.decidedBy], ['confirmed', null]);
      assert.equal((await okta.send('GET', `/Users/${id}`)).status, 404);
    });
  });

  describe('before the HR system does', () => {
    it('HR comes first from then on, even if it says the same, and by a file as well', async () => {
      const people = [person('E-301', 'Ines Costa'), person('E-302', 'Jan Dvorak')] as const;
      const [ines, jan] = people;
      const ids: string[] = [];
      for (const { id, name, email } of people) {
        const user = { displayName: name, title: 'Adviser', [enterprise]: { employeeNumber: id } };
        ids.push(await okta.make(email, user));
        await until('them to be known', async () => (await factsOf(id))?.source === 'okta-prod');
      }
      const told = (await factsOf(ines.id))!.facts;

      const same = { id: ines.id, employment_id: ines.id, name: ines.name, email: ines.email };
      await company.tell('role.changed', { ...same, title: 'Adviser' }, null);
      const header = 'person_id,name,email,country';
      const row = `${jan.id},${jan.name},${jan.email},CZ`;
      await importPeople(gatehouse.app, gatehouse.admin, Buffer.from(`${header}\n${row}\n`));
      await until(
        'HR to be who tells',
        async () => (await factsOf(ines.id))?.source === 'meadow-hr',
      );
      for (const id of ids) {
        await okta.patch(`/Users/${id}`, { op: 'replace', value: { title: 'Intern' } });
        await okta.patch(`/Users/${id}`, { op: 'replace', value: { active: false } });
      }
      await Promise.all(people.map(({ id }) => hint(id)));

      assert.deepEqual((await factsOf(ines.id))?.facts, told);
      const after = await factsOf(jan.id);
      assert.deepEqual([after?.source, after?.facts['country']], ['csv', 'CZ']);
      assert.notEqual(after?.facts['title'], 'Intern');
    });
  });

  describe('as Entra ID does', () => {
    let id = '';
    const lea = { id: 'L-1' };

    it('a user is made, changed attribute by attribute, and known', async () => {
      const found = await entra.find('externalId eq "L-1"');
      assert.deepEqual([found.status, found.body.totalResults], [200, 0]);
      id = await entra.make('Lea.Lind@meadow.example', {
        schemas: [`${core}:User`, enterprise],
        externalId: 'L-1',
        emails: [{ primary: true, type: 'work', value: 'lea@meadow.example' }],
        meta: { resourceType: 'User' },
        name: { formatted: 'Lea Lind', familyName: 'Lind', givenName: 'Lea' },
        roles: [],
      });
      const { status, body } = await entra.patch(
        `/Users/${id}`,
        { op: 'Replace', path: 'emails[type eq "work"].value', value: 'lea.lind@meadow.example' },
        { op: 'Add', path: 'name.familyName', value: 'Lindqvist' },
        { op: 'Add', path: 'displayName', value: 'Lea Lindqvist' },
        { op: 'Add', path: `${enterprise}:department`, value: 'Legal' },
        { op: 'Add', path: 'addresses[type eq "work"].country', value: 'SE' },
      );
      assert.deepEqual([status, body.name.familyName], [200, 'Lindqvist']);
      const known = await until('the change', async () => {
        const now = await factsOf('L-1');
        return now?.facts['department'] === 'Legal' && now;
      });
      assert.deepEqual(
        [known.facts['name'], known.facts['email'], known.facts['country']],
        ['Lea Lindqvist', 'lea.lind@meadow.example', 'SE'],
      );
    });

    it('groups get members, lose them, and are read without them', async () => {
      const made = await entra.send('POST', '/Groups', {
        schemas: [`${core}:Group`],
        externalId: 'g-1',
        displayName: 'Legal',
      });
      assert.equal(made.status, 201);
      const path = `/Groups/${made.body.id}`;
      const member = { op: 'Add', path: 'members', value: [{ value: id }] };
      assert.equal((await entra.patch(path, member)).body.members[0].display, 'Lea Lindqvist');
      const found = await entra.find(
        `id eq "${made.body.id}" and members eq "${id}"`,
        '&excludedAttributes=members',
        'Groups',
      );
      assert.equal(found.body.totalResults, 1);
      assert.equal(found.body.Resources[0].members, undefined);
      const user = await entra.send('GET', `/Users/${id}`);
      assert.deepEqual(
        user.body.groups.map((it: { display: string }) => it.display),
        ['Legal'],
      );

      const gone = await entra.patch(path, { ...member, op: 'Remove' });
      assert.deepEqual([gone.status, gone.body.members], [200, undefined]);
      assert.equal((await entra.send('DELETE', path)).status, 204);
    });

    it('a soft delete asks, and HR may say that they stay; a hard one asks anew', async () => {
      await entra.patch(`/Users/${id}`, { op: 'Replace', path: 'active', value: 'False' });
      const asked = await hint('L-1');
      await entra.patch(`/Users/${id}`, { op: 'Replace', path: 'active', value: 'True' });
      await until('what is now', async () => (await hint('L-1')).accountNow === 'active');
      // Still a question: that it was taken back is not for us to conclude.
      assert.equal((await hint('L-1')).state, 'open');

      const dismiss = `/departure-hints/${asked.id}/dismiss`;
      await hana.ask('POST', dismiss, { reason: 'A licence was changed' });
      assert.equal((await hint('L-1')).state, 'dismissed');
      assert.equal(await watch.caseOf(lea), null);

      await entra.send('DELETE', `/Users/${id}`);
      const again = await hint('L-1', (it) => it.state === 'open');
      assert.deepEqual([again.what, again.accountNow], ['deleted', 'gone']);
    });

    it('a departure that HR tells of later is the answer by itself', async () => {
      const who = person('L-1', 'Lea Lindqvist', { email: 'lea.lind@meadow.example' });
      await company.tell('departure.confirmed', who, {
        id: 'S-L-1',
        kind: 'resignation',
        last_working_day: '2030-11-29',
      });
      const answered = await hint('L-1', (it) => it.what === 'deleted' && it.state === 'confirmed');
      assert.equal(answered.decidedBy, null);
      assert.equal(answered.caseId, (await watch.caseOf(lea))?.case.id);
    });
  });

  describe('people without an HR id', () => {
    it('are whoever alone has that address, else somebody of their own', async () => {
      const omar = await entra.make('omar@meadow.example', { displayName: 'Omar Oz' });
      await entra.send('DELETE', `/Users/${omar}`);
      assert.equal((await hint('E-9')).person.name, 'Omar Oz');

      const kim = await entra.make('kim@meadow.example', { displayName: 'Kim Kay' });
      const own = await until('Kim', async () => (await factsOf(`entra:${kim}`)) ?? false);
      assert.equal(own.facts['name'], 'Kim Kay');
    });
  });

  it('an HR id that is somebody else in the HR system is kept apart, and told of', async () => {
    const id = await okta.make('rae@meadow.example', {
      displayName: 'Rae Root',
      [enterprise]: { employeeNumber: 'E-7' },
    });
    const own = await until('Rae', async () => (await factsOf(`okta-prod:${id}`)) ?? false);
    assert.equal(own.facts['name'], 'Rae Root');
    assert.equal((await factsOf('E-7'))?.facts['name'], 'Mona Manager');
    const told = await watch.alerts('intake.question');
    assert.ok(told.some((it) => /E-7 is somebody with another name/.test(it.body)));
  });

  it('many accounts that end at once are many questions, and one alert that says so', async () => {
    const many = await providers.connect('clean-up');
    const ids: string[] = [];
    for (let i = 0; i < 12; i += 1) ids.push(await many.make(`c${i}@meadow.example`));
    await watch.heard();
    for (const id of ids) await many.send('DELETE', `/Users/${id}`);
    await watch.heard();

    const about = async () =>
      (await watch.alerts('intake.question')).filter((it) => it.body.startsWith('clean-up '));
    assert.deepEqual(
      (await about()).map((it) => it.title).filter((it) => it.startsWith('Do they all leave?')),
      ['Do they all leave? Many accounts have ended'],
    );
    assert.equal((await about()).length, 11);
    for (const id of ids) {
      const { id: hintId } = await hint(`clean-up:${id}`);
      await hana.ask('POST', `/departure-hints/${hintId}/dismiss`, { reason: 'Cleaned up' });
    }
    assert.deepEqual(await about(), []);
  });

  it('is answered by a token that is made, changed and ended, and by no other', async () => {
    const second = 'second-'.padEnd(40, 'x');
    const save = (settings: Record<string, unknown>) =>
      saveConnectionInput(gatehouse.app, gatehouse.admin, {
        id: 'entra',
        connector: 'scim-inbound',
        settings: { personId: 'externalId', ...settings },
      });
    const statusWith = async (token: string, id = 'entra') =>
      (await providers.provider(id, token).send('GET', '/Users')).status;

    await save({ token: second, previousToken: entra.token });
    assert.deepEqual([await statusWith(second), await statusWith(entra.token)], [200, 200]);
    await save({ previousToken: null });
    assert.deepEqual([await statusWith(second), await statusWith(entra.token)], [200, 401]);
    assert.equal(await statusWith(okta.token), 401);
    assert.equal(await statusWith(second, 'meadow-hr'), 401);
    assert.equal(await statusWith(second, 'nowhere'), 401);
    await assert.rejects(save({ token: null }), /do not fit/);
  });

  it('leaves a record that holds', async () => {
    for (const type of ['hint.raised', 'hint.confirmed', 'hint.dismissed']) {
      await until(type, async () => (await factTypes(type)) > 0);
    }
    const told = JSON.stringify([gatehouse.logs, providers.logs]);
    assert.ok(!told.includes(okta.token) && !told.includes('1mz050nq'));
    const kept = JSON.stringify(await gatehouse.rows('select * from scim_resources'));
    assert.ok(!kept.includes('1mz050nq'));
    await checkInvariants(gatehouse);
  });
});
