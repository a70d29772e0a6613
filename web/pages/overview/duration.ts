const units = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

export interface Part {
  readonly unit: (typeof units)[number][0];
  readonly count: number;
}

/** A length of time in its two largest units, such as 4 minutes and 12 seconds; the second one only where it counts. */
export function durationParts(ms: number): readonly Part[] {
  let rest = Math.max(0, Math.round(ms / 1_000));
  const first = units.findIndex(([, size]) => rest >= size);
  const used = first === -1 ? units.slice(-1) : units.slice(first, first + 2);
  const parts = used.map(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return { unit, count };
  });
  return parts.filter(({ count }, i) => i === 0 || count > 0);
}
