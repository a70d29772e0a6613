import { approvalOptions, decideApproval, showApproval } from '#app/approvals.ts';
import { bringBack, pauseCase, resumeCase } from '#app/cases.ts';
import { Problem } from '#app/problem.ts';
import { attestStep, retryStep, waiveStep } from '#app/steps.ts';
import { resumeEverything, stopEverything } from '#app/switches.ts';
import { usualRechecksMs } from '#core/recheck.ts';
import { page } from './company.ts';
import type { Approver, House } from './house.ts';
import { join, type Leaver, tell } from './hr.ts';
import { calm, type Moods } from './systems.ts';
import { suspendedForGood, type Waiting, whatWaits } from './waiting.ts';
import { usual, type Weather } from './weathers.ts';
import type { Actor } from './world-clock.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** What a person granted or denied, as they saw it. */
export interface Decided {
  readonly at: number;
  readonly stepId: string;
  readonly digest: string;
  readonly granted: boolean;
}

export interface Opened {
  readonly at: number;
  /** When the look was over that had to find it. */
  readonly foundBy: number;
  readonly accountId: string;
}

/** What happened in a history, for the oracle. */
export interface History {
  readonly seed: number;
  readonly weather: Weather;
  readonly leavers: readonly Leaver[];
  readonly decided: readonly Decided[];
  /** When nothing outgoing was allowed. */
  readonly stops: readonly { readonly from: number; to: number }[];
  /** When no worker could do anything. */
  readonly away: readonly { readonly from: number; readonly to: number }[];
  readonly frozen: readonly { readonly by: string; readonly from: number; readonly to: number }[];
  /** What somebody else opened again after it had been ended. */
  readonly opened: readonly Opened[];
  /** Whether everything came to its end once the faults had stopped, and what did not. */
  readonly unfinished: readonly string[];
  readonly stormEnd: number;
  readonly end: number;
}

/** How bad a system is. */
function moodsOf(house: House, { moods, often: all }: Weather): Moods {
  const { chance } = house.world;
  const often = chance.pick(all);
  const some = () => (chance.is(0.6) ? often * chance.next() * 2 : 0);
  return {
    lost: some(),
    late: some(),
    noEffect: some() / 2,
    cut: some(),
    broken: some(),
    brokenAfter: some(),
    busy: some() / 2,
    garbage: some() / 4,
    hang: some() / 2,
    slow: some(),
    forbidden: some() / 8,
    stale: chance.is(0.6) ? often * 3 : 0,
    ...moods,
  };
}

