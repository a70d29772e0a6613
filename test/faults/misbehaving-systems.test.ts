import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { type AnyConnector, actionsOf } from '#connector-kit/contract.ts';
import { http } from '#connectors/http/index.ts';
import { until } from '#core/testing/until.ts';
import { startHttpSystem } from '../../practice/servers/http-system.ts';
import { startScimServer } from '../../practice/servers/scim.ts';
import { connectors } from '../../src/connectors.ts';
import { checkInvariants } from '../support/invariants.ts';
import { type House, type Leaver, leaver, newSecret, startHouse } from './house.ts';
import { observe } from './observe.ts';
import { badges, block } from './systems.ts';

const playbook = `
  playbook: involuntary-departure
  title: Block everywhere
  for: departure
  steps:
    - { id: block, layer: security, do: account.suspend, on: every account }
`;

/** Everybody whom the tests need; who has an account where stands in the name. */
const inWiki = (name: string) => leaver(`wiki-${name}`);
const atDoors = (name: string) => leaver(`doors-${name}`);
const wikiPeople = [
  ...['lied', 'flipped', 'poison', 'healthy', 'limited', 'patient', 'locked', 'html', 'hung'],
  ...['lost', 'forbidden'],
].map(inWiki);
const doorPeople = ['cut', 'gone', 'forbidden'].map(atDoors);
const atGates = (name: string) => leaver(`gates-${name}`);
const gatePeople = ['unheard', 'unanswered'].map(atGates);

/** Carries orders out within days, as what waits for a device does; that one was taken shows within a second. */
const slowHttp: AnyConnector = {
  ...http,
  id: 'slow-http',
  actions: (settings) =>
    actionsOf(http, settings).map((it) =>
      it.kind === 'transition'
        ? { ...it, settlesWithinMs: 30 * 86_400_000, consistencyMs: 1_000 }
        : it,
    ),
};

