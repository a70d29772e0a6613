import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { z } from 'zod';
import type { CaseWithSteps } from '#app/cases.ts';
import { importPlaybook, publishPlaybook } from '#app/playbooks.ts';
import type { SoftwarePasskey } from '#app/testing/passkey.ts';
import { type Account, change, connector, done, transition } from '#connector-kit/contract.ts';
import { until } from '#core/testing/until.ts';
import type { Approval, ApprovalOptions, JointOptions } from '../src/api/contract/approvals.ts';
import type { Protection } from '../src/api/contract/protections.ts';
import { connectors } from '../src/connectors.ts';
import { apiOf, type Colleague, ourPage, registerPasskey } from './support/api.ts';
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
import { watching } from './support/watch.ts';

const playbook = `
playbook: involuntary-departure
title: Involuntary departure, with what cannot be undone
for: departure
applies when: { all: [{ field: departure.kind, is: involuntary }] }
steps:
  - id: erase
    layer: operations
    do: account.delete
    on: { connection: crm }
    approval: yes
  - id: lock-out
    layer: security
    do: account.suspend
    on: { connection: console }
`;

/** A system that one of its own accounts connects, with two people who administer it. */
function makeConsole() {
  const nothing = z.strictObject({});
  const active = new Map(['ines', 'lara', 'ole', 'nora'].map((id) => [id, true]));
  const administrators = new Set(['lara', 'ole']);
  const account = (id: string): Account => ({
    id: `c-${id}`,
    login: id,
    status: active.get(id) ? 'active' : 'suspended',
    privileged: administrators.has(id),
    lastSeenAt: null,
  });
  const made = connector({
    id: 'console',
    name: 'Console',
    category: 'cloud',
    settings: nothing,
    hosts: () => [],
    open: () => ({}),
    check: async () => ({ actingAs: 'ines', scopes: null }),
    accounts: {
      async find(_client, { email }) {
        const id = email.split('@')[0]!;
        return active.has(id) ? [account(id)] : [];
      },
      async *list() {
        for (const id of active.keys()) yield account(id);
      },
      own: async () => 'Ines',
    },
    actions: [
      transition({
        capability: 'account.suspend',
        summary: 'Locks out.',
        scopes: [],
        params: nothing,
        state: z.strictObject({ active: z.boolean() }),
        read: async (_client, id) => ({ active: active.get(id.slice(2))! }),
        plan: (now) => (now.active ? change('Lock them out.', null) : done('They are out.')),
        async apply(_client, id) {
          active.set(id.slice(2), false);
        },
      }),
    ],
  });
  return { connector: made, active, administrators };
}

const ines = person('E-31', 'Ines Signin');
const lara = person('E-32', 'Lara Last');
const ole = person('E-33', 'Ole Other');

const names = ['Cleo Chief', 'Paul Plain', 'Vera Vice', 'Adam Admin', 'Otto One', 'Tina Two'];
const [cleo, paul, vera, adam, otto, tina] = names.map((name, i) =>
  person(`E-${i + 11}`, name),
) as [Who, Who, Who, Who, Who, Who];
type Who = ReturnType<typeof person>;

