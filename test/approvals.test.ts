import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { z } from 'zod';
import type { CaseWithSteps } from '#app/cases.ts';
import { importPlaybook, publishPlaybook } from '#app/playbooks.ts';
import { makePasskey, type SoftwarePasskey } from '#app/testing/passkey.ts';
import { until } from '#core/testing/until.ts';
import { record } from '#ledger/record.ts';
import { letStepWait, wakeNow } from '#store/approvals.ts';
import { databaseNow } from '#store/clock.ts';
import { inTransaction, sql } from '#store/sql.ts';
import type { Approval, ApprovalOptions } from '../src/api/contract/approvals.ts';
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
import { stepOf, watching } from './support/watch.ts';

const playbook = `
playbook: involuntary-departure
title: Involuntary departure, with what cannot be undone
for: departure
applies when: { all: [{ field: departure.kind, is: involuntary }] }
steps:
  - id: leave
    layer: security
    do: groups.leave
    on: { connection: crm }
    when: { all: [{ field: person.tags, includes: groups }] }
    approval: yes
  - id: erase
    layer: operations
    do: account.delete
    on: { connection: crm }
    approval: yes
    after: [leave]
`;

const names = [
  'Priya Nair',
  'Tom Reed',
  'Gus Groups',
  'Lea Late',
  'Dan Denied',
  'Nia Forged',
  'Olu Withdrawn',
  'Quinn Quick',
  'Rae Repeat',
];
const [priya, tom, gus, lea, dan, nia, olu, quinn, rae] = names.map((name, i) =>
  person(`E-${i + 11}`, name, name === 'Gus Groups' ? { tags: ['groups'] } : {}),
) as [Who, Who, Who, Who, Who, Who, Who, Who, Who];
type Who = ReturnType<typeof person>;

const dismissal = (who: Who) => ({
  id: `S-${who.id}`,
  kind: 'involuntary',
  last_working_day: '2025-09-30',
});

