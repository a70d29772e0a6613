import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { CaseWithSteps } from '#app/cases.ts';
import { changeSetting } from '#app/settings.ts';
import { attestStep } from '#app/steps.ts';
import { until } from '#core/testing/until.ts';
import type { Failpoint } from '#engine/engine.ts';
import { startHttpSystem } from '../../practice/servers/http-system.ts';
import { startSmtpServer } from '../../practice/servers/smtp.ts';
import { checkInvariants } from '../support/invariants.ts';
import { type House, type Leaver, leaver, newSecret, startHouse } from './house.ts';
import { badges, becomeGuest, signOut } from './systems.ts';
import { blockAndLeave, startWiki } from './wiki.ts';
import { type WorkerProcess, worker } from './worker-process.ts';

/** One death: where, and what the system does meanwhile. */
interface Kill {
  readonly point: Failpoint;
  /** Which time the point is reached; 1, the default, is the first step of the departure. */
  readonly nth?: number;
  /** The system answers slowly, and the worker dies while it waits. */
  readonly waiting?: true;
  /** How much later the system shows what it has done. */
  readonly lateMs?: number;
}

interface Scenario {
  readonly house: House;
  readonly kills: readonly Kill[];
  /** Makes the system slow, or not. */
  slow(isSlow: boolean): void;
  late(lateMs: number): void;
  /** Done by a person once the worker has come back. */
  help?(who: Leaver): Promise<void>;
  /** What the systems must show in the end. */
  check(who: Leaver, it: CaseWithSteps, kill: Kill): void;
  readonly effects: readonly { readonly id: string; readonly what: string }[];
  readonly seen?: () => readonly string[];
}

/** Every point of a pass that reads, calls and reads back, in its order. */
const everywhere: readonly Kill[] = [
  { point: 'before the read' },
  { point: 'after the read' },
  { point: 'before the intent commits' },
  { point: 'after the intent, before the call' },
  { point: 'during the call', waiting: true },
  { point: 'after the call, before the read-back' },
  { point: 'during the read-back' },
  { point: 'before the answer commits', lateMs: 600 },
  { point: 'between two read-backs', lateMs: 600 },
  { point: 'before the settlement commits' },
  { point: 'before the release' },
  { point: 'after the settlement' },
];

/**
 * Each death costs a process that loads the whole program. Where the same point is met elsewhere in
 * this file, every run takes one of two; `GATEHOUSE_TEST_THOROUGH=1`, as at night, takes all.
 */
const some = (kills: readonly Kill[], from: 0 | 1): readonly Kill[] =>
  process.env['GATEHOUSE_TEST_THOROUGH'] ? kills : kills.filter((_, i) => i % 2 === from);

/** People enough for one departure each. */
const leavers = (kills: readonly Kill[]) => kills.map((_, i) => leaver(`p${i}`));

/** Kills a worker in one departure after the other; the next worker has to finish what it left. */
async function killAll(t: TestContext, scenario: Scenario): Promise<void> {
  const { house, kills } = scenario;
  await house.gatehouse.stopWorker();
  const used: WorkerProcess[] = [];
  const next = () => {
    const made = worker(house.gatehouse);
    used.push(made);
    return made;
  };
  t.after(() => Promise.all(used.map((it) => it.stop())));

  let present = next();
  await present.start();
  for (const [i, kill] of kills.entries()) {
    const name = `${kill.point}${kill.nth ? `, ${kill.nth}nd time` : ''}`;
    await t.test(`killed ${name}`, async () => {
      const who = leaver(`p${i}`);
      const heir = next();
      scenario.slow(kill.waiting === true);
      scenario.late(kill.lateMs ?? 0);
      const { point, nth = 1 } = kill;
      await present.dieAt(point, { nth, afterMs: kill.waiting ? 100 : 0 });
      await house.confirm(who);
      assert.deepEqual(await present.ended, { signal: 'SIGKILL', reached: point });

      scenario.slow(false);
      present = heir;
      await heir.start();
      await scenario.help?.(who);
      scenario.check(who, await house.completed(who), kill);
    });
  }
  await present.stop();
  await checkInvariants(house.gatehouse, {
    secrets: house.secrets,
    effects: scenario.effects,
    seen: [...used.flatMap((it) => it.logs), ...(scenario.seen?.() ?? [])],
  });
}

const ofPerson = (scenario: Scenario, { id }: Leaver) =>
  scenario.effects.filter((it) => it.id === id).map((it) => it.what);

