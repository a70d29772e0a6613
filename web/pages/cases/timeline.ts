import type { Step } from '#api/contract/steps.ts';

/** A length of time on the clock, in milliseconds since 1970. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface StepTimes {
  /** When it is to be done; null: as soon as what it starts after is done. */
  readonly planned: Span | null;
  /** When it was done, or is being done up to now; null: it has not begun. */
  readonly real: Span | null;
}

/** When a step is to be done and when it was, as the server tells. */
export function timesOf(step: Step, nowMs: number): StepTimes {
  const ms = (at: string | null) => (at === null ? null : Date.parse(at));
  const [due, started, settled] = [ms(step.dueAt), ms(step.startedAt), ms(step.settledAt)];
  const deadline = ms(step.assignment?.deadline ?? null);
  const begun = started ?? settled;
  return {
    planned: due === null ? null : { from: due, to: Math.max(due, deadline ?? due) },
    real: begun === null ? null : { from: begun, to: Math.max(begun, settled ?? nowMs) },
  };
}

/** Nothing happens for longer than this: idle. */
const idleMs = 3_600_000;

/** Of what happens in one stretch, and of the room between two, in parts of the whole. */
const smallestStretch = 0.08;
const gapWidth = 0.05;

export interface Axis {
  /** Where a moment lies, from 0 at the left to 1. */
  place(ms: number): number;
  /** Stretches in which something happens. Not collapsed: one. */
  readonly stretches: readonly Span[];
}

/**
 * The time of a departure from left to right. Collapsed, the quiet days between two stretches in which something
 * happens take one small width each, however long they were.
 */
export function axisOf(moments: readonly number[], isCollapsed: boolean): Axis {
  const sorted = [...new Set(moments)].toSorted((a, b) => a - b);
  const stretches = isCollapsed ? stretchesOf(sorted) : wholeOf(sorted);
  const active = stretches.reduce((sum, { from, to }) => sum + (to - from), 0);
  const weights = stretches.map(({ from, to }) =>
    Math.max(smallestStretch, active === 0 ? 0 : (to - from) / active),
  );
  const whole = weights.reduce((sum, it) => sum + it, 0) + gapWidth * (stretches.length - 1);
  let left = 0;
  const placed = stretches.map((span, i) => {
    const [start, width] = [left / whole, (weights[i] ?? 0) / whole];
    left += (weights[i] ?? 0) + gapWidth;
    return { ...span, start, width };
  });
  return {
    stretches,
    place(ms) {
      let before = 0;
      for (const { from, to, start, width } of placed) {
        if (ms < from) return (before + start) / 2; // within quiet days
        if (ms <= to)
          return start + (to === from ? width / 2 : ((ms - from) / (to - from)) * width);
        before = start + width;
      }
      return 1;
    },
  };
}

function stretchesOf(sorted: readonly number[]): readonly Span[] {
  const stretches: Span[] = [];
  for (const ms of sorted) {
    const last = stretches.at(-1);
    if (last && ms - last.to <= idleMs) stretches[stretches.length - 1] = { ...last, to: ms };
    else stretches.push({ from: ms, to: ms });
  }
  return stretches;
}

function wholeOf(sorted: readonly number[]): readonly Span[] {
  const [first] = sorted;
  return first === undefined ? [] : [{ from: first, to: sorted.at(-1) ?? first }];
}
