import { getRouteApi, Link } from '@tanstack/react-router';
import type { AuditEvent } from '#api/contract/audit.ts';
import { grades } from '#core/step.ts';
import { useConnectionNames } from '../../lib/connections.ts';
import { useFactTitle } from '../../lib/fact-titles.ts';
import { placeOf } from '../../lib/moments.ts';
import { useSession } from '../../lib/session.ts';
import { currentLanguage, useWords } from '../../lib/words.ts';
import { useRowKeys, useRowWindow } from '../../ui/long-table.tsx';
import { looks, StandingBadge } from '../../ui/standing.tsx';
import { numberText, secondsText } from './entry-text.ts';

const route = getRouteApi('/inside/audit');

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
  const rows = useRowWindow(events.length, { rowPx, onEnd });
  const navigate = route.useNavigate();
  const { follow } = useRowKeys(
    events.map(({ index }) => index),
    rows,
    (entry) => void navigate({ search: (now) => ({ ...now, entry }) }),
  );
  return (
    <div className="card wide">
      <table
        ref={rows.table}
        className="table audit"
        aria-label={t('title')}
        aria-rowcount={Math.max(total, events.length) + 1}
        onFocus={follow}
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
          {rows.above}
          {rows.seen.map((index) => (
            <Row key={events[index]!.index} it={events[index]!} row={index} />
          ))}
          {rows.below}
        </tbody>
      </table>
    </div>
  );
}

function Row({ it, row }: { it: AuditEvent; row: number }) {
  const t = useWords('audit');
  const { company } = useSession();
  const nameOf = useConnectionNames();
  const titleOf = useFactTitle();
  const { index, at, actor, person, system, grade, result } = it;
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
          {titleOf(it)}
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