describe('a system that misbehaves', () => {
  let house: House;
  let wiki: Awaited<ReturnType<typeof startScimServer>>;
  let doors: Awaited<ReturnType<typeof startHttpSystem>>;
  let gates: typeof doors;
  let wikiEffects: typeof wiki.effects;
  const firstToken = newSecret();

  const connectWiki = (token: string) => {
    const settings = { baseUrl: wiki.url, token, groups: 'none' };
    const port = Number(new URL(wiki.url).port);
    return house.connect({ id: 'wiki', connector: 'scim', settings }, port);
  };
  before(async () => {
    const all = new Map([...connectors, [slowHttp.id, slowHttp]]);
    house = await startHouse(playbook, {}, { connectors: all });
    wiki = await startScimServer({
      token: firstToken,
      users: wikiPeople.map(({ id, email }) => ({ id, userName: email })),
    });
    wikiEffects = wiki.effects;
    await connectWiki(firstToken);
    doors = await startHttpSystem({
      name: 'Doors',
      token: newSecret(),
      users: [
        { id: 'service', email: 'service@meadow.example' },
        ...doorPeople.map(({ id, email }) => ({ id, email })),
      ],
    });
    const suspend = { ...block, scopes: ['badges.write'] };
    await house.connect(badges('doors', doors, { 'account.suspend': suspend }), doors.port);
    gates = await startHttpSystem({
      name: 'Gates',
      token: newSecret(),
      users: [
        { id: 'service', email: 'service@meadow.example' },
        ...gatePeople.map(({ id, email }) => ({ id, email })),
      ],
    });
    const slow = badges('gates', gates, { 'account.suspend': block });
    await house.connect({ ...slow, connector: slowHttp.id }, gates.port);
    // Only now: what checks a new connection must not be cut short on a busy machine.
    await house.gatehouse.restartWorker({
      ...{ settleMs: 700, windowMs: 2_000, callMs: 1_500, lookUpMs: 1_500 },
    });
  });
  afterEach(() => {
    wiki.behaviour = 'normal';
    doors.behaviour = 'normal';
    gates.behaviour = 'normal';
    gates.affects = () => true;
    wiki.affects = () => true;
    doors.affects = () => true;
  });
  after(async () => {
    await Promise.all([wiki?.close(), doors?.close(), gates?.close()]);
    await house?.stop();
  });

  const { stepOf, held, retry, alerts, connection, facts, sweeps } = observe(() => house);
  const changes = (who: Leaver) =>
    wiki.requests.filter((it) => it.method === 'PATCH' && it.path.endsWith(`/Users/${who.id}`));
  const effects = (who: Leaver) =>
    [...wikiEffects, ...doors.effects, ...gates.effects]
      .filter((it) => it.id === who.id)
      .map((it) => it.what);

  it('is not believed when it answers 200 and changes nothing', async () => {
    const who = inWiki('lied');
    wiki.behaviour = 'lies';
    await house.confirm(who);

    const step = await held(who);
    assert.equal(step.because, 'Accepted, but the change does not show.');
    assert.equal(changes(who).length, 1, 'what was accepted is not sent again by itself');
    assert.deepEqual(effects(who), []);
    assert.ok((await alerts()).some((it) => it.stepId === step.id && it.kind === 'step.held'));
    assert.equal((await house.find(who))?.case.state, 'running');

    wiki.behaviour = 'normal';
    await retry(step);
    await house.completed(who);
    assert.deepEqual(effects(who), ['suspended']);
    assert.deepEqual(await facts(step), [
      'step.intended',
      'step.applied',
      'step.mismatch',
      'step.held',
      'step.retried',
      'step.intended',
      'step.applied',
      'step.verified',
    ]);
  });

  it('is asked again when it shows now this and now that, and changed once', async () => {
    const who = inWiki('flipped');
    let reads = 0;
    wiki.behaviour = {
      status: 200,
      type: 'application/scim+json',
      body: JSON.stringify({ id: who.id, userName: who.email, active: true }),
    };
    // The first look after the change shows the time before it.
    wiki.affects = (method, path) => {
      if (method !== 'GET' || !path.endsWith(`/Users/${who.id}`)) return false;
      reads += 1;
      return reads === 2;
    };
    await house.confirm(who);

    await house.completed(who);
    assert.deepEqual(effects(who), ['suspended']);
    assert.equal(changes(who).length, 1);
  });

  it('that fails for one account only is not down, and a person is told of that account', async () => {
    const [poison, healthy] = [inWiki('poison'), inWiki('healthy')];
    wiki.behaviour = 'down';
    wiki.affects = (_, path) => path.includes(`/Users/${poison.id}`);
    await house.confirm(poison);
    const alert = await until('an alert', async () =>
      (await alerts()).find((it) => it.kind === 'step.failing'),
    );
    assert.equal(alert.stepId, (await stepOf(poison))?.id);

    await house.confirm(healthy);
    await house.completed(healthy);
    assert.equal((await connection('wiki'))?.downSince, null);
    assert.ok(!(await alerts()).some((it) => it.kind === 'connection.down'));

    wiki.behaviour = 'normal';
    await house.completed(poison);
    assert.ok((await alerts()).find((it) => it.id === alert.id)?.resolvedAt);
  });

  it('is left alone by everybody for as long as it says with 429', async () => {
    const [limited, patient] = [inWiki('limited'), inWiki('patient')];
    wiki.behaviour = 'rate-limited';
    wiki.retryAfterSeconds = 1;
    wiki.affects = (method) => method === 'PATCH';
    await house.confirm(limited);
    const refused = await until('a refusal', () => wiki.requests.find((it) => it.status === 429));
    wiki.behaviour = 'normal';
    await until('the step to wait', async () => (await stepOf(limited))?.failure);
    const asked = wiki.requests.length;

    await house.confirm(patient);
    await Promise.all([house.completed(limited), house.completed(patient)]);

    const next = wiki.requests[asked]!;
    assert.ok(next.at.getTime() - refused.at.getTime() >= 950, 'nobody called in between');
    assert.deepEqual(effects(limited), ['suspended']);
  });

  it('that no longer takes our key is paused until somebody enters a new one', async () => {
    const who = inWiki('locked');
    const port = Number(new URL(wiki.url).port);
    const users = [...wiki.users.values()];
    const before = wiki;
    await wiki.close();
    const token = newSecret();
    wiki = await startScimServer({ port, token, users });
    wikiEffects = wiki.effects;
    await house.confirm(who);

    const alert = await until('an alert', async () =>
      (await alerts()).find((it) => it.kind === 'connection.paused'),
    );
    assert.equal(alert.title, 'wiki no longer accepts our key');
    assert.equal((await connection('wiki'))?.state, 'paused');
    const refusals = wiki.requests.length;
    await sweeps(2);
    assert.equal(wiki.requests.length, refusals, 'a paused system is not called');

    await connectWiki(token);
    await house.completed(who);
    assert.equal((await connection('wiki'))?.state, 'active');
    assert.ok((await alerts()).find((it) => it.id === alert.id)?.resolvedAt);
    wikiEffects.unshift(...before.effects);
  });

  it('that forbids is shown with the permission that is missing', async () => {
    const who = atDoors('forbidden');
    const description = badges('doors', doors, {
      'account.suspend': { ...block, scopes: ['badges.write'] },
    });
    await house.connect({
      ...description,
      settings: {
        ...description.settings,
        description: {
          ...(description.settings['description'] as object),
          failures: [{ status: 503, kind: 'forbidden' }],
        },
      },
    });
    doors.behaviour = 'down';
    doors.affects = (method) => method === 'POST';
    await house.confirm(who);

    const step = await held(who);
    assert.match(step.because ?? '', /^A permission is missing: POST .*suspend answered 503/);
    assert.match(step.because ?? '', /Needed there: badges\.write\.$/);

    doors.behaviour = 'normal';
    await house.connect(description);
    await retry(step);
    await house.completed(who);
  });

  it('that no longer knows the account is not taken for success', async () => {
    const who = atDoors('gone');
    const account = doors.users.get(who.id)!;
    doors.behaviour = 'down';
    doors.affects = (_, path) => path.includes(`/users/${who.id}`);
    await house.confirm(who);
    await until('the account to be found', () => stepOf(who));
    doors.users.delete(who.id);
    doors.behaviour = 'normal';

    const step = await held(who);
    assert.match(step.because ?? '', /^The account is gone: GET .* answered 404/);
    doors.users.set(who.id, account);
    await retry(step);
    await house.completed(who);
  });

  it('that shows a page for people is held at once, with what was expected', async () => {
    const who = inWiki('html');
    wiki.behaviour = { status: 200, type: 'text/html', body: '<html>Please sign in</html>' };
    wiki.affects = (_, path) => path.endsWith(`/Users/${who.id}`);
    await house.confirm(who);

    const step = await held(who);
    assert.match(
      step.because ?? '',
      /^The answer makes no sense: GET .* answered no readable JSON/,
    );
    wiki.behaviour = 'normal';
    await retry(step);
    await house.completed(who);
  });

  it('that never answers a change is read again, and not changed twice', async () => {
    const who = inWiki('hung');
    wiki.behaviour = 'slow';
    wiki.affects = (method) => method === 'PATCH';
    await house.confirm(who);

    const { steps } = await house.completed(who);
    assert.deepEqual(effects(who), ['suspended']);
    assert.equal(changes(who).length, 1);
    assert.deepEqual(await facts(steps[0]!), ['step.intended', 'step.unknown', 'step.verified']);
  });

  it('that never answers a question is asked again', async () => {
    const who = inWiki('lost');
    let asked = 0;
    wiki.behaviour = 'slow';
    wiki.affects = (_, path) => path.endsWith(`/Users/${who.id}`) && ++asked === 1;
    await house.confirm(who);

    await house.completed(who);
    assert.deepEqual(effects(who), ['suspended']);
    assert.ok(asked >= 3);
  });

  it('whose answer is lost is read, and what it has done is not done again', async () => {
    const who = atDoors('cut');
    doors.behaviour = 'hangs up';
    doors.affects = (method) => method === 'POST';
    await house.confirm(who);

    const { steps } = await house.completed(who);
    assert.deepEqual(effects(who), ['suspended']);
    const calls = doors.requests.filter((it) => it.path.includes(`${who.id}/suspend`));
    assert.equal(calls.length, 1);
    assert.deepEqual(await facts(steps[0]!), ['step.intended', 'step.unknown', 'step.verified']);
  });

  it('that takes days is given an order again once it shows that the first never arrived, and not otherwise', async () => {
    for (const [name, behaviour, calls] of [
      ['unheard', 'down', 2],
      ['unanswered', 'hangs up', 1],
    ] as const) {
      const who = atGates(name);
      let given = 0;
      gates.behaviour = behaviour;
      gates.affects = (method) => method === 'POST' && ++given === 1;
      await house.confirm(who);

      const { steps } = await house.completed(who);
      assert.deepEqual(effects(who), ['suspended']);
      assert.equal(given, calls);
      const again = calls === 2 ? ['step.intended'] : [];
      const stated = (await facts(steps[0]!)).filter((it) => it !== 'step.applied');
      assert.deepEqual(stated, [...['step.intended', 'step.unknown'], ...again, 'step.verified']);
    }
  });

  it('leaves an unbroken record, and no secret anywhere', async () => {
    await checkInvariants(house.gatehouse, {
      secrets: house.secrets,
      effects: [...wikiEffects, ...doors.effects, ...gates.effects],
    });
  });
});
