import { AsyncLocalStorage } from 'node:async_hooks';
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import timersPromises from 'node:timers/promises';
import { type Chance, chanceFrom } from './chance.ts';

/*
 * Time and chance of a simulated history. Nothing happens by itself: whatever waits for something stands in one list,
 * ordered by moments of a clock that jumps from one to the next. So what a seed gives, it always gives.
 */

/** A process of the simulation: the engine's workers, or the people who act. */
export interface Actor {
  readonly name: string;
  /** A dead one does nothing any more; what it waited for never comes. */
  dead: boolean;
  /** Until then it stands still, and learns of nothing. In milliseconds of the world. */
  frozenUntil: number;
  /** How far its own clock is ahead of the world's. */
  skewMs: number;
  /** Called before and after each thing that it does to the world outside itself. */
  readonly crossing?: ((what: string, side: 'before' | 'after') => void) | undefined;
}

interface Event {
  readonly at: number;
  readonly nth: number;
  readonly run: () => unknown;
  cancelled: boolean;
}

const whose = new AsyncLocalStorage<Actor>();
const RealDate = Date;
const realImmediate = setImmediate;

/** Under way outside of JavaScript, such as a signature that is checked in another thread. */
let elsewhere = 0;

export class World {
  /** Milliseconds since 1970, with what is below a millisecond. */
  now: number;
  chance: Chance;
  private heap: Event[] = [];
  private count = 0;
  /** What happened, for whoever reads a trace; undefined: nobody does. */
  trace: ((line: string) => void) | undefined;

  constructor(startAt: number, seed: number) {
    this.now = startAt;
    this.chance = chanceFrom(seed);
  }

  say(what: string): void {
    this.trace?.(`${new RealDate(this.now).toISOString().slice(5, 23)} ${what}`);
  }

  /** Begins another history at another moment; whatever still waits is forgotten. */
  restart(at: number, seed: number): void {
    this.heap = [];
    this.count = 0;
    this.now = at;
    this.chance = chanceFrom(seed);
  }

  /** Lets time pass in which nobody does anything: what waits for a moment in it comes at its end. */
  skipTo(at: number): void {
    this.now = Math.max(this.now, at);
  }

  after(ms: number, run: () => unknown): Event {
    const event = { at: this.now + Math.max(0, ms), nth: this.count++, run, cancelled: false };
    push(this.heap, event);
    return event;
  }

  /** For what somebody does: not while they are frozen, and never once they are dead. */
  afterFor(actor: Actor, ms: number, run: () => unknown): Event {
    const event = this.after(ms, () => {
      if (actor.dead || event.cancelled) return;
      if (actor.frozenUntil > this.now) this.afterFor(actor, actor.frozenUntil - this.now, run);
      else return run();
    });
    return event;
  }

  /** Runs until `until` says so, or the moment has come. Answers whether `until` did. */
  async run(untilAt: number, until: () => boolean = () => false): Promise<boolean> {
    for (;;) {
      await quiet();
      if (until()) return true;
      const next = this.heap[0];
      if (!next || next.at > untilAt) {
        this.now = Math.max(this.now, untilAt);
        return false;
      }
      pop(this.heap);
      if (next.cancelled) continue;
      this.now = Math.max(this.now, next.at);
      await next.run();
    }
  }

  /** Does something as somebody. */
  as<T>(actor: Actor, work: () => T): T {
    return whose.run(actor, work);
  }
}

/** Waits until everything that can go on by itself has. */
async function quiet(): Promise<void> {
  for (let turns = 0; turns < 2 || elsewhere > 0; turns++) {
    await new Promise((resolve) => realImmediate(resolve));
  }
}

function push(heap: Event[], event: Event): void {
  heap.push(event);
  let i = heap.length - 1;
  while (i > 0) {
    const parent = (i - 1) >> 1;
    if (!isBefore(heap[i]!, heap[parent]!)) return;
    [heap[i], heap[parent]] = [heap[parent]!, heap[i]!];
    i = parent;
  }
}

