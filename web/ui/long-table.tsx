import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { type FocusEvent, type ReactNode, type RefObject, useEffect, useRef } from 'react';
import { focusOn, useShortcuts } from '../lib/shortcuts.ts';

/** Rows in the page at once, up to this many; of more only those that can be seen. */
const mostWhole = 100;

/** Which rows of a table are in the page. */
export interface RowWindow {
  /** To be put on the table. */
  readonly table: RefObject<HTMLTableElement | null>;
  readonly seen: readonly number[];
  /** Stand in for the rows that nobody sees. */
  readonly above: ReactNode;
  readonly below: ReactNode;
  /** Brings a row into the page. */
  readonly reach: (index: number) => void;
}

/** The window on a table whose rows are `rowPx` high; `onEnd`: the last one can be seen, so there may be more. */
export function useRowWindow(
  count: number,
  { rowPx, onEnd }: { rowPx: number; onEnd: (() => void) | undefined },
): RowWindow {
  const table = useRef<HTMLTableElement>(null);
  const isVirtual = count > mostWhole;
  const virtual = useWindowVirtualizer({
    count,
    estimateSize: () => rowPx,
    overscan: 12,
    scrollMargin: table.current?.offsetTop ?? 0,
    enabled: isVirtual,
  });
  const seen = isVirtual
    ? virtual.getVirtualItems().map((it) => it.index)
    : Array.from({ length: count }, (_, index) => index);
  const [first, last] = [seen[0] ?? 0, seen.at(-1) ?? -1];
  useEffect(() => {
    if (last >= 0 && last === count - 1) onEnd?.();
  }, [last, count, onEnd]);
  return {
    table,
    seen,
    above: <Space px={first * rowPx} />,
    below: <Space px={(count - 1 - last) * rowPx} />,
    reach: (index) => isVirtual && virtual.scrollToIndex(index),
  };
}

const Space = ({ px }: { px: number }) =>
  px > 0 && (
    <tr aria-hidden>
      <td style={{ height: px, padding: 0, border: 0 }} />
    </tr>
  );

/**
 * `j` and `k` move the focus from row to row, to the first link of each, so that Enter goes to the one that has it, and
 * so does `o`. Rows say their place as `data-row`. Answers which row keys are about, and hears where the focus went.
 */
export function useRowKeys<Id>(
  ids: readonly Id[],
  { table, reach }: RowWindow,
  open: (id: Id) => void,
): { readonly current: () => Id | undefined; readonly follow: (event: FocusEvent) => void } {
  /** Known before the focus is there: who types fast means this one. */
  const at = useRef<Id>(undefined);
  const place = () => (at.current === undefined ? -1 : ids.indexOf(at.current));
  const move = (by: number) => {
    const index = Math.max(0, Math.min(ids.length - 1, place() + by));
    at.current = ids[index];
    reach(index);
    focusOn(() => table.current?.querySelector<HTMLElement>(`[data-row="${index}"] a`) ?? null);
  };
  const current = () => ids[place()];
  useShortcuts({
    j: () => move(1),
    k: () => move(-1),
    o: () => {
      const id = current();
      if (id !== undefined) open(id);
    },
  });
  return {
    current,
    follow({ target }) {
      const row = target.closest<HTMLElement>('[data-row]');
      if (row) at.current = ids[Number(row.dataset['row'])];
    },
  };
}