describe('a worker killed by SIGKILL at any point of a pass', { concurrency: true }, () => {
  it('has blocked an account and left its groups once, when both may be repeated', async (t) => {
    const house = await startHouse(blockAndLeave);
    t.after(() => house.stop());
    // Every second death meets the second step.
    const kills = everywhere.map((it, i) => (i % 2 === 0 ? it : { ...it, nth: 2 }));
    const scim = await startWiki(house, leavers(kills));
    t.after(() => scim.close());

    const scenario: Scenario = {
      house,
      kills,
      effects: scim.effects,
      slow(isSlow) {
        scim.latencyMs = isSlow ? 300 : 0;
      },
      late(lateMs) {
        scim.lateMs = lateMs;
      },
      check(who, { steps }) {
        assert.deepEqual(ofPerson(scenario, who), ['suspended', 'left sales']);
        // Where the account was not found in time, a step has looked for it.
        const done = steps.filter(({ kind }) => kind !== 'lookup');
        assert.deepEqual(
          done.map(({ grade }) => grade),
          ['verified', 'verified'],
        );
        assert.equal(scim.users.get(who.id)?.active, false);
      },
    };
    await killAll(t, scenario);
  });

  it('has changed what must not be changed twice once, and waited out the window', async (t) => {
    const house = await startHouse(`
      playbook: involuntary-departure
      title: No longer a member
      for: departure
      steps:
        - { id: guest, layer: security, do: groups.leave, on: every account }
    `);
    t.after(() => house.stop());
    // Around the call itself, above all: what nobody knows of it decides.
    const kills = [{ point: 'during the call', waiting: true } as const, ...some(everywhere, 1)];
    const system = await startHttpSystem({
      name: 'Badge Desk',
      token: newSecret(),
      users: [
        { id: 'service', email: 'service@meadow.example' },
        ...leavers(kills).map(({ id, email }) => ({ id, email })),
      ],
    });
    t.after(() => system.close());
    await house.connect(badges('doors', system, { 'groups.leave': becomeGuest }), system.port);

    const scenario: Scenario = {
      house,
      kills,
      effects: system.effects,
      slow(isSlow) {
        system.behaviour = isSlow ? 'slow' : 'normal';
        system.slowMs = 300;
      },
      late(lateMs) {
        system.lateMs = lateMs;
      },
      check(who, { steps }, { point }) {
        const step = steps.find(({ kind }) => kind !== 'lookup');
        assert.deepEqual(ofPerson(scenario, who), ['role guest']);
        assert.equal(step?.grade, 'verified');
        assert.equal(system.users.get(who.id)?.role, 'guest');
        const [effect] = system.effects.filter(({ id }) => id === who.id);
        const waitedMs = effect!.at.getTime() - step!.startedAt!.getTime();
        // Nobody can tell whether the call was made, so it is not repeated before the window ends.
        if (point === 'after the intent, before the call') assert.ok(waitedMs >= 2_000);
      },
    };
    await killAll(t, scenario);
  });

  it('has told people, asked people and sent commands, and nothing is forgotten', async (t) => {
    const house = await startHouse(`
      playbook: involuntary-departure
      title: Everything that cannot be read back
      for: departure
      steps:
        - { id: sign-out, layer: security, do: sessions.revoke, on: every account }
        - id: tell
          layer: operations
          notice: { to: [{ email: ops@meadow.example }], subject: "{person.name} left", text: Done. }
          after: [sign-out]
        - id: keys
          layer: operations
          task:
            title: "Collect the keys of {person.name}"
            assign to: { email: porter@meadow.example }
            due: last working day + 5 days
            proof: [number of keys]
    `);
    t.after(() => house.stop());
    const { app, admin } = house.gatehouse;
    const mails = await startSmtpServer();
    t.after(() => mails.close());
    const settings = {
      host: mails.host,
      port: mails.port,
      tls: 'none',
      from: 'gate@meadow.example',
    };
    await house.connect({ id: 'post', connector: 'mail', settings }, mails.port);
    await changeSetting(app, admin, 'alerts', { mailConnection: 'post' });

    const points: readonly Kill[] = [
      { point: 'before the intent commits' },
      { point: 'after the intent, before the call' },
      { point: 'during the call' },
      { point: 'before the settlement commits' },
      { point: 'before the release' },
      { point: 'after the settlement' },
    ];
    // The first time it is the command, the second time the notice.
    const all = points.map((it): Kill[] => [it, { ...it, nth: 2 }]);
    const kills = all.flatMap((both, i) => some(both, i % 2 === 0 ? 0 : 1));
    const system = await startHttpSystem({
      name: 'Badge Desk',
      token: newSecret(),
      users: [
        { id: 'service', email: 'service@meadow.example' },
        ...leavers(kills).map(({ id, email }) => ({ id, email, sessions: ['web'] })),
      ],
    });
    t.after(() => system.close());
    await house.connect(badges('doors', system, { 'sessions.revoke': signOut }), system.port);

    const scenario: Scenario = {
      house,
      kills,
      effects: system.effects,
      slow() {},
      late() {},
      async help(who) {
        const asked = await until('somebody to be asked', async () => {
          const found = await house.find(who);
          return found?.steps.find((it) => it.key === 'keys' && it.assignment !== null);
        });
        await attestStep(app, admin, asked.id, { reason: 'He brought them.', proof: '3 keys' });
      },
      check(who, { steps }) {
        assert.deepEqual(ofPerson(scenario, who), ['sessions ended']);
        const grades = Object.fromEntries(steps.map((it) => [it.playbookStep, it.grade]));
        assert.deepEqual(grades, {
          'sign-out': 'acknowledged',
          tell: 'acknowledged',
          keys: 'attested',
        });
        const notices = mails.messages.filter((it) => it.subject === `Leaver ${who.id} left`);
        // On a machine that stands still for longer than a lease it goes out again, under the same id.
        assert.equal(new Set(notices.map((it) => it.messageId)).size, 1);
        const tasks = mails.messages.filter((it) =>
          it.subject.endsWith(`keys of Leaver ${who.id}`),
        );
        assert.ok(tasks.length >= 1);
      },
      seen: () => mails.messages.map((it) => JSON.stringify(it)),
    };
    await killAll(t, scenario);
  });
});