function pop(heap: Event[]): void {
  const last = heap.pop()!;
  if (heap.length === 0) return;
  heap[0] = last;
  for (let i = 0; ; ) {
    let least = i;
    for (const child of [2 * i + 1, 2 * i + 2]) {
      if (child < heap.length && isBefore(heap[child]!, heap[least]!)) least = child;
    }
    if (least === i) return;
    [heap[i], heap[least]] = [heap[least]!, heap[i]!];
    i = least;
  }
}

const isBefore = (a: Event, b: Event) => a.at < b.at || (a.at === b.at && a.nth < b.nth);

/** The clock of whoever asks. */
const clockOf = (world: World) => world.now + (whose.getStore()?.skewMs ?? 0);

/**
 * From here on this process lives in the world: its clocks, its timers and its chance are those of the history.
 * There is no way back, so it is a process for nothing else.
 */
export function moveInto(world: World): void {
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args, proxy) =>
      Reflect.construct(target, args.length === 0 ? [Math.floor(clockOf(world))] : args, proxy),
    get: (target, name, proxy) =>
      name === 'now' ? () => Math.floor(clockOf(world)) : Reflect.get(target, name, proxy),
  });
  Object.defineProperty(performance, 'now', { value: () => world.now });

  const start = (ms: number, run: () => void, again: boolean) => {
    const here = AsyncLocalStorage.snapshot();
    const actor = whose.getStore();
    const timer = {
      event: null as Event | null,
      ref: () => timer,
      unref: () => timer,
      hasRef: () => true,
      [Symbol.toPrimitive]: () => 0,
    };
    const wait = () => {
      const ring = () => {
        if (again) wait();
        here(run);
      };
      timer.event = actor ? world.afterFor(actor, ms, ring) : world.after(ms, ring);
    };
    wait();
    return timer;
  };
  const stop = (timer?: { event?: Event | null }) => {
    if (timer?.event) timer.event.cancelled = true;
  };
  type Run = (...args: unknown[]) => void;
  Object.assign(globalThis, {
    setTimeout: (run: Run, ms = 0, ...args: unknown[]) => start(ms, () => run(...args), false),
    setInterval: (run: Run, ms = 1, ...args: unknown[]) => start(ms, () => run(...args), true),
    clearTimeout: stop,
    clearInterval: stop,
  });
  const pause = (ms = 0, value?: unknown, { signal }: { signal?: AbortSignal } = {}) =>
    new Promise((resolve, reject) => {
      const timer = start(ms, () => resolve(value), false);
      const giveUp = () => {
        stop(timer);
        reject(signal?.reason);
      };
      if (signal?.aborted) giveUp();
      else signal?.addEventListener('abort', giveUp, { once: true });
    });
  Object.assign(timersPromises, { setTimeout: pause });
  AbortSignal.timeout = (ms) => {
    const controller = new AbortController();
    start(ms, () => controller.abort(new DOMException('no answer in time', 'TimeoutError')), false);
    return controller.signal;
  };

  const bytes = (size: number) => {
    const made = Buffer.alloc(size);
    world.chance.fill(made);
    return made;
  };
  const fill = <T extends NodeJS.ArrayBufferView>(view: T): T => {
    world.chance.fill(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
    return view;
  };
  const uuid = () => {
    const made = bytes(16);
    made[6] = (made[6]! & 15) | 64;
    made[8] = (made[8]! & 63) | 128;
    return made.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  };
  const seeded = { randomBytes: bytes, randomFillSync: fill, randomUUID: uuid };
  Object.assign(crypto, seeded);
  Object.assign(globalThis.crypto, { getRandomValues: fill, randomUUID: uuid });
  for (const name of ['importKey', 'verify', 'digest', 'sign', 'deriveBits'] as const) {
    const real = crypto.subtle[name].bind(crypto.subtle) as (...args: unknown[]) => Promise<never>;
    const counted = (...args: unknown[]) => {
      elsewhere += 1;
      return real(...args).finally(() => {
        elsewhere -= 1;
      });
    };
    Object.defineProperty(crypto.subtle, name, { value: counted });
  }
  syncBuiltinESMExports();
}
