import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { attestStep } from '#app/steps.ts';
import { resumeEverything, stopEverything } from '#app/switches.ts';
import { until } from '#core/testing/until.ts';
import { type Entry, entriesOf } from '#ledger/testing/ledger.ts';
import { startHttpSystem } from '../../practice/servers/http-system.ts';
import { startScimServer } from '../../practice/servers/scim.ts';
import { checkInvariants } from '../support/invariants.ts';
import { type House, type Leaver, leaver, newSecret, startHouse } from './house.ts';
import { badges, becomeGuest } from './systems.ts';
import { type WorkerProcess, worker } from './worker-process.ts';

/** At night long enough for whatever waits for somebody to have given up. */
const frozenMs = process.env['GATEHOUSE_TEST_THOROUGH'] ? 5 * 60_000 : 0;

const crowd = Array.from({ length: 20 }, (_, i) => leaver(`crowd-${i}`));
const halved = Array.from({ length: 8 }, (_, i) => leaver(`halved-${i}`));
const stopped = Array.from({ length: 16 }, (_, i) => leaver(`stopped-${i}`));
const single = ['frozen-1', 'frozen-2', 'after-1', 'after-2', 'lost-1', 'lost-2'].map(leaver);
const [frozen1, frozen2, after1, after2, lost1, lost2] = single as [
  Leaver,
  Leaver,
  Leaver,
  Leaver,
  Leaver,
  Leaver,
];