describe('what cannot be undone', () => {
  let gatehouse: TestGatehouse;
  let company: Company;
  let crm: ScimSystem;
  let watch: ReturnType<typeof watching>;
  let sam: Colleague;
  let ivy: Colleague;
  let omar: Colleague;
  let samsPasskey: SoftwarePasskey;
  let ivysPasskey: SoftwarePasskey;

  before(async () => {
    gatehouse = await startGatehouse();
    const house = houseOf(gatehouse);
    watch = watching(house);
    company = await startCompany(house);
    await house.set('guardrails', {
      departuresPerHour: 100,
      departuresPerDay: 100,
      groupAtLeast: 100,
    });
    crm = await company.addSystem('crm', 'other', {
      users: names.map(account),
      groups: [
        { id: 'sales', displayName: 'Sales', members: ['gus'] },
        { id: 'press', displayName: 'Press', members: [] },
      ],
      settings: { canDelete: true },
    });
    const { playbook: draft } = await importPlaybook(gatehouse.app, gatehouse.admin, playbook);
    await publishPlaybook(gatehouse.app, gatehouse.admin, draft.id);
    const api = apiOf(gatehouse);
    sam = await api.hire('Sam Security', ['security']);
    ivy = await api.hire('Ivy Admin', ['it-admin']);
    omar = await api.hire('Omar Operator', ['it-operator']);
    samsPasskey = await registerPasskey(sam);
    ivysPasskey = await registerPasskey(ivy);
    await gatehouse.scribe.flush();
  });
  after(async () => {
    await gatehouse.stop();
    await company.close();
  });

  const waitingOf = (by: Colleague) =>
    by.ask<{ items: Approval[] }>('GET', '/approvals').then(({ items }) => items);

  /** The approval that waits for somebody's departure. */
  const asked = (who: Who, of: string, not?: string) =>
    until(`an approval of ${of} for ${who.name}`, async () =>
      (await waitingOf(sam)).find(
        (one) => one.person === who.name && one.capability === of && one.id !== not,
      ),
    );

  const leaving = async (who: Who) => {
    await company.tell('departure.confirmed', who, dismissal(who));
    return asked(who, who === gus ? 'groups.leave' : 'account.delete');
  };

  const signed = async (
    by: Colleague,
    passkey: SoftwarePasskey,
    it: Approval,
    decision: 'granted' | 'denied' = 'granted',
  ) => {
    const options = await by.ask<z.output<typeof ApprovalOptions>>(
      'GET',
      `/approvals/${it.id}/challenge`,
    );
    return {
      decision,
      digest: options.digest,
      assertion: passkey.sign(options[decision].challenge, ourPage),
    };
  };

  const decide = async (by: Colleague, it: Approval, body: object, status = 200) =>
    (await by.ask<{ detail: string }>('POST', `/approvals/${it.id}/decide`, body, status)).detail;

  const eraseOf = (found: CaseWithSteps) => stepOf(found, keyOf(found, 'erase'));
  const keyOf = (found: CaseWithSteps, id: string) =>
    found.steps.find((step) => step.playbookStep === id)!.key;
  const erased = (who: Who) =>
    watch.become('the account to be deleted', who, (it) => eraseOf(it)?.grade === 'verified');

  const factsAbout = async (who: Who) => {
    await gatehouse.scribe.flush();
    const found = await watch.caseOf(who);
    return gatehouse.rows<{ type: string; body: { data: Record<string, unknown>; plan?: string } }>(
      'select type, body from ledger.event_ix where case_id = $1 order by idx',
      found!.case.id,
    );
  };

  /** As if its moment had come. */
  const wake = async (stepId: string) => {
    await gatehouse.rows('update steps set wake_at = clock_timestamp() where id = $1', stepId);
    await gatehouse.rows('select wake_steps(array[$1])', stepId);
  };

  it('waits, and everybody who may decide is told what it would be', async () => {
    const it = await leaving(priya);

    assert.equal(it.account?.login, 'priya@meadow.example');
    assert.deepEqual(it.state, { exists: true });
    assert.equal(it.cannotBeUndone, true);
    assert.match(it.summary, /Deletes the account for good/);
    assert.equal(it.mayDecide, true);
    const found = await watch.caseOf(priya);
    assert.match(eraseOf(found!)!.because!, /Waits for the approval of another person, until /);
    assert.equal(crm.users.has('priya'), true);
    const letters = await until('letters to three', () => {
      const sent = company.mail.messages.filter((letter) => letter.text.includes(it.id));
      return sent.length === 3 && sent;
    });
    assert.deepEqual(letters.flatMap(({ to }) => to).toSorted(), [
      'ada@meadow.example',
      'ivy@meadow.example',
      'sam@meadow.example',
    ]);
    const seen = await omar.ask<Approval>('GET', `/approvals/${it.id}`);
    assert.deepEqual(
      [seen.mayDecide, seen.whyNot],
      [false, 'Your roles do not decide about approvals.'],
    );
  });

  it('is not slept over when it is decided in the moment in which the engine lets it wait', async () => {
    const step = eraseOf((await watch.caseOf(priya))!)!;
    await inTransaction(gatehouse.database.pools.worker, async (tx) => {
      const later = new Date(Date.now() + 3_600_000);
      const waits = {
        stepId: step.id,
        version: step.version,
        wakeAt: later,
        because: step.because!,
      };
      const isDue = async () => {
        const { rows } = await tx.query<{ due: boolean }>(sql`
          select wake_at <= clock_timestamp() as due from steps where id = ${step.id}
        `);
        return rows[0]!.due;
      };
      const looked = await databaseNow(tx);
      await wakeNow(tx, [step.id]);
      assert.equal(await letStepWait(tx, { ...waits, since: looked }), true);
      assert.equal(await isDue(), true, 'woken after the look');
      const lookedAgain = new Date((await databaseNow(tx)).getTime() + 1);
      await letStepWait(tx, { ...waits, since: lookedAgain });
      assert.equal(await isDue(), false, 'woken before it');
    });
  });

  it('is done once another person has signed exactly that, and read back', async () => {
    const it = await asked(priya, 'account.delete');

    await decide(sam, it, await signed(sam, samsPasskey, it));

    await erased(priya);
    assert.equal(crm.users.has('priya'), false);
    const facts = await factsAbout(priya);
    const order = facts.map(({ type }) => type).filter((type) => /approval|step/.test(type));
    assert.deepEqual(
      order.filter((type) => !['step.absent', 'step.held'].includes(type)),
      [
        'approval.requested',
        'approval.granted',
        'step.intended',
        'approval.consumed',
        'step.applied',
        'step.verified',
      ],
    );
    const intended = facts.find(({ type }) => type === 'step.intended')!.body;
    assert.equal(intended.data['approval'], it.id);
    const plans = facts.filter(({ body }) => body.plan).map(({ body }) => body.plan);
    assert.deepEqual(new Set(plans), new Set([it.digest]));
    const shown = await sam.ask<Approval>('GET', `/approvals/${it.id}`);
    assert.equal(shown.standing, 'used');
  });

  it('is not for whoever asked for it to approve', async () => {
    await ivy.ask(
      'POST',
      '/cases',
      {
        personId: tom.id,
        departure: { kind: 'involuntary', lastWorkingDay: '2025-09-30' },
      },
      404,
    );
    await company.tell('role.changed', tom, null);
    await watch.heard();
    await ivy.ask(
      'POST',
      '/cases',
      {
        personId: tom.id,
        departure: { kind: 'involuntary', lastWorkingDay: '2025-09-30' },
      },
      201,
    );
    const it = await asked(tom, 'account.delete');

    const detail = await decide(ivy, it, await signed(ivy, ivysPasskey, it), 403);

    assert.match(detail, /Who opened or changed a departure.* does not approve it/);
    assert.equal((await asked(tom, 'account.delete')).id, it.id, 'nothing is lost');
    assert.equal(crm.users.has('tom'), true);
  });

  it('is not approved by a signature for something else', async () => {
    const it = await asked(tom, 'account.delete');
    const other = await leaving(quinn);
    const good = await signed(sam, samsPasskey, it);
    const { assertion } = await signed(sam, samsPasskey, other);
    const denial = await signed(sam, samsPasskey, it, 'denied');
    const options = await sam.ask<z.output<typeof ApprovalOptions>>(
      'GET',
      `/approvals/${it.id}/challenge`,
    );
    const { challenge } = options.granted;
    const stranger = makePasskey();
    const forged = structuredClone(good);
    forged.assertion.response.signature = samsPasskey.sign('AAAA', ourPage).response.signature;

    const refused = {
      'of another approval': { ...good, assertion },
      'to deny it': { ...good, assertion: denial.assertion },
      forged: forged,
      'of nobody verified': {
        ...good,
        assertion: samsPasskey.sign(challenge, ourPage, { userVerified: false }),
      },
      'on another page': {
        ...good,
        assertion: samsPasskey.sign(challenge, { ...ourPage, origin: 'https://evil.example' }),
      },
      'for another page': {
        ...good,
        assertion: samsPasskey.sign(challenge, { ...ourPage, rpId: 'evil.example' }),
      },
      'by a passkey of nobody': { ...good, assertion: stranger.sign(challenge, ourPage) },
      'by a passkey of somebody else': { ...good, assertion: ivysPasskey.sign(challenge, ourPage) },
    };
    for (const [what, body] of Object.entries(refused)) {
      const detail = await decide(sam, it, body, 403);
      assert.match(detail, /did not sign this|no passkey of yours/, what);
    }
    assert.equal((await asked(tom, 'account.delete')).id, it.id);
    assert.equal(crm.users.has('tom'), true);
  });

  it('is not approved by somebody who looked at another plan', async () => {
    const it = await asked(tom, 'account.delete');
    const good = await signed(sam, samsPasskey, it);

    const detail = await decide(sam, it, { ...good, digest: 'A'.repeat(43) }, 409);

    assert.match(detail, /The plan changed while you were deciding/);
    await decide(sam, it, good);
    await erased(tom);
    assert.match(await decide(sam, it, good, 409), /was granted already/);
  });

  it('is asked for anew when what is there has changed since', async () => {
    const it = await leaving(gus);
    crm.groups.set('press', { ...crm.groups.get('press')!, members: ['gus'] });

    await decide(sam, it, await signed(sam, samsPasskey, it));

    const again = await asked(gus, 'groups.leave', it.id);
    assert.deepEqual(crm.groupsOf('gus'), ['sales', 'press'], 'nothing was done');
    const old = await sam.ask<Approval>('GET', `/approvals/${it.id}`);
    assert.equal(old.standing, 'void');
    assert.match(old.because!, /has changed since/);
    const stale = await decide(ivy, old, await signed(ivy, ivysPasskey, it), 409);
    assert.match(stale, /was granted already/);
    await decide(ivy, again, await signed(ivy, ivysPasskey, again));
    const last = await asked(gus, 'account.delete');
    assert.deepEqual(crm.groupsOf('gus'), []);
    await decide(ivy, last, await signed(ivy, ivysPasskey, last));
    await erased(gus);
  });

  it('is asked for anew when nobody decided in time', async () => {
    const it = await leaving(lea);
    await gatehouse.rows(
      "update approvals set expires_at = clock_timestamp() - interval '1 second' where id = $1",
      it.id,
    );
    const late = await decide(sam, it, await signed(sam, samsPasskey, it), 409);
    assert.match(late, /can no longer be decided. Its time is over./);
    await wake(it.stepId);

    const again = await asked(lea, 'account.delete', it.id);

    const [alert] = await watch.alerts('approval.expired');
    assert.match(alert!.body, /It has been asked for again/);
    const named = await decide(sam, it, await signed(sam, samsPasskey, again), 409);
    assert.ok(named.includes(again.id), 'the new one is named');
    await decide(sam, again, await signed(sam, samsPasskey, again));
    await erased(lea);
    assert.deepEqual(await watch.alerts('approval.expired'), []);
  });

  it('is held when somebody denies it, and asked for anew when it is tried again', async () => {
    const it = await leaving(dan);
    const body = await signed(sam, samsPasskey, it, 'denied');
    assert.match(await decide(sam, it, body, 422), /Say why/);

    await decide(sam, it, { ...body, reason: 'The mailbox is still needed.' });

    const held = await watch.become('held', dan, (one) => eraseOf(one)?.status === 'held');
    assert.equal(
      eraseOf(held)!.because,
      'Sam Security denied the approval: The mailbox is still needed.',
    );
    await omar.ask('POST', `/steps/${it.stepId}/retry`);
    const again = await asked(dan, 'account.delete', it.id);
    await decide(ivy, again, await signed(ivy, ivysPasskey, again));
    await erased(dan);
  });

  it('is tried again under the same approval when the system does not answer', async () => {
    const it = await leaving(rae);
    crm.affects = (method) => method === 'DELETE';
    crm.behaviour = 'down';
    await decide(sam, it, await signed(sam, samsPasskey, it));
    await until('a call that failed', () =>
      crm.requests.some(({ method, path }) => method === 'DELETE' && path.endsWith('/rae')),
    );

    crm.behaviour = 'normal';

    await erased(rae);
    const facts = await factsAbout(rae);
    const count = (type: string) => facts.filter((fact) => fact.type === type).length;
    assert.deepEqual([count('approval.requested'), count('approval.consumed')], [1, 1]);
    assert.ok(count('step.intended') >= 2);
  });

  it('is not done for rows that only look like an approval', async () => {
    const it = await leaving(nia);
    const { web } = gatehouse.database.pools;
    const assertion = makePasskey().sign('AAAA', ourPage);
    await assert.rejects(
      inTransaction(web, (tx) =>
        tx.query(sql`update approvals set consumed_at = clock_timestamp() where id = ${it.id}`),
      ),
      /permission denied/,
    );
    // Somebody who took over the web process may write a decision down, with its fact.
    await inTransaction(web, async (tx) => {
      await record(tx, gatehouse.app.keys, [
        {
          type: 'approval.granted',
          actor: { kind: 'person', id: sam.id, auth: 'webauthn' },
          caseId: it.caseId,
          row: { table: 'approvals', id: it.id, version: 2 },
          plan: it.digest,
          data: {
            approval: it.id,
            step: it.stepId,
            credential_id: samsPasskey.id,
            expires: it.expiresAt,
          },
        },
      ]);
      await tx.query(sql`
        update approvals
           set version = 2, decision = 'granted', decided_by = ${sam.id}, decided_at = clock_timestamp(),
               credential_id = decode(${Buffer.from(samsPasskey.id, 'base64url').toString('hex')}, 'hex'),
               assertion = ${JSON.stringify({ ...assertion, id: samsPasskey.id, rawId: samsPasskey.id })}::jsonb
         where id = ${it.id}
      `);
    });
    await wake(it.stepId);

    const again = await asked(nia, 'account.delete', it.id);

    assert.equal(crm.users.has('nia'), true);
    const voided = await sam.ask<Approval>('GET', `/approvals/${it.id}`);
    assert.equal(voided.standing, 'void');
    const [alert] = await watch.alerts('approval.refused');
    assert.match(alert!.body, /The passkey did not sign this/);
    const facts = await factsAbout(nia);
    const reasons = facts
      .filter(({ type }) => type === 'approval.voided')
      .map(({ body }) => body.data['reason']);
    assert.deepEqual(reasons, ['invalid-assertion']);
    await decide(sam, again, await signed(sam, samsPasskey, again));
    await erased(nia);
  });

  it('is asked for no more once the departure is taken back', async () => {
    const it = await leaving(olu);
    await omar.ask('POST', `/cases/${it.caseId}/cancel`);

    const over = await until('the approval to be void', async () => {
      const now = await sam.ask<Approval>('GET', `/approvals/${it.id}`);
      return now.standing === 'void' && now;
    });

    assert.equal(over.because, 'It is not needed any more.');
    assert.equal(crm.users.has('olu'), true);
  });

  it('waits for a passkey that is older than a day, once Gatehouse is', async () => {
    const it = await asked(quinn, 'account.delete');
    const began = (moment: string) =>
      gatehouse.rows(`update installation set created_at = (${moment}) - interval '24 hours'`);

    await began(`select integrated_at from ledger.entry where row_key = 'users/${sam.id}@1'`);
    const passkeyTooNew = await decide(sam, it, await signed(sam, samsPasskey, it), 403);
    await began("select clock_timestamp() - interval '2 days'");
    const userTooNew = await decide(sam, it, await signed(sam, samsPasskey, it), 403);

    assert.match(passkeyTooNew, /A passkey decides nothing in its first 24 hours/);
    assert.match(userTooNew, /added or changed less than 24 hours ago decides nothing yet/);
    await began("select clock_timestamp() + interval '2 days'");
    await decide(sam, it, await signed(sam, samsPasskey, it));
    await erased(quinn);
  });

  it('never happens without its facts, and never twice', () =>
    checkInvariants(gatehouse, { effects: crm.effects.filter(({ what }) => what === 'deleted') }));
});
