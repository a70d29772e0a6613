import { Alert } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { Leaver, Population } from '#api/contract/population.ts';
import { useConnectionNames } from '../../lib/connections.ts';
import { dayText, momentText } from '../../lib/moments.ts';
import { useSession } from '../../lib/session.ts';
import { currentLanguage, useWords } from '../../lib/words.ts';
import { Go } from '../../ui/go.tsx';
import { Empty } from '../../ui/loaded.tsx';
import { caseLooks, StandingBadge } from '../../ui/standing.tsx';
import { Wide } from '../../ui/wide.tsx';

/** So many rows are shown; the command line writes all of them. */
const mostRows = 200;

/** Everybody who left, held against the departures there are; the missing ones stand on top. */
export function PopulationPart({ it }: { it: Population }) {
  const t = useWords('auditors');
  const { zone } = useSession().company;
  const found = it.items.length - it.missing;
  const rows = [...it.items].sort(
    (a, b) => Number(b.missing !== null) - Number(a.missing !== null),
  );
  return (
    <section className="part" aria-labelledby="population">
      <h2 id="population">{t('population')}</h2>
      <p className="population-said" data-tone={it.missing > 0 ? 'attention' : 'good'}>
        {t('counted', { count: it.items.length, departures: found, missing: it.missing })}
      </p>
      <Unread it={it} />
      {it.withheld > 0 && <p className="aside">{t('withheld', { count: it.withheld })}</p>}
      {rows.length === 0 ? (
        <Empty>{t('nobody')}</Empty>
      ) : (
        <Leavers rows={rows.slice(0, mostRows)} />
      )}
      {rows.length > mostRows && <p className="aside">{t('moreRows', { count: mostRows })}</p>}
      <p className="aside breaks">
        {t('readAt', {
          when: momentText(it.readAt, zone, currentLanguage(), new Date()),
          digest: it.digest,
        })}
      </p>
    </section>
  );
}

/** When HR was not read: then the list may lack somebody, which has to be said wherever it is used. */
function Unread({ it: { unread } }: { it: Population }) {
  const t = useWords('auditors');
  const nameOf = useConnectionNames();
  const { zone } = useSession().company;
  if (unread.length === 0) return null;
  const at = (moment: string) => momentText(moment, zone, currentLanguage(), new Date());
  return (
    <Alert
      color="var(--due-soon)"
      variant="outline"
      icon={<IconAlertTriangle size={18} aria-hidden />}
      title={t('incomplete')}
      mb="md"
    >
      <ul className="plain-list">
        {unread.map(({ source, from, to }) => (
          <li key={`${source} ${from}`}>
            {t(from === null ? 'unreadBefore' : to === null ? 'unreadSince' : 'unreadBetween', {
              source: nameOf(source),
              from: from === null ? '' : at(from),
              to: to === null ? '' : at(to),
            })}
          </li>
        ))}
      </ul>
    </Alert>
  );
}

function Leavers({ rows }: { rows: readonly Leaver[] }) {
  const t = useWords('auditors');
  return (
    <Wide className="card" label={t('population')}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t('person')}</th>
            <th scope="col">{t('leftOn')}</th>
            <th scope="col">{t('source')}</th>
            <th scope="col">{t('departure')}</th>
            <th scope="col">{t('removed')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((it) => (
            <Row key={it.id} it={it} />
          ))}
        </tbody>
      </table>
    </Wide>
  );
}

function Row({ it }: { it: Leaver }) {
  const t = useWords('auditors');
  const nameOf = useConnectionNames();
  const { zone } = useSession().company;
  const { caseId, state, missing, accessRemovedAt } = it;
  return (
    <tr>
      <th scope="row">
        {it.name}
        <span className="under">{it.personId}</span>
      </th>
      <td className="nowrap">{dayText(it.leftOn, currentLanguage(), new Date())}</td>
      <td>{it.source === null ? t('onlyCase') : nameOf(it.source)}</td>
      <td>
        {missing !== null && (
          <StandingBadge look={caseLooks.quarantined}>
            {t(caseId === null ? 'missing' : 'missingCancelled')}
          </StandingBadge>
        )}
        {missing === null && state !== null && (
          <Go to={`/departures/${caseId}`} className="row-link">
            <StandingBadge look={caseLooks[state]}>{t(`common:caseStates.${state}`)}</StandingBadge>
          </Go>
        )}
      </td>
      <td className="nowrap">
        {accessRemovedAt === null
          ? t('notRemoved')
          : momentText(accessRemovedAt, zone, currentLanguage(), new Date())}
      </td>
    </tr>
  );
}
