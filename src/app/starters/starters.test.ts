import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { capabilities } from '#core/capability.ts';
import { type DepartureKind, departureKinds } from '#core/departure-kind.ts';
import { type ConnectionOffer, makePlan, type Plan, planText, routePlaybook } from '#core/plan.ts';
import { checkPlaybook, type Playbook, readPlaybook, writePlaybook } from '#core/playbook.ts';
import {
  account,
  datesOf,
  departure,
  everySystem,
  inputOf,
  offered,
  okta,
  person,
  system,
} from '#core/testing/planning.ts';

const names = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => name.replace('.yaml', ''));

function starter(name: string): Playbook {
  const read = readPlaybook(readFileSync(path.join(import.meta.dirname, `${name}.yaml`), 'utf8'));
  assert.ok('playbook' in read, JSON.stringify(read, null, 1));
  return read.playbook;
}

const starters = names.map(starter);

const accounts = {
  okta: [account('priya'), account('admin-priya', { privileged: true })],
  google: [account('priya')],
  slack: [account('U1')],
  badges: [account('B-7')],
  fleet: [account('mac')],
};

function planFor(kind: DepartureKind, connections: readonly ConnectionOffer[] = everySystem): Plan {
  const facts = { ...departure, kind };
  const forDepartures = starters.filter((it) => it.for === 'departure');
  const routed = routePlaybook(forDepartures, { person, departure: facts, source: 'csv' });
  assert.ok(routed.playbook);
  const input = inputOf(routed.playbook, accounts, { departure: facts, connections });
  return makePlan({ ...input, dates: datesOf(facts) });
}

for (const playbook of starters) {
  describe(`the starter ${playbook.playbook}`, () => {
    it('fits any set of connections', () => {
      const sets = [[], everySystem, ...everySystem.map((one) => [one])];
      for (const connections of sets) {
        const errors = checkPlaybook(playbook, connections).filter(
          ({ severity }) => severity === 'error',
        );
        assert.deepEqual(errors, []);
      }
    });

    it('gives the reason for every step', () => {
      for (const { id, why } of playbook.steps) assert.ok(why, id);
    });

    it('destroys nothing', () => {
      for (const step of playbook.steps)
        if (step.kind === 'action') assert.equal(capabilities[step.do].weight, 'ordinary', step.id);
    });

    it('is the same when it is written by the program', () => {
      const read = readPlaybook(writePlaybook(playbook));

      assert.ok('playbook' in read);
      assert.deepEqual(read.playbook, playbook);
    });
  });
}

