import { Button } from '@mantine/core';
import { type KeyboardEvent, lazy, type ReactNode, Suspense, useState } from 'react';
import type { CaseSummary } from '#api/contract/cases.ts';
import { useMay } from '../../lib/session.ts';
import { useShortcuts } from '../../lib/shortcuts.ts';
import { useSteady } from '../../lib/steady.ts';
import { useWords } from '../../lib/words.ts';
import { Go, useGo } from '../../ui/go.tsx';
import { useRowKeys, useRowWindow } from '../../ui/long-table.tsx';
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
  const order = shown.map(({ id }) => id);
  const rows = useRowWindow(shown.length, { rowPx, onEnd });
  const go = useGo();
  const { current, follow } = useRowKeys(order, rows, (id) => {
    const it = shown.find((one) => one.id === id);
    if (it) go(addressOf(it));
  });
  /** Chooses the row that keys are about, and with Shift all from the last one that was chosen. */
  const turn = (isRange: boolean) => {
    const id = current();
    if (id !== undefined) choice?.turn(id, order, isRange);
  };
  const chooseOne = () => turn(false);
  const chooseRange = () => turn(true);
  useShortcuts(choice ? { x: chooseOne, ['X']: chooseRange } : {});
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
          ref={rows.table}
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
            {rows.above}
            {rows.seen.map((index) => (
              <Row
                key={shown[index]!.id}
                it={shown[index]!}
                index={index}
                columns={columns}
                choice={choice}
                order={order}
              />
            ))}
            {rows.below}
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
