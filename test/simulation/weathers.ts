import type { Moods } from './systems.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** What a history is made of, beside its seed. */
export interface Weather {
  /** How long faults happen, in milliseconds; departures begin meanwhile. */
  readonly stormMs: readonly [low: number, high: number];
  readonly leavers: number | null;
  readonly workers: readonly [low: number, high: number];
  /** How often calls go wrong, one for each system. */
  readonly often: readonly number[];
  /** How every system is while it storms, whatever chance says. */
  readonly moods?: Partial<Moods>;
  /** How often a worker dies, or stands still, at each thing it does. */
  readonly dying: readonly number[];
  readonly freezing: readonly number[];
  /** Where workers stand still every second time, and for how long. */
  readonly standstill?: { readonly at: string; readonly ms: readonly [low: number, high: number] };
  /** How long people take to look again. */
  readonly lookMs: readonly [low: number, high: number];
  /** How often the HR system has more to say of somebody, and how often what it says is heard late. */
  readonly saidAgain: number;
  readonly heardLate: number;
  /** All but the last leave together, and not at once; the last one is urgent, and leaves while they do. */
  readonly layoff?: boolean;
  /** How many requests a second one of the systems allows. */
  readonly ratePerSecond?: number;
  /** Whether days and weeks pass once everything has ended, and somebody opens again what was ended. */
  readonly afterwards?: boolean;
}

export const usual: Weather = {
  stormMs: [10 * minute, 35 * minute],
  leavers: null,
  workers: [1, 3],
  often: [0, 0.02, 0.06, 0.15],
  dying: [0, 0.001, 0.004],
  freezing: [0, 0.001, 0.003],
  lookMs: [30 * second, 75 * second],
  saidAgain: 0.35,
  heardLate: 0.3,
};

/** A company of 5,000, in which 50 people leave a day, with faults as they are. */
export const soak = (days: number): Weather => ({
  ...usual,
  stormMs: [days * 24 * hour, days * 24 * hour],
  leavers: days * 50,
  often: [0.002],
  dying: [0.00001],
  freezing: [0.00001],
  lookMs: [5 * minute, 20 * minute],
});

/** Nothing goes wrong, so that what goes wrong all the same is what the name says. */
const fair: Weather = {
  ...usual,
  stormMs: [10 * minute, 15 * minute],
  often: [0],
  dying: [0],
  freezing: [0],
};

/** Rare weathers, by name: each is made for one promise, which it puts to the test within a history or two. */
export const weathers: Readonly<Record<string, Weather>> = {
  usual,
  /** What was accepted does not show for a while. */
  'stale-readings': { ...fair, leavers: 3, moods: { stale: 0.9 } },
  /** A worker stands still until its lease has run out, and another one calls again meanwhile. */
  overtaking: {
    ...fair,
    leavers: 3,
    workers: [5, 5],
    moods: { slow: 0.5, stale: 0.5, staleMs: [40 * second, 60 * second] },
    standstill: { at: 'before the settlement commits', ms: [40 * second, 50 * second] },
  },
  /** What the HR system says is heard in any order. */
  disorder: { ...fair, leavers: 4, saidAgain: 0.9, heardLate: 0.9 },
  /** Many leave at once where little may be asked, and somebody has to go at once. */
  layoff: { ...fair, leavers: 9, saidAgain: 0, heardLate: 0, layoff: true, ratePerSecond: 0.5 },
  /** What was ended is opened again by another hand. */
  afterwards: { ...fair, leavers: 2, afterwards: true },
};

/** Whether every call goes well and every worker goes on. */
export const isFair = ({ often, freezing, moods, standstill }: Weather): boolean =>
  [...often, ...freezing].every((it) => it === 0) && !moods && !standstill;

/** Which weather a seed has when nobody asks for another. */
export function weatherOf(seed: number): Weather {
  if (seed % 10 === 7) return weathers['layoff']!;
  return seed % 10 === 9 ? weathers['afterwards']! : usual;
}
