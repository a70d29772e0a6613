/** One measured figure. */
export interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What it has to reach, in words; null: only told. */
  readonly target: string | null;
  /** Whether it did. */
  readonly reached: boolean | null;
}

export const atMost = (name: string, value: number, unit: string, limit: number): Row => ({
  name,
  value,
  unit,
  target: `≤ ${limit}`,
  reached: value <= limit,
});

export const atLeast = (name: string, value: number, unit: string, limit: number): Row => ({
  name,
  value,
  unit,
  target: `≥ ${limit}`,
  reached: value >= limit,
});

export const between = (
  name: string,
  value: number,
  unit: string,
  least: number,
  most: number,
): Row => ({
  name,
  value,
  unit,
  target: `${least} to ${most}`,
  reached: value >= least && value <= most,
});

export const told = (name: string, value: number, unit: string): Row => ({
  name,
  value,
  unit,
  target: null,
  reached: null,
});

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
};
