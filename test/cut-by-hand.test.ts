import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { cancelCase } from '#app/cases.ts';
import { attestStep } from '#app/steps.ts';
import { type Company, houseOf, person, startCompany } from './support/company.ts';
import { startGatehouse, type TestGatehouse } from './support/gatehouse.ts';
import { stepOf, watching } from './support/watch.ts';

const rita = person('E-700', 'Rita Moss');

describe('a departure whose access a person cut by hand', () => {
  let gatehouse: TestGatehouse;
  let company: Company;
  let watch: ReturnType<typeof watching>;

  before(async () => {
    gatehouse = await startGatehouse();
    const house = houseOf(gatehouse);
    watch = watching(house);
    company = await startCompany(house);
    await gatehouse.connect({
      id: 'badges',
      connector: 'person',
      category: 'physical',
      settings: {
        system: 'the badge reader',
        instructions: 'Block the badge at the front desk.',
        assignTo: { email: 'desk@meadow.example' },
        capabilities: ['account.suspend'],
        proof: ['badge number'],
      },
    });
  });
  after(async () => {
    await gatehouse.stop();
    await company.close();
  });

  it('is not called untouched when it is taken back: the way back names what to undo', async () => {
    const departure = {
      id: 'S-1',
      kind: 'involuntary',
      urgent: true,
      last_working_day: '2026-12-01',
    };
    await company.tell('departure.confirmed', rita, departure);
    const asked = await watch.become('asked', rita, (found) =>
      found.steps.some((step) => step.connectionId === 'badges' && step.assignment !== null),
    );
    const badge = asked.steps.find((step) => step.connectionId === 'badges');
    const { app, admin } = gatehouse;
    await attestStep(app, admin, badge!.id, { reason: 'Blocked.', proof: 'badge 17' });

    await cancelCase(app, admin, asked.case.id);

    const back = await watch.become('a way back', rita, ({ case: found }) => {
      return found.state === 'waiting-for-approval' && found.planDigest !== null;
    });
    assert.match(back.case.planNotes.join(' '), /was done by hand by Ada Admin; undo it by hand/);
    assert.equal(stepOf(back, badge!.key)?.grade, 'attested');
  });
});