describe('several workers on one database', () => {
  let house: House;
  let wiki: Awaited<ReturnType<typeof startScimServer>>;
  let doors: Awaited<ReturnType<typeof startHttpSystem>>;
  const used: WorkerProcess[] = [];

  before(async () => {
    house = await startHouse(`
      playbook: involuntary-departure
      title: Block everywhere
      for: departure
      steps:
        - { id: block, layer: security, do: account.suspend, on: every account }
        - { id: guest, layer: security, do: groups.leave, on: every account }
        - id: keys
          layer: operations
          task: { title: Keys, assign to: { email: porter@meadow.example }, due: last working day }
          when: { field: person.department, is: Keys }
    `);
    const inWiki = [...crowd, ...halved, ...stopped, after1, after2, frozen2];
    const token = newSecret();
    wiki = await startScimServer({
      token,
      users: inWiki.map(({ id, email }) => ({ id, userName: email })),
    });
    const settings = { baseUrl: wiki.url, token, groups: 'none' };
    const port = Number(new URL(wiki.url).port);
    await house.connect({ id: 'wiki', connector: 'scim', settings }, port);
    doors = await startHttpSystem({
      name: 'Doors',
      token: newSecret(),
      users: [
        { id: 'service', email: 'service@meadow.example' },
        { id: frozen1.id, email: frozen1.email },
      ],
    });
    await house.connect(badges('doors', doors, { 'groups.leave': becomeGuest }), doors.port);
    await house.gatehouse.stopWorker();
  });
  afterEach(async () => {
    wiki.behaviour = 'normal';
    doors.behaviour = 'normal';
    wiki.affects = () => true;
    wiki.latencyMs = 0;
    await Promise.all(used.map((it) => it.stop()));
  });
  after(async () => {
    await Promise.all([wiki.close(), doors.close()]);
    await house.stop();
  });

  async function startWorkers(count: number): Promise<WorkerProcess[]> {
    const made = Array.from({ length: count }, () => worker(house.gatehouse));
    used.push(...made);
    await Promise.all(made.map((it) => it.start()));
    return made;
  }
  const { rows } = { rows: <Row>(text: string) => house.gatehouse.rows<Row>(text) };
  /** What the record says about one person's steps, in order. */
  async function factsOf(who: Leaver): Promise<readonly unknown[]> {
    await house.gatehouse.scribe.flush();
    const caseId = (await house.find(who))?.case.id;
    const entries = await entriesOf(house.gatehouse.database.pools.admin);
    return entries
      .filter((it) => it.caseId === caseId && it.body['step'] !== undefined)
      .map((it: Entry) => it.body['type']);
  }
  const effects = (who: Leaver) =>
    [...wiki.effects, ...doors.effects].filter((it) => it.id === who.id).map((it) => it.what);

  it('share the work and do nothing twice', async () => {
    await startWorkers(2);
    wiki.latencyMs = 30;
    await Promise.all(crowd.map((who) => house.confirm(who)));
    await Promise.all(crowd.map((who) => house.completed(who)));

    for (const who of crowd) assert.deepEqual(effects(who), ['suspended']);
    const [at] = await rows<{ workers: number }>(
      'select count(distinct worker)::int as workers from step_lease',
    );
    assert.equal(at?.workers, 2, 'both have worked');
  });

  it('finish what one of them leaves behind when it is killed', async () => {
    const [one] = (await startWorkers(1)) as [WorkerProcess];
    wiki.latencyMs = 100;
    await one.dieAt('during the call', { nth: 2, afterMs: 50 });
    await Promise.all(halved.map((who) => house.confirm(who)));
    // The other comes later: were it quicker, nothing would be left for one that has to die of work.
    const asked = (who: Leaver) => wiki.requests.some((it) => it.path.endsWith(who.id));
    await until('the first to work', () => halved.some(asked));
    await startWorkers(1);
    assert.equal((await one.ended).signal, 'SIGKILL');

    await Promise.all(halved.map((who) => house.completed(who)));
    for (const who of halved) assert.deepEqual(effects(who), ['suspended']);
    await until('no job to be held by the dead', async () => {
      const [held] = await rows<{ count: number }>(
        'select count(*)::int from graphile_worker._private_jobs where locked_by is not null',
      );
      return held?.count === 0;
    });
  });

  it('begin no change outside later than two seconds after the kill switch', async () => {
    await startWorkers(2);
    const { app, admin } = house.gatehouse;
    const changes = () => wiki.requests.filter((it) => it.method === 'PATCH');
    const before = changes().length;
    wiki.latencyMs = 150;
    await Promise.all(stopped.map((who) => house.confirm(who)));
    await until('somebody to be blocked', () => changes().length > before + 3);

    await stopEverything(app, admin, 'Something is wrong.');
    const over = Date.now() + 2_000;
    const wakeAll = () =>
      rows(`select wake_steps(array_agg(id)) from steps where status in ('ready', 'running')`);
    const askedAfter = (at: number) => wiki.requests.some((it) => it.at.getTime() > at);
    await wakeAll(); // reading goes on, and tempts them
    await until('the time to be over', () => Date.now() > over);
    await wakeAll();
    await until('the system to be asked once more', () => askedAfter(over));
    const late = changes().filter((it) => it.at.getTime() > over);
    assert.deepEqual(late, []);
    assert.ok(
      stopped.some((who) => effects(who).length === 0),
      'some were still to come',
    );

    assert.ok((await resumeEverything(app, admin)).resumed);
    await Promise.all(stopped.map((who) => house.completed(who)));
    for (const who of stopped) assert.deepEqual(effects(who), ['suspended']);
  });

  it('overtake one that is frozen in a call; when it wakes up it writes nothing', async () => {
    const [frozen] = (await startWorkers(1)) as [WorkerProcess];
    doors.behaviour = 'slow';
    doors.slowMs = 400;
    await house.confirm(frozen1);
    await until('the call', () => doors.requests.some((it) => it.method === 'PATCH'));
    frozen.signal('SIGSTOP');
    doors.behaviour = 'normal';

    const [awake] = (await startWorkers(1)) as [WorkerProcess];
    await house.completed(frozen1);
    const facts = await factsOf(frozen1);
    assert.deepEqual(facts.slice(-2), ['step.intended', 'step.verified']);
    await awake.stop();

    await wait(frozenMs);
    await wakeUp(frozen, after1);
    assert.deepEqual(await factsOf(frozen1), facts);
    assert.deepEqual(effects(frozen1), ['role guest']);
  });

  it('overtake one that is frozen, and its late failure changes nothing', async () => {
    const [frozen] = (await startWorkers(1)) as [WorkerProcess];
    wiki.behaviour = 'down';
    wiki.affects = (method) => method === 'PATCH';
    wiki.latencyMs = 300;
    await house.confirm(frozen2);
    const sent = () =>
      wiki.requests.some((it) => it.path.endsWith(frozen2.id) && it.method === 'PATCH');
    await until('the call', sent);
    frozen.signal('SIGSTOP');
    wiki.behaviour = 'normal';
    wiki.latencyMs = 0;

    const [awake] = (await startWorkers(1)) as [WorkerProcess];
    await house.completed(frozen2);
    const facts = await factsOf(frozen2);
    assert.deepEqual(facts.slice(-4), [
      'step.intended',
      'step.intended',
      'step.applied',
      'step.verified',
    ]);
    await awake.stop();

    await wakeUp(frozen, after2);
    assert.deepEqual(await factsOf(frozen2), facts);
    assert.deepEqual(effects(frozen2), ['suspended']);
  });

  /** Thaws a worker and lets it do something, so that it is known to be past what it was frozen in. */
  async function wakeUp(frozen: WorkerProcess, next: Leaver): Promise<void> {
    frozen.signal('SIGCONT');
    await house.confirm(next);
    await house.completed(next);
    assert.ok(frozen.isAlive());
  }

  const forgetJobs = () => rows('delete from graphile_worker._private_jobs');

  it('need no queue to know what is to be done', async () => {
    await house.confirm(lost1);
    await forgetJobs();
    await startWorkers(1);
    await house.completed(lost1);
  });

  it('see that the last step was done by hand, even if the job that says so is lost', async () => {
    const [one] = (await startWorkers(1)) as [WorkerProcess];
    await house.confirm({ ...lost2, department: 'Keys' });
    const keys = await until('the task', async () =>
      (await house.find(lost2))?.steps.find((it) => it.assignment !== null),
    );
    await one.stop();
    const { app, admin } = house.gatehouse;
    await attestStep(app, admin, keys.id, { reason: 'Brought.', proof: '3 keys' });
    await forgetJobs();

    await startWorkers(1);
    await house.completed(lost2);
  });

  it('leave an unbroken record, and no secret anywhere', async () => {
    await checkInvariants(house.gatehouse, {
      secrets: house.secrets,
      seen: used.flatMap((it) => it.logs),
      effects: [...wiki.effects, ...doors.effects],
    });
  });
});
