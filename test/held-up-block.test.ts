import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { importPlaybook, publishPlaybook } from '#app/playbooks.ts';
import { waiveStep } from '#app/steps.ts';
import type { AnyConnector } from '#connector-kit/contract.ts';
import { fakeGoogle } from '#connectors/google/fake.ts';
import type { FakeUser } from '#connectors/google/fake-world.ts';
import { google } from '#connectors/google/index.ts';
import { connectors } from '../src/connectors.ts';
import { type Company, houseOf, person, startCompany } from './support/company.ts';
import { startGatehouse, type TestGatehouse } from './support/gatehouse.ts';
import { checkInvariants } from './support/invariants.ts';
import { stepOf, watching } from './support/watch.ts';

// Google turns the second step off only while the account is open, so the block comes after. When Google
// refuses the first, somebody has to know that the second waits, and to be able to let it go on.

const playbook = `
playbook: involuntary-departure
title: Involuntary departure, the short way
for: departure
applies when: { all: [{ field: departure.kind, is: involuntary }] }
steps:
  - { id: block, layer: security, do: account.suspend, on: every account, at: access ends }
  - { id: factors, layer: security, do: mfa.remove, on: every account, at: access ends }
`;
const priya = person('E-1', 'Priya Nair');
const factors = 'factors@google:g-1';
const block = 'block@google:g-1';

describe('a block that waits for a held step', () => {
  let gatehouse: TestGatehouse;
  let company: Company;
  let watch: ReturnType<typeof watching>;
  let user: FakeUser;

  before(async () => {
    user = { id: 'g-1', primaryEmail: 'priya@meadow.example', isEnrolledIn2Sv: true };
    const workspace = fakeGoogle({ users: [user] });
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const request = new Request(input, init);
      if (!request.url.endsWith('/turnOff')) return workspace.fetch(request);
      const error = {
        code: 403,
        message: 'Not Authorized to access this resource/API',
        errors: [],
      };
      return Response.json({ error }, { status: 403 });
    };
    const ofFake: AnyConnector = {
      ...google,
      open: (settings, io) => google.open(settings, { ...io, fetch }),
    };
    gatehouse = await startGatehouse(
      {},
      { connectors: new Map([...connectors, ['google', ofFake]]) },
    );
    watch = watching(houseOf(gatehouse));
    company = await startCompany(houseOf(gatehouse));
    const { playbook: draft } = await importPlaybook(gatehouse.app, gatehouse.admin, playbook);
    await publishPlaybook(gatehouse.app, gatehouse.admin, draft.id);
    const { keyFile: key, admin } = workspace;
    await gatehouse.connect({ id: 'google', connector: 'google', settings: { key, admin } });
  });
  after(async () => {
    await gatehouse.stop();
    await company.close();
  });

  it('is told of at once, and begins by itself when that step is skipped', async () => {
    const dismissal = {
      id: 'S-1',
      kind: 'involuntary',
      urgent: true,
      last_working_day: '2025-09-30',
    };
    await company.tell('departure.confirmed', priya, dismissal);
    const held = await watch.become(
      'a held step',
      priya,
      (found) => stepOf(found, factors)?.status === 'held',
    );
    await watch.quiet();
    assert.equal(stepOf((await watch.caseOf(priya))!, block)?.status, 'waiting');
    assert.notEqual(user.suspended, true);
    assert.equal(held.case.accessRemovedAt, null);

    const [alert] = await watch.alerts('step.held');
    assert.equal(alert?.step_id, stepOf(held, factors)!.id);
    const { title } = stepOf(held, block)!;
    const words = `“${title}” in google waits for this, so the person can still sign in.`;
    assert.ok(alert?.body.includes(words), alert?.body);
    assert.match(alert.body, /skip it with a reason \(gatehouse step waive\)/);

    const { app, admin } = gatehouse;
    await waiveStep(app, admin, stepOf(held, factors)!.id, {
      reason: 'The block may not wait for it.',
      expiresAt: new Date(Date.now() + 86_400_000),
    });
    const cut = await watch.become(
      'access removed',
      priya,
      (found) => found.case.accessRemovedAt !== null,
    );
    assert.equal(user.suspended, true);
    assert.equal(stepOf(cut, block)?.grade, 'verified');
    assert.equal(stepOf(cut, factors)?.grade, 'waived');
    assert.deepEqual(await watch.alerts('step.held'), []);
    await checkInvariants(gatehouse);
  });
});
