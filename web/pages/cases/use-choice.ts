import { useMemo, useRef, useState } from 'react';

/** Which rows of a list somebody chose, to do something about all of them. */
export interface Choice {
  readonly chosen: ReadonlySet<string>;
  /** Chooses a row, or takes it out; with `isRange` all from the last one to it become as that one is. */
  turn(id: string, order: readonly string[], isRange?: boolean): void;
  none(): void;
}

export function useChoice(): Choice {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const last = useRef<string | null>(null);
  return useMemo(
    () => ({
      chosen,
      turn(id, order, isRange = false) {
        const from = isRange ? last.current : null;
        setChosen((before) => turned(before, { id, order, from }));
        last.current = id;
      },
      none() {
        setChosen(new Set());
        last.current = null;
      },
    }),
    [chosen],
  );
}

/** What is chosen after a row was turned, or all rows between `from` and it became as `from` is. */
export function turned(
  chosen: ReadonlySet<string>,
  { id, order, from }: { id: string; order: readonly string[]; from: string | null },
): ReadonlySet<string> {
  const next = new Set(chosen);
  const [start, end] = [from === null ? -1 : order.indexOf(from), order.indexOf(id)];
  if (from === null || start < 0 || end < 0) {
    if (!next.delete(id)) next.add(id);
    return next;
  }
  for (const it of order.slice(Math.min(start, end), Math.max(start, end) + 1)) {
    if (chosen.has(from)) next.add(it);
    else next.delete(it);
  }
  return next;
}
