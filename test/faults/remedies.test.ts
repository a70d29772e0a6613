import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { listAlerts } from '#app/alerts.ts';
import type { Caller } from '#app/app.ts';
import type { StepRow } from '#app/cases.ts';
import { Problem } from '#app/problem.ts';
import { attestStep, possibleStepActs, retryStep, waiveStep } from '#app/steps.ts';
import { createUser } from '#app/users.ts';
import { until } from '#core/testing/until.ts';
import type { Role } from '#core/user.ts';
import { entriesOf } from '#ledger/testing/ledger.ts';
import { startScimServer } from '../../practice/servers/scim.ts';
import { checkInvariants } from '../support/invariants.ts';
import { type House, type Leaver, leaver, newSecret, startHouse } from './house.ts';

const names = ['retried', 'attested', 'waived', 'refused', 'raced', 'gap'];
const people = Object.fromEntries(names.map((it) => [it, leaver(it)])) as Record<string, Leaver>;
const byHand = { reason: 'Blocked in the console.', proof: 'screenshot 1' };
const inADay = () => new Date(Date.now() + 86_400_000);

/** A clear no, in plain words. */
const saying = (kind: Problem['kind'], words: RegExp) => (error: unknown) => {
  assert.ok(error instanceof Problem, String(error));
  assert.equal(error.kind, kind);
  assert.match(error.message, words);
  assert.match(error.message, /^[A-Z].*[.!]$/s, 'a whole sentence');
  assert.doesNotMatch(error.message, /undefined|null|\bError\b|\[object/);
  return true;
};

describe('what a person can do about a step that is held', () => {
  let house: House;
  let wiki: Awaited<ReturnType<typeof startScimServer>>;
  const callers = new Map<Role, Caller>();

  before(async () => {
    house = await startHouse(`
      playbook: involuntary-departure
      title: Block everywhere
      for: departure
      steps:
        - id: block
          layer: security
          do: account.suspend
          on: every account
          when: { not: { all: [{ field: person.department, is: Gap }] } }
    `);
    const token = newSecret();
    wiki = await startScimServer({
      token,
      users: Object.values(people).map(({ id, email }) => ({ id, userName: email })),
    });
    const settings = { baseUrl: wiki.url, token, groups: 'none' };
    const port = Number(new URL(wiki.url).port);
    await house.connect({ id: 'wiki', connector: 'scim', settings }, port);
    for (const role of ['hr', 'it-operator', 'it-admin', 'security', 'facilities'] as const) {
      const email = `${role}@meadow.example`;
      const user = await createUser(house.gatehouse.app, { name: role, email, roles: [role] });
      callers.set(role, { user, actor: { kind: 'person', id: user.id, auth: 'token' } });
    }
    wiki.behaviour = { status: 403, body: '{"detail":"not you"}' };
    wiki.affects = (method) => method === 'PATCH';
    for (const [name, who] of Object.entries(people)) {
      await house.confirm(name === 'gap' ? { ...who, department: 'Gap' } : who);
    }
  });
  after(async () => {
    await wiki.close();
    await house.stop();
  });

  const app = () => house.gatehouse.app;
  const as = (role: Role) => callers.get(role)!;
  const held = (name: string): Promise<StepRow> =>
    until(`the step of ${name} to be held`, async () =>
      (await house.find(people[name]!))?.steps.find((it) => it.status === 'held'),
    );
  const openAlert = async (step: StepRow) =>
    (await listAlerts(app(), as('it-admin'), 100)).find(
      (it) => it.stepId === step.id && it.resolvedAt === null,
    );
  const lastFact = async (step: StepRow) => {
    await house.gatehouse.scribe.flush();
    const entries = await entriesOf(house.gatehouse.database.pools.admin);
    return entries.findLast(
      ({ body }) => (body['step'] as { id?: string } | undefined)?.id === step.id,
    )?.body;
  };

  it('try again: the step still has to reach its goal by itself', async () => {
    const step = await held('retried');
    assert.ok(await openAlert(step));

    await retryStep(app(), as('it-operator'), step.id);
    const again = await until('it to be held again', async () => {
      const found = await held('retried');
      return found.version > step.version && found;
    });
    assert.match(again.because ?? '', /^A permission is missing/);

    wiki.affects = (method, path) => method === 'PATCH' && !path.endsWith(people['retried']!.id);
    await retryStep(app(), as('it-operator'), again.id);
    const { steps } = await house.completed(people['retried']!);
    assert.equal(steps[0]?.grade, 'verified');
    assert.equal(await openAlert(step), undefined);
  });

  it('do it by hand, with what proves it', async () => {
    const step = await held('attested');

    await attestStep(app(), as('security'), step.id, byHand);

    const { steps } = await house.completed(people['attested']!);
    assert.equal(steps[0]?.grade, 'attested');
    assert.deepEqual(
      { ...steps[0]?.decision, by: null },
      { kind: 'attested', by: null, byName: 'security', expiresAt: null, ...byHand },
    );
    const fact = await lastFact(step);
    assert.equal(fact?.['type'], 'step.attested');
    assert.deepEqual(fact?.['actor'], as('security').actor);
    assert.doesNotMatch(JSON.stringify(fact), /console|screenshot/, 'only digests are public');
    assert.equal(await openAlert(step), undefined);
  });

  it('skip it until a day, in one’s own name', async () => {
    const step = await held('waived');
    const expiresAt = inADay();

    await waiveStep(app(), as('security'), step.id, { reason: 'On leave anyway.', expiresAt });

    const { steps } = await house.completed(people['waived']!);
    assert.equal(steps[0]?.grade, 'waived');
    assert.equal(steps[0]?.decision?.expiresAt, expiresAt.toISOString());
    const fact = await lastFact(step);
    const { user } = as('security');
    assert.deepEqual(fact?.['data'], { approver: user.id, expires: expiresAt.toISOString() });
  });

  it('is refused in plain words to whoever may not, and nothing changes', async () => {
    const step = await held('refused');
    const waiver = { reason: 'Later.', expiresAt: inADay() };
    const past = { reason: 'Later.', expiresAt: new Date(Date.now() - 1_000) };
    const refusals: [() => Promise<unknown>, Problem['kind'], RegExp][] = [
      [() => retryStep(app(), as('hr'), step.id), 'not allowed', /one of the roles it-operator/],
      [
        () => waiveStep(app(), as('hr'), step.id, waiver),
        'not allowed',
        /one of the roles it-admin/,
      ],
      [() => waiveStep(app(), as('it-operator'), step.id, waiver), 'not allowed', /Ask somebody/],
      [() => waiveStep(app(), as('it-admin'), step.id, past), 'not readable', /lies in the past/],
      [() => attestStep(app(), as('hr'), step.id, byHand), 'not allowed', /somebody else’s/],
      // Who does not run departures does not learn that there is one.
      [() => attestStep(app(), as('facilities'), step.id, byHand), 'not found', /There is no step/],
      [() => retryStep(app(), as('it-admin'), 'nothing'), 'not found', /There is no step nothing/],
    ];

    for (const [attempt, kind, words] of refusals) {
      await assert.rejects(attempt, saying(kind, words));
    }

    const found = await held('refused');
    assert.equal(found.version, step.version);
    const it = (await house.find(people['refused']!))!.case;
    assert.deepEqual(possibleStepActs(as('hr'), step, it), []);
    assert.deepEqual(possibleStepActs(as('it-operator'), step, it), ['retry', 'attest']);
    assert.deepEqual(possibleStepActs(as('it-admin'), step, it), ['retry', 'attest', 'waive']);
  });

  it('happens once when several decide at the same moment', async () => {
    const step = await held('raced');

    const decisions = await Promise.allSettled([
      attestStep(app(), as('it-operator'), step.id, byHand),
      attestStep(app(), as('security'), step.id, byHand),
      waiveStep(app(), as('it-admin'), step.id, { reason: 'Later.', expiresAt: inADay() }),
    ]);

    assert.equal(decisions.filter((it) => it.status === 'fulfilled').length, 1);
    for (const it of decisions) {
      if (it.status === 'rejected')
        saying('not possible', /waits for a person|complete already/)(it.reason);
    }
  });

  it('cannot be to try again where no step covers the account', async () => {
    const gap = await held('gap');
    assert.equal(gap.kind, 'gap');

    const attempt = retryStep(app(), as('it-admin'), gap.id);

    await assert.rejects(attempt, saying('not possible', /there is nothing to try/));
    await attestStep(app(), as('it-operator'), gap.id, byHand);
    await house.completed(people['gap']!);
  });

  it('is over once the departure is', async () => {
    const done = await house.find(people['attested']!);
    const step = done!.steps[0]!;
    const late = retryStep(app(), as('it-admin'), step.id);
    await assert.rejects(late, saying('not possible', /This departure is complete already/));
    assert.deepEqual(possibleStepActs(as('it-admin'), step, done!.case), []);
  });

  it('leaves an unbroken record, and no secret anywhere', async () => {
    await checkInvariants(house.gatehouse, { secrets: house.secrets, effects: wiki.effects });
  });
});