describe('the starters together', () => {
  it('have one for every kind of departure', () => {
    const routed = departureKinds.map((kind) => [kind, planFor(kind).playbook]);

    assert.deepEqual(Object.fromEntries(routed), {
      resignation: 'planned-departure',
      involuntary: 'involuntary-departure',
      layoff: 'layoff',
      retirement: 'retirement',
      'end of contract': 'end-of-contract',
      'garden leave': 'garden-leave',
      death: 'death',
      'long leave': 'long-leave',
    });
  });

  it('leave no account uncovered and nothing unsaid, whatever the kind', () => {
    for (const kind of departureKinds) {
      const plan = planFor(kind);
      assert.deepEqual(plan.gaps, [], kind);
      assert.deepEqual(plan.missing, [], kind);
      assert.deepEqual(
        plan.problems.filter(({ severity }) => severity === 'error'),
        [],
        kind,
      );
      assert.ok(planText(plan).length > 20, kind);
    }
  });

  it('block every account no later than access ends', () => {
    for (const kind of departureKinds) {
      const { steps } = planFor(kind);
      for (const [connection, found] of Object.entries(accounts)) {
        if (connection === 'fleet') continue;
        for (const { id } of found) {
          const blocks = steps.filter(
            (it) =>
              it.capability === 'account.suspend' &&
              it.connectionId === connection &&
              it.account?.id === id,
          );
          assert.equal(blocks.length, 1, `${kind} ${connection} ${id}`);
          assert.equal(blocks[0]?.at.rule, 'access ends');
        }
      }
    }
  });

  it('sign out after the block, or before it where the system wants that', () => {
    const { steps } = planFor('involuntary');
    const place = (capability: string, connection: string) =>
      steps.findIndex((it) => it.capability === capability && it.connectionId === connection);

    assert.ok(place('account.suspend', 'okta') < place('sessions.revoke', 'okta'));
    assert.ok(place('account.suspend', 'slack') < place('sessions.revoke', 'slack'));
    assert.ok(place('account.suspend', 'google') > place('sessions.revoke', 'google'));
  });

  it('let no system that is down hold up the block of another', () => {
    for (const { after, capability, connectionId } of planFor('involuntary').steps) {
      if (capability !== 'account.suspend') continue;
      assert.ok(after.every((key) => key.includes(`@${connectionId}:`)));
    }
  });

  it('tell the leaver nothing before access has ended', () => {
    for (const playbook of starters.filter((it) => it.for === 'departure'))
      for (const step of playbook.steps)
        if (step.kind === 'notice')
          assert.ok(!step.notice.to.some((it) => 'personalEmail' in it), step.id);
  });

  it('speak of death and leave in other words', () => {
    const idsOf = (kind: DepartureKind) =>
      new Set(planFor(kind).steps.map((it) => it.playbookStep));

    assert.ok(!idsOf('death').has('exit-interview') && !idsOf('death').has('recover-equipment'));
    assert.ok(idsOf('death').has('speak-with-family') && idsOf('death').has('settle-equipment'));
    assert.ok(!idsOf('long leave').has('leave-groups') && !idsOf('long leave').has('final-pay'));
    assert.ok(
      idsOf('resignation').has('exit-interview') && idsOf('resignation').has('hand-over-work'),
    );
  });

  it('hand work over at once and cut access on the day, when it is planned', () => {
    const { steps } = planFor('resignation');
    const timeOf = (id: string) =>
      steps.find((it) => it.playbookStep === id)?.at.due?.toISOString();

    assert.equal(timeOf('hand-over-work'), '2026-12-01T09:00:00.000Z');
    assert.equal(timeOf('recover-equipment'), '2026-12-01T09:00:00.000Z');
    assert.equal(timeOf('block-sign-in'), '2026-12-31T16:00:00.000Z');
    assert.equal(timeOf('decide-clean-up'), '2027-01-30T16:00:00.000Z');
  });

  it('cut at once when involuntary, and on its dates when a layoff', () => {
    const withoutEnd = (kind: DepartureKind) => {
      const facts = { ...departure, kind, accessEnds: null };
      const name = kind === 'layoff' ? 'layoff' : 'involuntary-departure';
      const input = inputOf(starter(name), { okta: [account('a')] });
      const plan = makePlan({
        ...input,
        departure: facts,
        dates: datesOf(facts),
        connections: [okta],
      });
      return plan.steps.find((it) => it.playbookStep === 'block-sign-in')?.at.due?.toISOString();
    };

    assert.equal(withoutEnd('involuntary'), '2026-12-01T09:00:00.000Z');
    assert.equal(withoutEnd('layoff'), '2026-12-31T23:00:00.000Z');
  });

  it('leave payslips open until pay ends in a layoff, and everything else is cut before', () => {
    const payslips = system('payslips', 'payroll', [offered('account.suspend')]);
    const facts = { ...departure, kind: 'layoff' as const, payEnds: '2027-02-28' };
    const input = inputOf(starter('layoff'), { okta: [account('a')], payslips: [account('a')] });
    const plan = makePlan({
      ...input,
      departure: facts,
      dates: datesOf(facts),
      connections: [okta, payslips],
    });
    const blocks = plan.steps.filter((it) => it.capability === 'account.suspend' && it.account);
    assert.deepEqual(
      blocks.map(({ connectionId, at }) => [connectionId, at.rule]),
      [
        ['okta', 'access ends'],
        ['payslips', 'pay ends'],
      ],
    );
  });

  it('keep what somebody on leave comes back to', () => {
    const ids = planFor('long leave').steps.map((it) => it.playbookStep);
    for (const kept of ['leave-groups', 'remove-mfa', 'recover-equipment', 'decide-clean-up'])
      assert.ok(!ids.includes(kept), kept);
  });
});
