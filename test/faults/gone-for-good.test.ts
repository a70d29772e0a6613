import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Caller } from '#app/app.ts';
import type { StepRow } from '#app/cases.ts';
import { Problem } from '#app/problem.ts';
import { attestStep, holdStep, possibleStepActs, retryStep } from '#app/steps.ts';
import { createUser } from '#app/users.ts';
import { until } from '#core/testing/until.ts';
import { entriesOf } from '#ledger/testing/ledger.ts';
import { startScimServer } from '../../practice/servers/scim.ts';
import { checkInvariants } from '../support/invariants.ts';
import { type House, type Leaver, leaver, newSecret, startHouse } from './house.ts';
import { observe } from './observe.ts';

const playbook = `
  playbook: involuntary-departure
  title: Block everywhere
  for: departure
  steps:
    - { id: block, layer: security, do: account.suspend, on: every account }
`;
const people = ['gone', 'back', 'paused', 'cut', 'calling'].map((id) => leaver(id));
const [gone, back, paused, cut, calling] = people as [Leaver, Leaver, Leaver, Leaver, Leaver];
const byHand = { reason: 'The server was shredded.', proof: 'certificate 88/26' };

describe('a step whose system does not answer', () => {
  let house: House;
  let wiki: Awaited<ReturnType<typeof startScimServer>>;
  let hr: Caller;
  const token = newSecret();
  const connect = () => {
    const settings = { baseUrl: wiki.url, token, groups: 'none' };
    const port = Number(new URL(wiki.url).port);
    return house.connect({ id: 'wiki', connector: 'scim', settings }, port);
  };

  before(async () => {
    house = await startHouse(playbook, { callMs: 1_500, leaseMs: 3_000 });
    wiki = await startScimServer({
      token,
      users: people.map(({ id, email }) => ({ id, userName: email })),
    });
    await connect();
    const { app } = house.gatehouse;
    const user = await createUser(app, { name: 'Hanna', email: 'h@meadow.example', roles: ['hr'] });
    hr = { user, actor: { kind: 'person', id: user.id, auth: 'token' } };
  });
  after(async () => {
    await wiki.close();
    await house.stop();
  });

  const { alerts, connection } = observe(() => house);
  const hold = (step: StepRow) => holdStep(house.gatehouse.app, house.gatehouse.admin, step.id);
  const stepOf = async (who: Leaver) =>
    (await house.find(who))?.steps.find((it) => it.kind === 'action' && it.key.startsWith('block'));
  const stepWhen = (what: string, who: Leaver, is: (step: StepRow) => boolean) =>
    until(what, async () => {
      const step = await stepOf(who);
      return step && is(step) ? step : false;
    });
  /** The connector reads the account before it changes it; from the first change on it is down. */
  const downAt = (method: string, who: Leaver) => {
    wiki.behaviour = 'down';
    wiki.affects = (asked, path) => asked === method && path.endsWith(`/${who.id}`);
  };
  const recover = () => {
    wiki.behaviour = 'normal';
  };
  const failing = (who: Leaver) =>
    stepWhen('the step to fail', who, (step) => step.failure !== null && step.status !== 'held');
  const asksAbout = (who: Leaver) =>
    wiki.requests.filter((it) => JSON.stringify(it).includes(`Users/${who.id}`)).length;
  const saying = (words: RegExp) => (error: unknown) => {
    assert.ok(error instanceof Problem, String(error));
    assert.match(error.message, words);
    return true;
  };

  it('is taken out of the queue and confirmed by hand, and the engine calls no more', async () => {
    downAt('GET', gone);
    await house.confirm(gone);
    const step = await failing(gone);
    const found = (await house.find(gone))!;
    const { admin, app } = house.gatehouse;
    assert.deepEqual(possibleStepActs(admin, step, found.case, found.toHold), ['hold']);
    assert.deepEqual(possibleStepActs(hr, step, found.case, found.toHold), []);
    await assert.rejects(holdStep(app, hr, step.id), saying(/one of the roles it-operator/));

    await hold(step);
    const held = (await stepOf(gone))!;
    assert.equal(held.status, 'held');
    assert.match(held.because ?? '', /^Ada Admin took it out of the queue\. .*503/);
    assert.equal(held.failure?.kind, 'unavailable');
    await assert.rejects(hold(held), saying(/waits for a person already/));
    const [alert] = (await alerts()).filter((it) => it.stepId === step.id && !it.resolvedAt);
    assert.equal(alert?.kind, 'step.held');

    await house.gatehouse.scribe.flush();
    const entries = await entriesOf(house.gatehouse.database.pools.admin);
    const fact = entries.findLast(({ body }) => body['type'] === 'step.held')?.body;
    assert.deepEqual(fact?.['actor'], admin.actor);
    assert.deepEqual(fact?.['data'], { reason: 'taken out by a person', failure: 'unavailable' });

    const asked = asksAbout(gone);
    recover();
    // Somebody else goes through the same system from beginning to end, and nobody asks for this one.
    await house.confirm(back);
    await house.completed(back);
    assert.equal(asksAbout(gone), asked);
    assert.equal((await stepOf(gone))?.version, held.version);

    await attestStep(app, admin, step.id, byHand);
    const { steps } = await house.completed(gone);
    const done = steps.find(({ id }) => id === step.id);
    assert.equal(done?.grade, 'attested');
    assert.equal(done?.decision?.proof, byHand.proof);
    assert.equal(asksAbout(gone), asked);
    assert.notEqual(wiki.users.get(gone.id)?.active, false);
    assert.equal((await connection('wiki'))?.downSince, null);
  });

  it('is one too where nobody may call, though it never failed itself; given back it goes on', async () => {
    downAt('GET', paused);
    await house.confirm(paused);
    await failing(paused);
    wiki.behaviour = { status: 401, body: '{}' };
    await until(
      'the connection to be paused',
      async () => (await connection('wiki'))?.state === 'paused',
    );
    await house.gatehouse.rows(
      `update steps set failure = null, because = null where case_id = $1`,
      (await house.find(paused))!.case.id,
    );
    const step = (await stepOf(paused))!;

    await hold(step);
    assert.match((await stepOf(paused))?.because ?? '', /wiki is paused/);

    recover();
    await connect();
    await retryStep(house.gatehouse.app, house.gatehouse.admin, step.id);
    const { steps } = await house.completed(paused);
    assert.equal(steps.find(({ id }) => id === step.id)?.grade, 'verified');
  });

  it('says so where nobody knows whether the last call had its effect', async () => {
    downAt('PATCH', cut);
    await house.confirm(cut);
    const step = await failing(cut);

    await until('it to be out of the queue', () =>
      hold(step).then(
        () => true,
        (error: unknown) => saying(/A call to the system is under way/)(error) && false,
      ),
    );
    const found = (await house.find(cut))!;
    assert.match(
      (await stepOf(cut))?.because ?? '',
      /Nobody knows whether an earlier call had its effect/,
    );
    assert.ok(found.unknownOutcome.has(step.id));
    recover();
    await attestStep(house.gatehouse.app, house.gatehouse.admin, step.id, byHand);
    await house.completed(cut);
  });

  it('is refused while a call is under way, and before anything has failed', async () => {
    downAt('PATCH', calling);
    await house.confirm(calling);
    const step = await failing(calling);
    await until('the claim to end', async () => (await house.find(calling))?.toHold.has(step.id));
    await house.gatehouse.rows(
      `update step_lease set lease_until = clock_timestamp() + interval '1 hour' where step_id = $1`,
      step.id,
    );
    await assert.rejects(hold(step), saying(/A call to the system is under way/));
    assert.equal((await house.find(calling))?.toHold.has(step.id), false);

    recover();
    await house.gatehouse.rows(
      `update step_lease set lease_until = clock_timestamp() where step_id = $1`,
      step.id,
    );
    const { steps } = await house.completed(calling);
    const done = steps.find(({ id }) => id === step.id)!;
    assert.equal(done.grade, 'verified');
    await assert.rejects(hold(done), saying(/complete already/));
  });

  it('leaves an unbroken record, and no secret anywhere', async () => {
    await checkInvariants(house.gatehouse, { secrets: house.secrets, effects: wiki.effects });
  });
});