describe('several signatures for one act, and one for several', () => {
  let gatehouse: TestGatehouse;
  let company: Company;
  let crm: ScimSystem;
  let watch: ReturnType<typeof watching>;
  let sam: Colleague;
  let ivy: Colleague;
  let omar: Colleague;
  const cloud = makeConsole();
  let samsPasskey: SoftwarePasskey;
  let ivysPasskey: SoftwarePasskey;

  before(async () => {
    gatehouse = await startGatehouse(
      {},
      { connectors: new Map([...connectors, ['console', cloud.connector]]) },
    );
    const house = houseOf(gatehouse);
    watch = watching(house);
    company = await startCompany(house);
    await house.set('guardrails', {
      departuresPerHour: 100,
      departuresPerDay: 100,
      groupAtLeast: 100,
    });
    const users = names.map(account);
    crm = await company.addSystem('crm', 'other', { users, settings: { canDelete: true } });
    await gatehouse.connect({ id: 'console', connector: 'console', settings: {} });
    const { playbook: draft } = await importPlaybook(gatehouse.app, gatehouse.admin, playbook);
    await publishPlaybook(gatehouse.app, gatehouse.admin, draft.id);
    const api = apiOf(gatehouse);
    sam = await api.hire('Sam Security', ['security']);
    ivy = await api.hire('Ivy Admin', ['it-admin']);
    omar = await api.hire('Omar Operator', ['it-operator']);
    samsPasskey = await registerPasskey(sam);
    ivysPasskey = await registerPasskey(ivy);
    await gatehouse.scribe.flush();
    for (const who of [cleo, paul, vera, adam, otto, tina]) {
      await company.tell('role.changed', who, null);
    }
    await watch.heard();
  });
  after(async () => {
    await gatehouse.stop();
    await company.close();
  });

  /** The approval that waits for somebody's departure. */
  const asked = (who: Who, not?: string) =>
    until(`an approval for ${who.name}`, async () => {
      const { items } = await sam.ask<{ items: Approval[] }>('GET', '/approvals');
      return items.find((one) => one.person === who.name && one.id !== not);
    });
  const leaving = async (who: Who) => {
    const dismissal = { id: `S-${who.id}`, kind: 'involuntary', last_working_day: '2025-09-30' };
    await company.tell('departure.confirmed', who, dismissal);
    return asked(who);
  };
  const show = (it: { id: string }) => sam.ask<Approval>('GET', `/approvals/${it.id}`);

  const signed = async (by: Colleague, passkey: SoftwarePasskey, it: Approval) => {
    const path = `/approvals/${it.id}/challenge`;
    const { digest, granted } = await by.ask<z.output<typeof ApprovalOptions>>('GET', path);
    return { decision: 'granted', digest, assertion: passkey.sign(granted.challenge, ourPage) };
  };
  const decide = async (by: Colleague, it: Approval, body: object, status = 200) =>
    (await by.ask<{ detail: string }>('POST', `/approvals/${it.id}/decide`, body, status)).detail;
  const grant = async (by: Colleague, passkey: SoftwarePasskey, it: Approval, status = 200) =>
    decide(by, it, await signed(by, passkey, it), status);

  const signedTogether = async (
    by: Colleague,
    passkey: SoftwarePasskey,
    those: readonly Approval[],
  ) => {
    const { approvals, granted } = await by.ask<z.output<typeof JointOptions>>(
      'POST',
      '/approvals/together/challenge',
      { approvals: those.map(({ id }) => id) },
    );
    return { approvals, assertion: passkey.sign(granted.challenge, ourPage) };
  };
  const grantTogether = async (by: Colleague, body: object, status = 200) =>
    (await by.ask<{ detail: string }>('POST', '/approvals/together/grant', body, status)).detail;

  const eraseOf = ({ steps }: CaseWithSteps) => steps.find((it) => it.playbookStep === 'erase')!;
  const erased = (who: Who) =>
    watch.become('the account to be deleted', who, (it) => eraseOf(it).grade === 'verified');
  const facts = async (type: string) => {
    await gatehouse.scribe.flush();
    const rows = await gatehouse.rows<{ body: { data: Record<string, unknown> } }>(
      'select body from ledger.event_ix where type = $1 order by idx',
      type,
    );
    return rows.map(({ body }) => body.data);
  };

  describe('about somebody who is protected', () => {
    let protection: Protection;
    let it1: Approval;

    it('is said by IT admins and Security, once', async () => {
      const input = { personId: cleo.id, reason: 'The board' };
      await omar.ask('POST', '/protections', input, 403);
      await ivy.ask('POST', '/protections', { ...input, personId: 'E-99' }, 404);
      protection = await ivy.ask<Protection>('POST', '/protections', input);
      const again = await ivy.ask<{ detail: string }>('POST', '/protections', input, 409);
      assert.match(again.detail, /Cleo Chief is protected already/);
      assert.equal(protection.person.name, 'Cleo Chief');
    });

    it('waits for two people, and is not done after the first', async () => {
      it1 = await leaving(cleo);
      assert.equal(it1.approversNeeded, 2);
      const found = await watch.caseOf(cleo);
      assert.match(eraseOf(found!).because!, /Waits for the approval of two other people, until /);

      const detail = await grant(sam, samsPasskey, it1);

      assert.match(detail, /takes the approval of a second person, and waits for that/);
      const seen = await show(it1);
      assert.deepEqual(
        [seen.standing, seen.approvedFirstBy?.id, seen.decidedBy],
        ['waiting', sam.id, null],
      );
      assert.deepEqual(
        [seen.mayDecide, /You have approved this/.test(seen.whyNot!)],
        [false, true],
      );
      await gatehouse.rows(
        'update steps set wake_at = clock_timestamp() where id = $1',
        it1.stepId,
      );
      await gatehouse.rows('select wake_steps(array[$1])', it1.stepId);
      await watch.quiet();
      assert.equal(crm.users.has('cleo'), true);
    });

    it('is not approved twice by the same person', async () => {
      const detail = await grant(sam, samsPasskey, it1, 403);
      assert.match(detail, /You have approved this already. It takes another person as well/);
    });

    it('is done once the second person has signed the same', async () => {
      const detail = await grant(ivy, ivysPasskey, it1);

      assert.match(detail, /It is read once more, and done if nothing has changed/);
      await erased(cleo);
      assert.equal(crm.users.has('cleo'), false);
      const seen = await show(it1);
      assert.deepEqual(
        [seen.standing, seen.approvedFirstBy?.id, seen.decidedBy?.id],
        ['used', sam.id, ivy.id],
      );
      const requested = await facts('approval.requested');
      assert.equal(requested.find((it) => it['approval'] === it1.id)?.['approvers'], 2);
      const granted = await facts('approval.granted');
      assert.equal(granted.filter((it) => it['approval'] === it1.id).length, 2);
    });

    it('asks again, of two, where it was asked of one before and granted', async () => {
      const first = await leaving(vera);
      assert.equal(first.approversNeeded, 1);
      await ivy.ask('POST', '/protections', { personId: vera.id, reason: 'She knows the keys' });

      await grant(sam, samsPasskey, first);

      const again = await asked(vera, first.id);
      assert.equal(again.approversNeeded, 2);
      assert.match((await show(first)).because!, /takes the approval of two people, and was asked/);
      assert.equal(crm.users.has('vera'), true);
    });

    it('does not count one signature twice, whoever writes the rows', async () => {
      const it2 = await asked(vera);
      const body = await signed(sam, samsPasskey, it2);
      await decide(sam, it2, body);
      const { admin } = gatehouse.database.pools;
      await assert.rejects(
        admin.query(
          `update approvals set version = version + 1, decision = 'granted', decided_by = first_by,
                  decided_at = clock_timestamp(), credential_id = first_credential_id, assertion = first_assertion
            where id = $1`,
          [it2.id],
        ),
        /two_persons/,
      );
      const { web } = gatehouse.database.pools;
      const less = 'update approvals set approvers = 1 where id = $1';
      await assert.rejects(web.query(less, [it2.id]), /permission denied/);
      assert.equal(crm.users.has('vera'), true);
    });

    it('counts those who administer Gatehouse without being named', async () => {
      await apiOf(gatehouse).hire('Adam Admin', ['it-admin']);
      const it3 = await leaving(adam);
      assert.equal(it3.approversNeeded, 2);
    });

    it('takes two people to end', async () => {
      const path = `/protections/${protection.id}/lift`;
      const noted = await ivy.ask<{ detail: string }>('POST', path, { reason: 'Gone' });
      assert.match(noted.detail, /A second person has to say so/);
      await ivy.ask('POST', path, { reason: 'Gone' });
      const { items } = await sam.ask<{ items: Protection[] }>('GET', '/protections');
      const open = items.find((one) => one.id === protection.id);
      assert.deepEqual([open?.liftAskedBy?.id, open?.liftedAt], [ivy.id, null]);

      const done = await sam.ask<{ detail: string }>('POST', path, { reason: 'Gone' });

      assert.match(done.detail, /^Lifted/);
      await sam.ask('POST', path, { reason: 'Gone' }, 409);
      const changed = await facts('protected.changed');
      assert.deepEqual(
        changed.filter((one) => one['protection'] === protection.id),
        [
          { protection: protection.id, protected: true },
          { protection: protection.id, protected: false, second: ivy.id },
        ],
      );
    });
  });

  describe('granted together', () => {
    let those: Approval[];

    it('are none where one of them cannot be', async () => {
      those = [];
      for (const who of [paul, otto, tina]) those.push(await leaving(who));
      const body = await signedTogether(sam, samsPasskey, those);
      const [one, ...rest] = body.approvals;

      const older = { ...body, approvals: [{ ...one!, digest: 'A'.repeat(43) }, ...rest] };
      assert.match(await grantTogether(sam, older, 409), /The plan changed.*None was approved/);
      const fewer = { ...body, approvals: rest };
      assert.match(await grantTogether(sam, fewer, 403), /did not sign this/);
      const more = {
        ...body,
        approvals: [...body.approvals, await asked(adam)].map(({ id, digest }) => ({ id, digest })),
      };
      assert.match(await grantTogether(sam, more, 403), /did not sign this/);
      assert.match(await grantTogether(ivy, body, 403), /no passkey of yours/);
      await omar.ask('POST', '/approvals/together/grant', body, 403);
      await gatehouse.rows(
        "update approvals set expires_at = clock_timestamp() - interval '1 second' where id = $1",
        those[2]!.id,
      );
      assert.match(await grantTogether(sam, body, 409), /Tina Two .*Its time is over/);
      await gatehouse.rows(
        "update approvals set expires_at = clock_timestamp() + interval '1 hour' where id = $1",
        those[2]!.id,
      );
      for (const it of those) assert.equal((await show(it)).standing, 'waiting');
    });

    it('are done, each for itself, and what was signed stands with each', async () => {
      const detail = await grantTogether(sam, await signedTogether(sam, samsPasskey, those));

      assert.match(detail, /^3 approved by Sam Security\./);
      for (const who of [paul, otto, tina]) await erased(who);
      const granted = (await facts('approval.granted')).filter((it) =>
        those.some(({ id }) => id === it['approval']),
      );
      assert.equal(granted.length, 3);
      const lists = granted.map((it) => it['together'] as string[]);
      assert.deepEqual(
        lists.map((it) => it.length),
        [3, 3, 3],
      );
      assert.equal(new Set(lists.map((it) => it.join())).size, 1);
      assert.match(
        await grantTogether(sam, await signedTogether(sam, samsPasskey, those), 409),
        /was granted already/,
      );
    });
  });

  it('waits where as much was destroyed within an hour as is allowed', async () => {
    const [{ count } = { count: 0 }] = await gatehouse.rows<{ count: number }>(
      `select count(*)::int as count from step_lease join steps on steps.id = step_id
        where connection_id = 'crm' and capability = 'account.delete' and call_started_at is not null`,
    );
    await houseOf(gatehouse).set('guardrails', { deletionsPerHour: count });
    const waiting = await asked(adam);
    await grant(sam, samsPasskey, waiting);
    await grant(ivy, ivysPasskey, waiting);

    await watch.become('to wait for the budget', adam, (it) =>
      /was begun \d+ times in crm within an hour/.test(eraseOf(it).because ?? ''),
    );

    assert.equal(crm.users.has('adam'), true);
    assert.match((await watch.alerts('budget.spent'))[0]!.title, /destroyed in crm/);
    await gatehouse.rows(
      "update step_lease set call_started_at = call_started_at - interval '1 hour' where call_started_at is not null",
    );
    await gatehouse.rows(
      'update steps set wake_at = clock_timestamp() where id = $1',
      waiting.stepId,
    );
    await gatehouse.rows('select wake_steps(array[$1])', waiting.stepId);
    await erased(adam);
  });

  describe('about an account that should not be missed', () => {
    const lockOut = ({ steps }: CaseWithSteps) =>
      steps.find((it) => it.playbookStep === 'lock-out')!;
    const standing = async (who: Who) => {
      const found = await watch.caseOf(who);
      return found && found.steps.length > 0 ? lockOut(found) : null;
    };
    const dismissed = (who: Who) =>
      company.tell('departure.confirmed', who, {
        ...{ id: `S-${who.id}`, kind: 'involuntary', last_working_day: '2025-09-30' },
      });
    const waits = (who: Who, because: RegExp) =>
      until(`${who.name} to wait`, async () => {
        const step = await standing(who);
        return because.test(step?.because ?? '') && step;
      });

    before(async () => {
      for (const who of [ines, lara, ole]) await company.tell('role.changed', who, null);
      await watch.heard();
    });

    it('is not the one by which Gatehouse signs in, unless somebody approves it', async () => {
      await dismissed(ines);
      const step = await waits(ines, /^ines is the account by which Gatehouse itself signs in/);
      assert.match(step.because!, /sign in by another account.*Waits for the approval of another/);
      assert.equal(cloud.active.get('ines'), true);
      const [alert] = await watch.alerts('account.indispensable');
      assert.match(alert!.body, /gatehouse approvals.*gatehouse step attest/);
      const asks = await asked(ines);
      assert.match(asks.summary, /^Lock them out\. – ines is the account by which/);

      await grant(sam, samsPasskey, asks);

      await watch.become('the account to be locked', ines, (it) => lockOut(it).grade !== null);
      assert.equal(lockOut((await watch.caseOf(ines))!).grade, 'verified');
      assert.equal(cloud.active.get('ines'), false);
      assert.deepEqual(await watch.alerts('account.indispensable'), []);
    });

    it('is not the last of two administrators who leave together', async () => {
      await Promise.all([dismissed(lara), dismissed(ole)]);
      const last = /is the last account known to administer console/;
      const stays = await until('one to go, and one to wait', async () => {
        const steps = [await standing(lara), await standing(ole)];
        if (!steps.some((it) => it?.grade === 'verified')) return null;
        return [lara, ole].find((_, i) => last.test(steps[i]?.because ?? ''));
      });
      const [login] = stays.email.split('@');
      assert.deepEqual(
        ['lara', 'ole'].filter((it) => cloud.active.get(it)),
        [login],
      );

      cloud.administrators.add('nora');
      const { id } = (await standing(stays))!;
      await gatehouse.rows('update steps set wake_at = clock_timestamp() where id = $1', id);
      await gatehouse.rows('select wake_steps(array[$1])', id);

      await watch.become('it to go on by itself', stays, (it) => lockOut(it).grade === 'verified');
      assert.equal(cloud.active.get(login!), false);
    });
  });

  it('never happens without its facts, and never twice', () =>
    checkInvariants(gatehouse, { effects: crm.effects.filter(({ what }) => what === 'deleted') }));
});
