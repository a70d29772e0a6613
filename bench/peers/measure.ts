import { setTimeout as wait } from 'node:timers/promises';
import { megabytes } from '../processes.ts';
import { median } from '../row.ts';
import type { Peer, RunningPeer } from './peer.ts';
import { startTarget, systems, type Tally, type Target } from './target.ts';

/** What was measured of one peer. */
export interface Figures {
  readonly peer: string;
  /** Idle: from the trigger to the first call, and to the last account blocked; medians. */
  readonly firstCallMs: number;
  readonly lastBlockedMs: number;
  /** With nothing to do, after that: program and database. */
  readonly idleMb: number;
  /** Many departures at once: from the first trigger to the last account blocked. */
  readonly burstSeconds: number;
  readonly stepsPerSecond: number;
  /** Calls of any kind for each account that was blocked. */
  readonly callsPerStep: number;
  /** Null: it was not killed. */
  readonly killed: Killed | null;
}

export interface Killed {
  /** All of those who left, in the end: who was not is told again. */
  readonly acknowledged: number;
  /** Acknowledged, and not all of its accounts are blocked in the end. */
  readonly lostDepartures: number;
  readonly lostSteps: number;
  /** Accounts that were blocked more than once. */
  readonly twice: number;
  /** From the kill to the last account blocked after it; null: none was. */
  readonly recoveredSeconds: number | null;
}

export interface Extent {
  /** How many departures are idle's median of. */
  readonly idle: number;
  readonly burst: number;
  /** How many leave when it is killed; 0: it is not. */
  readonly killed: number;
}

/** What every system takes to answer. */
const delayMs = 10;
/** Longer than a poll of any of them, so that each departure meets an idle program. */
const restMs = 700;
/** So many departures are handed over at the same time. */
const senders = 20;
/** A departure that is not acknowledged is handed over again, so often at most: a restart takes a while. */
const mostTries = 300;
/** The program is killed after this part of the calls. */
const killedAt = 0.45;
/** How often it is looked whether all is done; when it was is noted by the systems. */
const lookEveryMs = 5;
/** Where nothing has happened for so long, nothing more is waited for; a claim of Gatehouse's ends after 30 s. */
const silenceMs = 45_000;

/** Measures one peer from its start to its end, on systems of its own. */
export async function measure(peerFor: (target: Target) => Peer, extent: Extent): Promise<Figures> {
  const target = await startTarget(delayMs);
  const peer = peerFor(target);
  const running = await peer.start().catch(async (error: unknown) => {
    await target.close();
    throw error;
  });
  try {
    await depart(running, crowd('warm', 5));
    await everyBlock(target, crowd('warm', 5));
    const idle = await idleOnes(running, target, extent.idle);
    const idleMb = megabytes(running.processes());

    const callsBefore = target.tally.calls;
    const startedAt = performance.now();
    await depart(running, crowd('burst', extent.burst));
    await everyBlock(target, crowd('burst', extent.burst));
    const burstSeconds = (target.tally.lastBlockedAt - startedAt) / 1_000;
    await wait(restMs);
    const steps = extent.burst * systems;
    const callsPerStep = (target.tally.calls - callsBefore) / steps;

    return {
      peer: peer.name,
      ...idle,
      idleMb,
      burstSeconds,
      stepsPerSecond: steps / burstSeconds,
      callsPerStep,
      killed: extent.killed > 0 ? await kill(running, target, extent.killed) : null,
    };
  } finally {
    await running.stop();
    await target.close();
  }
}

const crowd = (name: string, count: number) =>
  Array.from({ length: count }, (_, i) => `${name}-${i}@meadow.example`);

async function idleOnes(running: RunningPeer, target: Target, count: number) {
  const first: number[] = [];
  const last: number[] = [];
  for (const person of crowd('idle', count)) {
    await wait(restMs);
    target.tally.firstCallAt = null;
    const startedAt = performance.now();
    await depart(running, [person]);
    await everyBlock(target, [person]);
    first.push(target.tally.firstCallAt! - startedAt);
    last.push(target.tally.lastBlockedAt - startedAt);
  }
  return { firstCallMs: median(first), lastBlockedMs: median(last) };
}

/** Kills the program in the middle of a crowd, starts it again, and waits for what still comes. */
async function kill(running: RunningPeer, target: Target, count: number): Promise<Killed> {
  const people = crowd('killed', count);
  const before = target.tally.blocked.size;
  const departing = depart(running, people);
  while (target.tally.blocked.size - before < count * systems * killedAt) await wait(2);
  const killedAtMs = performance.now();
  await running.killAndRestart();
  await departing;
  await everyBlock(target, people, silenceMs);

  const undone = people.map((it) => systems - blocksOf(target.tally, it).length);
  const lastMs = target.tally.lastBlockedAt - killedAtMs;
  return {
    acknowledged: people.length,
    lostDepartures: undone.filter((it) => it > 0).length,
    lostSteps: undone.reduce((sum, it) => sum + it, 0),
    twice: people.flatMap((it) => blocksOf(target.tally, it)).filter((times) => times > 1).length,
    recoveredSeconds: lastMs > 0 ? lastMs / 1_000 : null,
  };
}

/** Hands departures over, some at a time, and as HR systems do: until each was acknowledged. */
async function depart(running: RunningPeer, people: readonly string[]): Promise<void> {
  const rest = people.values();
  const sender = async () => {
    for (const person of rest) await handOver(running, person);
  };
  await Promise.all(Array.from({ length: senders }, sender));
}

async function handOver(running: RunningPeer, person: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await running.depart(person);
    } catch (error) {
      if (tries === mostTries) throw error;
      await wait(restMs);
    }
  }
}

/** How often each account of a person was blocked; those that were not are left out. */
const blocksOf = ({ blocked }: Tally, person: string): readonly number[] =>
  Array.from({ length: systems }, (_, i) => blocked.get(`s${i + 1} ${person}`) ?? 0).filter(
    (times) => times > 0,
  );

/**
 * Waits until all accounts of these people are blocked, or, with a limit, until nothing was blocked for that long. It is
 * counted in looks: a machine that was suspended meanwhile would be taken for a silence.
 */
async function everyBlock(
  { tally }: Target,
  people: readonly string[],
  silenceMs = Number.POSITIVE_INFINITY,
): Promise<void> {
  const waiting = new Set(people);
  let lastAt = tally.lastBlockedAt;
  for (let silentMs = 0; silentMs <= silenceMs; silentMs += lookEveryMs) {
    for (const it of waiting) {
      if (blocksOf(tally, it).length === systems) waiting.delete(it);
    }
    if (waiting.size === 0) return;
    if (tally.lastBlockedAt !== lastAt) silentMs = 0;
    lastAt = tally.lastBlockedAt;
    await wait(lookEveryMs);
  }
}
