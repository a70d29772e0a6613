import { Button } from '@mantine/core';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import {
  type FocusEvent,
  type KeyboardEvent,
  lazy,
  type ReactNode,
  Suspense,
  useEffect,
  useRef,
  useState,
} from 'react';
import type { CaseSummary } from '#api/contract/cases.ts';
import { useMay } from '../../lib/session.ts';
import { focusOn, useShortcuts } from '../../lib/shortcuts.ts';
import { useSteady } from '../../lib/steady.ts';
import { useWords } from '../../lib/words.ts';
import { Go, useGo } from '../../ui/go.tsx';
import { useFlash } from './cells.tsx';
import './cases.css';
import type { Choice } from './use-choice.ts';

const CasePreview = lazy(() => import('./case-preview.tsx'));

export interface Column {
  readonly name: string;
  /** Left out on a narrow screen; `most`: on most. */
  readonly extra?: 'some' | 'most';
  readonly cell: (it: CaseSummary) => ReactNode;
}

/** Rows in the page at once, up to this many; of more only those that can be seen. */
const mostWhole = 100;
const rowPx = 37;

export const addressOf = (it: { readonly id: string; readonly kind: CaseSummary['kind'] }) =>
  `/${it.kind === 'departure' ? 'departures' : 'arrivals'}/${it.id}`;

/** Cases as rows that lead to them; `j`, `k` and Enter go through them. */
export function CasesTable({
  caption,
  cases,
  columns,
  onEnd,
  choice,
}: {
  /** What the rows are, for who does not see them. */
  caption: string;
  cases: readonly CaseSummary[];
  columns: readonly Column[];
  /** The last row can be seen: there may be more. */
  onEnd?: () => void;
  /** Left out: rows cannot be chosen. */
  choice?: Choice;
}) {
  const t = useWords('cases');
  const [looked, setLooked] = useState<CaseSummary | null>();
  const [isHeld, setHeld] = useState(false);
  const { shown, waiting, ask } = useSteady(cases, (it) => it.id, isHeld);
  const table = useRef<HTMLTableElement>(null);
  const isVirtual = shown.length > mostWhole;
  const virtual = useWindowVirtualizer({
    count: shown.length,
    estimateSize: () => rowPx,
    overscan: 12,
    scrollMargin: table.current?.offsetTop ?? 0,
    enabled: isVirtual,
  });
  const seen = isVirtual ? virtual.getVirtualItems().map((it) => it.index) : [...shown.keys()];
  const [first, last] = [seen[0] ?? 0, seen.at(-1) ?? -1];
  useEffect(() => {
    if (last >= 0 && last === shown.length - 1) onEnd?.();
  }, [last, shown.length, onEnd]);
  const order = shown.map(({ id }) => id);
  const follow = useRowKeys(shown, (index) => isVirtual && virtual.scrollToIndex(index), choice);
  /** Space on the name of a row looks into it; everywhere else it is what it always is. */
  const look = (event: KeyboardEvent) => {
    if (event.key !== ' ' || !(event.target instanceof HTMLAnchorElement)) return;
    const it = shown[Number(event.target.closest('tr')?.dataset['row'])];
    if (!it) return;
    event.preventDefault();
    setLooked(it);
  };
  return (
    <>
      {waiting > 0 && (
        <Button className="waiting" variant="light" onClick={ask}>
          {t('showNew', { count: waiting })}
        </Button>
      )}
      <div className="card wide">
        <table
          ref={table}
          className="table cases"
          aria-label={caption}
          aria-rowcount={shown.length + 1}
          onPointerEnter={(event) => event.pointerType === 'mouse' && setHeld(true)}
          onPointerLeave={() => setHeld(false)}
          onKeyDown={look}
          onFocus={follow}
        >
          <thead>
            <tr>
              {choice && (
                <td className="choose">
                  <span className="hidden-words">{t('bulk.choose')}</span>
                </td>
              )}
              <th scope="col">{t('person')}</th>
              {columns.map((it) => (
                <th key={it.name} scope="col" data-extra={it.extra}>
                  {it.name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <Space rows={first} />
            {seen.map((index) => (
              <Row
                key={shown[index]!.id}
                it={shown[index]!}
                index={index}
                columns={columns}
                choice={choice}
                order={order}
              />
            ))}
            <Space rows={shown.length - 1 - last} />
          </tbody>
        </table>
      </div>
      {looked !== undefined && (
        <Suspense>
          <CasePreview it={looked} onClose={() => setLooked(null)} />
        </Suspense>
      )}
    </>
  );
}

/** In the place of rows that nobody sees. */
const Space = ({ rows }: { rows: number }) =>
  rows > 0 && (
    <tr aria-hidden>
      <td style={{ height: rows * rowPx, padding: 0, border: 0 }} />
    </tr>
  );

function Row({
  it,
  index,
  columns,
  choice,
  order,
}: {
  it: CaseSummary;
  index: number;
  columns: readonly Column[];
  choice: Choice | undefined;
  order: readonly string[];
}) {
  const t = useWords('cases');
  const isChosen = choice?.chosen.has(it.id) ?? false;
  const { progress, state, accessEndsAt, startDay } = it;
  const flash = useFlash<HTMLTableRowElement>(
    JSON.stringify([progress, state, accessEndsAt, startDay]),
  );
  return (
    <tr ref={flash} aria-rowindex={index + 2} data-row={index} data-chosen={isChosen || undefined}>
      {choice && (
        <td className="choose">
          <input
            type="checkbox"
            aria-label={t('bulk.chooseOne', { who: it.person.name })}
            checked={isChosen}
            onChange={(event) =>
              choice.turn(it.id, order, (event.nativeEvent as MouseEvent).shiftKey)
            }
          />
        </td>
      )}
      <th scope="row">
        {useMay('case.read') ? <Go to={addressOf(it)}>{it.person.name}</Go> : it.person.name}
      </th>
      {columns.map((column) => (
        <td key={column.name} data-extra={column.extra}>
          {column.cell(it)}
        </td>
      ))}
    </tr>
  );
}

/**
 * `j` and `k` move the focus from row to row, so that Enter goes to the one that has it; `x` chooses it, and with
 * Shift all from the last one that was chosen. Returns what hears where the focus went by other ways.
 */
function useRowKeys(
  rows: readonly CaseSummary[],
  reach: (index: number) => void,
  choice: Choice | undefined,
): (event: FocusEvent<HTMLElement>) => void {
  const go = useGo();
  /** The row that keys are about, known before the focus is there: who types fast means this one. */
  const current = useRef<string>(undefined);
  const place = () => rows.findIndex(({ id }) => id === current.current);
  const move = (by: number) => {
    const index = Math.max(0, Math.min(rows.length - 1, place() + by));
    current.current = rows[index]?.id;
    reach(index);
    focusOn(() => linkIn(index));
  };
  const turn = (isRange: boolean) => {
    const it = rows[place()];
    if (!it) return;
    choice?.turn(
      it.id,
      rows.map(({ id }) => id),
      isRange,
    );
  };
  const chooseOne = () => turn(false);
  const chooseRange = () => turn(true);
  useShortcuts({
    ...(choice ? { x: chooseOne, ['X']: chooseRange } : {}),
    j: () => move(1),
    k: () => move(-1),
    o: () => {
      const it = rows[place()];
      if (it) go(addressOf(it));
    },
  });
  return ({ target }) => {
    const row = target.closest<HTMLElement>('[data-row]');
    if (row) current.current = rows[Number(row.dataset['row'])]?.id;
  };
}

const linkIn = (index: number) =>
  document.querySelector<HTMLAnchorElement>(`.cases [data-row="${index}"] a`);