/** One history from one seed: a storm, and then the calm in which everything has to come to its end. */
export async function live(house: House, seed: number, weather = usual): Promise<History> {
  await house.begin(seed, weather);
  const { world, systems, app, ada, systemIds } = house;
  const { chance } = world;
  const start = world.now;
  const stormEnd = start + chance.between(...weather.stormMs);
  let storm = true;
  const decided: Decided[] = [];
  const stops: { from: number; to: number }[] = [];
  const away: { from: number; to: number }[] = [];
  const frozen: { by: string; from: number; to: number }[] = [];
  const { standstill } = weather;

  for (const id of systemIds) systems.moods.set(id, moodsOf(house, weather));
  systems.moods.set('post', calm);
  if (chance.is(0.3)) {
    const id = chance.pick(systemIds);
    const at = chance.between(0, 10) * minute;
    world.after(at, () =>
      systems.downUntil.set(id, Math.min(stormEnd, world.now + chance.between(1, 20) * minute)),
    );
  }

  const dying = chance.pick(weather.dying);
  const freezing = chance.pick(weather.freezing);
  /** What is worst to be cut off at happens most: between the mark and the call above all. */
  const isMark = (what: string) => what.startsWith('db select mark.step');
  const weightOf = (what: string) => {
    if (isMark(what)) return 30;
    if (what.startsWith('POST')) return 10;
    return what.startsWith('db ') || what.includes('/') ? 1 : 5;
  };

  async function hire(): Promise<void> {
    const worker = await house.startWorker((what, side) => {
      const { actor } = worker;
      if (world.trace && !what.startsWith('db ')) world.say(`${actor.name} ${side} ${what}`);
      if (!storm || actor.dead) return;
      if (standstill?.at === what && chance.is(0.5))
        return freeze(chance.between(...standstill.ms));
      const roll = chance.next() / weightOf(what);
      if (roll < dying) {
        world.say(`${actor.name} dies ${side} ${what}`);
        actor.dead = true;
        world.after(0, () => house.kill(worker));
        world.after(chance.between(10, 20_000), hire);
      } else if (roll < dying + freezing && !house.database.isHeld()) {
        // Now and then for longer than anybody waits for a call.
        const ms = chance.is(isMark(what) ? 0.5 : 0.1)
          ? chance.between(11, 14) * minute
          : chance.between(2_000, 90_000);
        freeze(ms);
      }

      function freeze(ms: number): void {
        world.say(`${actor.name} freezes for ${ms} ms ${side} ${what}`);
        actor.frozenUntil = world.now + ms;
        frozen.push({ by: actor.name, from: world.now, to: actor.frozenUntil });
        const to = Math.min(...house.workers.map((it) => it.actor.frozenUntil));
        if (to > world.now) away.push({ from: world.now, to });
      }
    }, weather.afterwards);
    Object.assign(worker.actor, { skewMs: chance.between(-120, 120) * second });
  }
  for (let i = chance.between(...weather.workers); i > 0; i--) await hire();

  const length = weather.leavers ?? (chance.is(0.2) ? 4 : chance.between(1, 3));
  // Few leave together; many one after the other.
  const leavers = Array.from({ length }, (_, i) => {
    const after = weather.leavers === null ? 0 : ((stormEnd - start) * i) / length;
    const id = `E-${i + 1}`;
    if (!weather.layoff)
      return join(house, id, start + after + chance.between(0, 5) * minute, weather);
    const isLast = i === length - 1;
    return join(house, id, start + (isLast ? 5.5 * minute : 0), { ...weather, urgent: isLast });
  });
  for (const leaver of leavers) tell(house, leaver, weather);

  const people: Actor = { name: 'people', dead: false, frozenUntil: 0, skewMs: 0 };
  /** Somebody does something; that it is not possible (any more) is no fault. */
  const act = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    world.say(`people: ${what}`);
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      world.say(`people: ${what}: ${error.message}`);
    }
  };
  const failed: unknown[] = [];
  const doing = new Set<string>();
  const asPeople = (key: string, work: () => Promise<void>) => {
    if (doing.has(key)) return;
    doing.add(key);
    world.as(people, () => {
      work()
        .catch((error: unknown) => failed.push(error))
        .finally(() => doing.delete(key));
    });
  };

  async function decide({ caller, passkey }: Approver, approvalId: string): Promise<void> {
    const { digest, granted, denied } = await approvalOptions(app, caller, approvalId);
    const grants = !storm || chance.is(0.8);
    const { challenge } = grants ? granted : denied;
    const { stepId } = (await showApproval(app, caller, approvalId)).approval;
    // Counted before it is sent: from here on it may be relied upon.
    decided.push({ at: world.now, stepId, digest, granted: grants });
    await decideApproval(app, caller, approvalId, {
      decision: grants ? 'granted' : 'denied',
      digest,
      reason: grants ? null : 'not today',
      assertion: passkey.sign(challenge, page),
    });
  }

  /** What people see and see to, about once a minute. */
  let open: readonly Waiting[] = [];
  async function look(): Promise<void> {
    open = await whatWaits(house);
    for (const it of open) {
      if (storm && chance.is(0.4)) continue;
      seeTo(it);
    }
    if (storm && chance.is(0.05)) {
      const { id } = chance.pick(leavers);
      // Asked here, where the world waits for the answer.
      const [found] = await house.database.rows<{ id: string }>(
        'select c.id from cases c join people p on p.id = c.person where p.person_id = $1 order by c.id limit 1',
        id,
      );
      if (found) {
        asPeople(`pause ${id}`, () =>
          act(`pause the departure of ${id}`, () => pauseCase(app, ada, found.id, 'a question')),
        );
      }
    }
    if (world.now < stormEnd + 30 * minute && chance.is(0.25)) drift();
    if (storm && chance.is(0.04) && stops.every((it) => it.to < world.now)) stop();
    world.after(chance.between(...weather.lookMs), look);
  }

  /** Somebody signs in where nobody ends it: what was approved is no longer what is there. */
  function drift(): void {
    const { email } = chance.pick(leavers);
    const account = systems.accounts.get(`code-${email.split('@')[0]}`);
    if (!account?.truth.exists) return;
    world.say(`${email} signs in to code`);
    systems.change(account, { ...account.truth, sessions: account.truth.sessions + 1 });
  }

  function stop(): void {
    asPeople('switch', () =>
      act('stop everything', async () => {
        await stopEverything(app, ada, 'looks wrong');
        const mine = { from: world.now, to: Number.POSITIVE_INFINITY };
        stops.push(mine);
        world.after(chance.between(1, 5) * minute, () =>
          asPeople('switch', () =>
            act('go on', async () => {
              mine.to = world.now;
              for (const { caller } of house.approvers) await resumeEverything(app, caller);
            }),
          ),
        );
      }),
    );
  }

  function seeTo(it: Waiting) {
    const about = `${it.what} ${it.id}`;
    switch (it.what) {
      case 'held':
        return asPeople(about, () =>
          act(`see to ${about} (${it.because})`, async () => {
            const until = new Date(world.now + 60 * 24 * hour);
            const waive = { reason: 'done otherwise', expiresAt: until };
            if (it.kind === 'gap' || (!storm && it.tries > 12))
              await waiveStep(app, ada, it.id, waive);
            else await retryStep(app, ada, it.id);
          }),
        );
      case 'task':
        return asPeople(about, () =>
          act(about, () => attestStep(app, ada, it.id, { reason: 'done', proof: 'seen' })),
        );
      case 'approval':
        return asPeople(about, () => act(about, () => decide(chance.pick(house.approvers), it.id)));
      case 'paused':
        return asPeople(about, () => act(about, () => resumeCase(app, ada, it.id)));
      case 'way back':
        return asPeople(about, () => act(about, () => bringBack(app, ada, it.id, it.because!)));
      case 'under way':
    }
  }

  /** Until nothing waits for anybody any more, and nobody does anything. */
  async function settleDown(): Promise<void> {
    open = [{ what: 'under way', id: 'nobody has looked yet', kind: '', because: null, tries: 0 }];
    await house.run(
      world.now + 4 * hour,
      () => failed.length > 0 || (open.length === 0 && doing.size === 0),
    );
  }

  /** Before each look at what was ended somebody opens one account again; in between nothing happens at all. */
  async function weeksAfter(): Promise<Opened[]> {
    const gone: Opened[] = [];
    const end = world.now;
    for (const afterMs of usualRechecksMs) {
      const ended = await suspendedForGood(house);
      if (ended.length === 0 || failed.length > 0) break;
      const account = systems.accounts.get(chance.pick(ended))!;
      world.say(`somebody opens ${account.id} again`);
      systems.change(account, { ...account.truth, suspended: false });
      const at = world.now;
      for (const worker of [...house.workers]) await house.kill(worker);
      world.skipTo(end + afterMs);
      await hire();
      await house.run(world.now + 10 * minute, () => failed.length > 0);
      gone.push({ at, foundBy: world.now, accountId: account.id });
      await settleDown();
    }
    return gone;
  }

  world.after(minute, look);
  await house.run(stormEnd, () => failed.length > 0);
  world.say('the storm is over');
  storm = false;
  for (const id of systemIds) systems.moods.set(id, calm);
  systems.downUntil.clear();
  for (const { actor } of house.workers) actor.frozenUntil = Math.min(actor.frozenUntil, world.now);
  // What was on its way and what was planned for later comes first.
  const last = Math.max(...leavers.flatMap(({ said }) => said.map((it) => it.accessEnds)));
  await house.run(Math.max(stormEnd + 10 * minute, last + minute), () => failed.length > 0);
  await settleDown();
  const opened = weather.afterwards ? await weeksAfter() : [];
  if (failed.length > 0) throw failed[0];
  return {
    seed,
    weather,
    leavers,
    decided,
    stops,
    away,
    frozen,
    opened,
    unfinished: open.map((it) => `${it.what} ${it.id} ${it.kind} ${it.because ?? ''}`),
    stormEnd,
    end: world.now,
  };
}
