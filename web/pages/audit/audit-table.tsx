import { getRouteApi, Link } from '@tanstack/react-router';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import type { AuditEvent } from '#api/contract/audit.ts';
import { grades } from '#core/step.ts';
import { useConnectionNames } from '../../lib/connections.ts';
import { placeOf } from '../../lib/moments.ts';
import { useSession } from '../../lib/session.ts';
import { focusOn, useShortcuts } from '../../lib/shortcuts.ts';
import { currentLanguage, useWords } from '../../lib/words.ts';
import { looks, StandingBadge } from '../../ui/standing.tsx';
import { numberText, secondsText } from './entry-text.ts';

const route = getRouteApi('/inside/audit');

/** Rows in the page at once, up to this many; of more only those that can be seen. */
const mostWhole = 100;
const rowPx = 33;

/** Entries as rows that lead to their drawers, the newest first. */
export function AuditTable({
  events,
  total,
  onEnd,
}: {
  events: readonly AuditEvent[];
  /** How many there are, of which these are the first. */
  total: number;
  onEnd: () => void;
}) {
  const t = useWords('audit');
  const { company } = useSession();
  const table = useRef<HTMLTableElement>(null);
  const isVirtual = events.length > mostWhole;
  const virtual = useWindowVirtualizer({
    count: events.length,
    estimateSize: () => rowPx,
    overscan: 12,
    scrollMargin: table.current?.offsetTop ?? 0,
    enabled: isVirtual,
  });
  const seen = isVirtual ? virtual.getVirtualItems().map((it) => it.index) : [...events.keys()];
  const [first, last] = [seen[0] ?? 0, seen.at(-1) ?? -1];
  useEffect(() => {
    if (last >= 0 && last === events.length - 1) onEnd();
  }, [last, events.length, onEnd]);
  useRowKeys(events.length, (index) => isVirtual && virtual.scrollToIndex(index));
  return (
    <div className="card wide">
      <table
        ref={table}
        className="table audit"
        aria-label={t('title')}
        aria-rowcount={Math.max(total, events.length) + 1}
      >
        <thead>
          <tr>
            <th scope="col">{t('column.number')}</th>
            <th scope="col">{t('column.time', { place: placeOf(company.zone) })}</th>
            <th scope="col" data-extra>
              {t('column.who')}
            </th>
            <th scope="col">{t('column.what')}</th>
            <th scope="col">{t('column.person')}</th>
            <th scope="col" data-extra>
              {t('column.system')}
            </th>
            <th scope="col">{t('column.proof')}</th>
            <th scope="col">{t('column.result')}</th>
          </tr>
        </thead>
        <tbody>
          <Space rows={first} />
          {seen.map((index) => (
            <Row key={events[index]!.index} it={events[index]!} row={index} />
          ))}
          <Space rows={events.length - 1 - last} />
        </tbody>
      </table>
    </div>
  );
}

/** In the place of rows that nobody sees. */
const Space = ({ rows }: { rows: number }) =>
  rows > 0 && (
    <tr aria-hidden>
      <td style={{ height: rows * rowPx, padding: 0, border: 0 }} />
    </tr>
  );

function Row({ it, row }: { it: AuditEvent; row: number }) {
  const t = useWords('audit');
  const { company } = useSession();
  const nameOf = useConnectionNames();
  const { index, at, title, actor, person, system, grade, result } = it;
  return (
    <tr aria-rowindex={row + 2} data-row={row}>
      <td className="numbers nowrap">{numberText(index, currentLanguage())}</td>
      <td className="nowrap">
        <time dateTime={at}>{secondsText(at, company.zone, currentLanguage(), new Date())}</time>
      </td>
      <td data-extra>{whoOf(actor, t('gatehouse'))}</td>
      <td>
        <Link
          from="/audit"
          to="."
          search={(now) => ({ ...now, entry: index })}
          className="row-link"
        >
          {title}
        </Link>
      </td>
      <td>{person && (person.erasedAt ? t('erased') : (person.name ?? person.ref))}</td>
      <td data-extra>{system !== null && nameOf(system)}</td>
      <td>
        <GradeBadge grade={grade} />
      </td>
      <td className="nowrap">
        {result !== null && (
          <span className="audit-result" data-result={result}>
            {t(`result.${result}`)}
          </span>
        )}
      </td>
    </tr>
  );
}

/** Who did it: people by name; what Gatehouse did of itself is its own. */
export const whoOf = (actor: AuditEvent['actor'], gatehouse: string): string =>
  actor === null ? gatehouse : (actor.name ?? `${gatehouse} (${actor.id})`);

/** What a fact proves of a step; most facts prove nothing of one. */
export function GradeBadge({ grade }: { grade: string | null }) {
  const t = useWords('audit');
  const known = grades.find((it) => it === grade);
  if (!known) return null;
  return <StandingBadge look={looks[known]}>{t(`grade.${known}`)}</StandingBadge>;
}

/** `j` and `k` move the focus from row to row, so that Enter opens the one that has it. */
function useRowKeys(count: number, reach: (index: number) => void): void {
  const current = useRef(-1);
  const navigate = route.useNavigate();
  const move = (by: number) => {
    current.current = Math.max(0, Math.min(count - 1, current.current + by));
    reach(current.current);
    focusOn(() => linkIn(current.current));
  };
  useShortcuts({
    j: () => move(1),
    k: () => move(-1),
    o: () => {
      const entry = Number(linkIn(current.current)?.search.match(/entry=(\d+)/)?.[1]);
      if (!Number.isNaN(entry)) void navigate({ search: (now) => ({ ...now, entry }) });
    },
  });
}

const linkIn = (row: number) =>
  document.querySelector<HTMLAnchorElement>(`.audit [data-row="${row}"] a`);
