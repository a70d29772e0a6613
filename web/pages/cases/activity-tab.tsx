import { Link } from '@tanstack/react-router';
import type { AuditEvent, AuditPage } from '#api/contract/audit.ts';
import type { Case } from '#api/contract/cases.ts';
import { useNow } from '../../lib/clock.ts';
import { useConnectionNames } from '../../lib/connections.ts';
import { useFactTitle } from '../../lib/fact-titles.ts';
import { momentText } from '../../lib/moments.ts';
import { useRead } from '../../lib/queries.ts';
import { useMay } from '../../lib/session.ts';
import { currentLanguage, useWords } from '../../lib/words.ts';
import { Empty, Loaded } from '../../ui/loaded.tsx';
import { happenings } from './happenings.ts';
import { stepIn } from './proofs.ts';
import { mostFacts } from './use-case-facts.ts';

/** What happened, the newest first: the facts of the record, or for others what the departure itself tells. */
export function ActivityTab({ it }: { it: Case }) {
  return useMay('audit.read') ? <Facts it={it} /> : <Happenings it={it} />;
}

function Facts({ it }: { it: Case }) {
  const t = useWords('departure');
  const query = useRead<AuditPage>('/audit', { case: it.id, limit: mostFacts });
  return (
    <Loaded query={query}>
      {({ items, nextCursor }) =>
        items.length === 0 ? (
          <Empty>{t('activity.none')}</Empty>
        ) : (
          <div className="card wide">
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">{t('activity.time')}</th>
                  <th scope="col">{t('activity.who')}</th>
                  <th scope="col">{t('activity.what')}</th>
                  <th scope="col">{t('activity.step')}</th>
                  <th scope="col">{t('activity.system')}</th>
                  <th scope="col">{t('activity.result')}</th>
                </tr>
              </thead>
              <tbody>
                {items.map((event) => (
                  <Fact key={event.id} event={event} it={it} />
                ))}
              </tbody>
            </table>
            {nextCursor !== null && (
              <p className="aside more">{t('activity.more', { count: mostFacts })}</p>
            )}
          </div>
        )
      }
    </Loaded>
  );
}

function Fact({ event, it }: { event: AuditEvent; it: Case }) {
  const t = useWords('departure');
  const now = useNow();
  const nameOf = useConnectionNames();
  const titleOf = useFactTitle();
  const id = stepIn(event.leaf);
  const step = id === null ? undefined : it.steps.find((one) => one.id === id);
  return (
    <tr>
      <td className="nowrap">
        <time dateTime={event.at}>{momentText(event.at, it.zone, currentLanguage(), now)}</time>
      </td>
      <td>{event.actor?.name ?? t('gatehouse')}</td>
      <td>{titleOf(event)}</td>
      <td>
        {step && (
          <Link from="/departures/$caseId" to="." search={(all) => ({ ...all, step: step.id })}>
            {step.title}
          </Link>
        )}
      </td>
      <td>{event.system === null ? '' : nameOf(event.system)}</td>
      <td className="nowrap">
        {event.result === null ? '' : t(`result.${event.result}`)}
        {event.grade && <span className="aside"> · {t(`grade.${event.grade}`)}</span>}
      </td>
    </tr>
  );
}

function Happenings({ it }: { it: Case }) {
  const t = useWords('departure');
  const now = useNow();
  return (
    <ol className="card happenings">
      {happenings(it).map(({ at, said }) => (
        <li key={`${at} ${said.key} ${said.values?.['what'] ?? ''}`}>
          <time dateTime={at}>{momentText(at, it.zone, currentLanguage(), now)}</time>
          <span>{t(said.key, said.values ?? {})}</span>
        </li>
      ))}
    </ol>
  );
}
