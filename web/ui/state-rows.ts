/** One value of what a system held, before and after. */
export interface StateRow {
  /** Where it stands, such as `groups.0`; empty: the state is one value. */
  readonly name: string;
  /** Null: not there. */
  readonly before: string | null;
  readonly after: string | null;
  readonly isChanged: boolean;
}

/** What a system held before and after, value by value; what changed first. */
export function stateRows(before: unknown, after: unknown): readonly StateRow[] {
  const [was, is] = [valuesIn(before), valuesIn(after)];
  const rows = [...new Set([...was.keys(), ...is.keys()])].map((name) => {
    const row = { name, before: was.get(name) ?? null, after: is.get(name) ?? null };
    return { ...row, isChanged: after !== null && row.before !== row.after };
  });
  return rows.toSorted((a, b) => Number(b.isChanged) - Number(a.isChanged));
}

function valuesIn(state: unknown, within = ''): Map<string, string> {
  if (state === null || state === undefined) return new Map();
  if (typeof state !== 'object') return new Map([[within, String(state)]]);
  if (Array.isArray(state) && state.every((it) => typeof it !== 'object'))
    return new Map([[within, state.length === 0 ? '[]' : state.join(', ')]]);
  const entries = Object.entries(state);
  if (entries.length === 0) return new Map([[within, Array.isArray(state) ? '[]' : '{}']]);
  return new Map(
    entries.flatMap(([name, value]) => [
      ...valuesIn(value, within === '' ? name : `${within}.${name}`),
    ]),
  );
}
