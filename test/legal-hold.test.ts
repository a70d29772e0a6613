import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { z } from 'zod';
import type { CaseWithSteps } from '#app/cases.ts';
import { importPlaybook, publishPlaybook } from '#app/playbooks.ts';
import type { SoftwarePasskey } from '#app/testing/passkey.ts';
import { change, connector, done, transition } from '#connector-kit/contract.ts';
import { until } from '#core/testing/until.ts';
import type { Approval } from '../src/api/contract/approvals.ts';
import type { Case } from '../src/api/contract/cases.ts';
import type { LegalHold } from '../src/api/contract/legal-holds.ts';
import type { PlanPreview } from '../src/api/contract/plans.ts';
import { connectors } from '../src/connectors.ts';
import { apiOf, type Colleague, decideWith, registerPasskey } from './support/api.ts';
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
  - id: preserve
    layer: compliance
    do: data.preserve
    on: { connection: vault }
  - id: empty-vault
    layer: compliance
    do: account.delete
    on: { connection: vault }
    approval: yes
    after: [preserve]
  - id: erase
    layer: operations
    do: account.delete
    on: { connection: crm }
    approval: yes
`;

/** A system that can keep what somebody has, and delete them. */
function makeVault() {
  const preserved = new Set<string>();
  const deleted = new Set<string>();
  const nothing = z.strictObject({});
  const made = connector({
    id: 'vault',
    name: 'Vault',
    category: 'mail',
    settings: nothing,
    hosts: () => [],
    open: () => ({}),
    check: async () => ({ actingAs: 'somebody', scopes: null }),
    accounts: {
      async find(_client, { email }) {
        const id = email.split('@')[0]!;
        if (id !== 'priya') return [];
        return [{ id, login: email, status: 'active', privileged: false, lastSeenAt: null }];
      },
      async *list() {},
    },
    actions: [
      transition({
        capability: 'data.preserve',
        summary: 'Keeps everything.',
        scopes: [],
        params: nothing,
        state: z.strictObject({ preserved: z.boolean() }),
        read: async (_client, id) => ({ preserved: preserved.has(id) }),
        plan: (now) => (now.preserved ? done('It is kept.') : change('Keep everything.', null)),
        async apply(_client, id) {
          preserved.add(id);
        },
      }),
      transition({
        capability: 'account.delete',
        summary: 'Deletes.',
        scopes: [],
        params: nothing,
        state: z.strictObject({ exists: z.boolean() }),
        read: async (_client, id) => ({ exists: !deleted.has(id) }),
        plan: (now) => (now.exists ? change('Delete it.', null) : done('It is gone.')),
        async apply(_client, id) {
          deleted.add(id);
        },
      }),
    ],
  });
  return { connector: made, preserved, deleted };
}

const priya = person('E-11', 'Priya Nair');
const tom = person('E-12', 'Tom Reed');
const dismissal = (who: { id: string }) => ({
  id: `S-${who.id}`,
  kind: 'involuntary',
  last_working_day: '2025-09-30',
});

describe('while a legal hold is open', () => {
  let gatehouse: TestGatehouse;
  let company: Company;
  let crm: ScimSystem;
  let watch: ReturnType<typeof watching>;
  let sam: Colleague;
  let lena: Colleague;
  let lars: Colleague;
  let hanna: Colleague;
  let samsPasskey: SoftwarePasskey;
  const vault = makeVault();

  before(async () => {
    gatehouse = await startGatehouse(
      {},
      { connectors: new Map([...connectors, ['vault', vault.connector]]) },
    );
    const house = houseOf(gatehouse);
    watch = watching(house);
    company = await startCompany(house);
    const users = [account('Priya Nair'), account('Tom Reed')];
    crm = await company.addSystem('crm', 'other', { users, settings: { canDelete: true } });
    await house.connect({ id: 'vault', connector: 'vault', settings: {} });
    const { playbook: draft } = await importPlaybook(gatehouse.app, gatehouse.admin, playbook);
    await publishPlaybook(gatehouse.app, gatehouse.admin, draft.id);
    const api = apiOf(gatehouse);
    sam = await api.hire('Sam Security', ['security']);
    lena = await api.hire('Lena Legal', ['legal']);
    lars = await api.hire('Lars Legal', ['legal']);
    hanna = await api.hire('Hanna Human', ['hr']);
    samsPasskey = await registerPasskey(sam);
    await gatehouse.scribe.flush();
    for (const who of [priya, tom]) await company.tell('role.changed', who, null);
    await watch.heard();
  });
  after(async () => {
    await gatehouse.stop();
    await company.close();
  });

  const stepIn = (found: CaseWithSteps, id: string) =>
    found.steps.find((step) => step.playbookStep === id);
  const asked = (who: { name: string }, connection: string) =>
    until(`an approval for ${who.name} in ${connection}`, async () => {
      const { items } = await sam.ask<{ items: Approval[] }>('GET', '/approvals');
      return items.find((one) => one.person === who.name && one.connection === connection);
    });
  const waitsForHold = (who: { id: string }) =>
    watch.become('to wait for the hold', who, (it) =>
      /^Legal hold since \d{4}-\d\d-\d\d, by Lena Legal\. It goes on once /.test(
        stepIn(it, 'erase')?.because ?? '',
      ),
    );
  let hold: LegalHold;

  it('only legal and security set one, and the preview says what would wait', async () => {
    const reason = 'Meadow ./. Nair';
    await hanna.ask('POST', '/legal-holds', { personId: priya.id, reason }, 403);

    hold = await lena.ask<LegalHold>('POST', '/legal-holds', { personId: priya.id, reason });

    const preview = await sam.ask<PlanPreview>('POST', '/plans', {
      person: priya.id,
      departure: { kind: 'involuntary', lastWorkingDay: '2025-09-30' },
    });
    const notes = 'notes' in preview ? preview.notes : [];
    assert.ok(
      notes.some((it) =>
        /Legal hold since .* by Lena Legal: “Delete account” waits until/.test(it),
      ),
      notes.join('\n'),
    );
  });

  it('nothing is deleted, nobody is asked to approve it, and it is said why', async () => {
    await company.tell('departure.confirmed', priya, dismissal(priya));

    const found = await waitsForHold(priya);

    const { items } = await sam.ask<{ items: Approval[] }>('GET', '/approvals');
    assert.deepEqual(
      items.filter((it) => it.connection === 'crm'),
      [],
    );
    assert.equal(crm.users.has('priya'), true);
    const shown = await sam.ask<Case>('GET', `/cases/${found.case.id}`);
    assert.equal(shown.legalHold?.by.name, 'Lena Legal');
  });

  it('what was preserved, and read back, may be deleted', async () => {
    const it = await asked(priya, 'vault');
    assert.deepEqual([...vault.preserved], ['priya']);

    await decideWith(sam, samsPasskey, it.id);

    await watch.become('the vault to be empty', priya, (one) => {
      return stepIn(one, 'empty-vault')?.grade === 'verified';
    });
    assert.deepEqual([...vault.deleted], ['priya']);
    assert.equal(crm.users.has('priya'), true, 'what was not preserved stays');
  });

  it('another person lifts it, and what waited goes on', async () => {
    const path = `/legal-holds/${hold.id}/lift`;
    const reason = 'The matter is settled.';
    const { detail } = await lena.ask<{ detail: string }>('POST', path, { reason }, 409);
    assert.match(detail, /Who set a hold does not lift it/);
    const held = () =>
      gatehouse.rows<{ legal_hold: boolean }>(
        `select legal_hold from ledger.subject_key join people using (subject) where person_id = $1`,
        priya.id,
      );
    assert.deepEqual(await held(), [{ legal_hold: true }]);

    await lars.ask('POST', path, { reason });

    assert.deepEqual(await held(), [{ legal_hold: false }]);
    const it = await asked(priya, 'crm');
    await decideWith(sam, samsPasskey, it.id);
    await watch.become('the account to be deleted', priya, (one) => {
      return stepIn(one, 'erase')?.grade === 'verified';
    });
    assert.equal(crm.users.has('priya'), false);
    await gatehouse.scribe.flush();
    const facts = await gatehouse.rows<{ data: object }>(
      `select body -> 'data' as data from ledger.event_ix where type = 'subject.hold-changed' order by idx`,
    );
    assert.deepEqual(
      facts.map(({ data }) => data),
      [
        { hold: true, id: hold.id },
        { hold: false, id: hold.id, second: lena.id },
      ],
    );
  });

  it('an approval that was granted before is not used until it is lifted', async () => {
    await company.tell('departure.confirmed', tom, dismissal(tom));
    const it = await asked(tom, 'crm');
    const { id } = await lena.ask<LegalHold>('POST', '/legal-holds', {
      personId: tom.id,
      reason: 'Meadow ./. Reed',
    });

    await decideWith(sam, samsPasskey, it.id);

    await waitsForHold(tom);
    assert.equal(crm.users.has('tom'), true);
    await lars.ask('POST', `/legal-holds/${id}/lift`, { reason: 'Settled.' });
    await watch.become('the account to be deleted', tom, (one) => {
      return stepIn(one, 'erase')?.grade === 'verified';
    });
    assert.equal((await sam.ask<Approval>('GET', `/approvals/${it.id}`)).standing, 'used');
  });

  it('leaves a fact of everything', () => checkInvariants(gatehouse));
});
