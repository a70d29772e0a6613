import type { Coming } from '#api/contract/overview.ts';
import { weekdayText } from '../../lib/moments.ts';
import { useMay } from '../../lib/session.ts';
import { currentLanguage, useWords } from '../../lib/words.ts';
import { Go } from '../../ui/go.tsx';
import { addressOf } from '../cases/cases-table.tsx';

/** Who leaves and who arrives, day by day. */
export function ComingWeek({ coming }: { coming: readonly Coming[] }) {
  const t = useWords('overview');
  const days = Map.groupBy(coming, (it) => it.day);
  return (
    <section aria-labelledby="week-title">
      <h2 id="week-title" className="part">
        {t('thisWeek')}
      </h2>
      <dl className="week card">
        {[...days].map(([day, all]) => (
          <div key={day}>
            <dt>
              <time dateTime={day}>
                {all.some((it) => it.isToday) ? t('today') : weekdayText(day, currentLanguage())}
              </time>
            </dt>
            {(['departure', 'arrival', 'role change'] as const).map((kind) => {
              const those = all.filter((it) => it.kind === kind);
              if (those.length === 0) return null;
              return (
                <dd key={kind}>
                  <span className="quiet">{t(`coming.${kind}`)}</span>{' '}
                  {those.map((it, i) => (
                    <span key={it.id}>
                      {i > 0 && ', '}
                      <Who it={it} />
                    </span>
                  ))}
                </dd>
              );
            })}
          </div>
        ))}
      </dl>
    </section>
  );
}

function Who({ it }: { it: Coming }) {
  const t = useWords('overview');
  const mayOpen = useMay('case.read');
  const isMore = it.state === 'paused' || it.state === 'access-removed' || it.state === 'complete';
  const said = [
    ...(it.urgent ? [t('cases:urgent')] : []),
    ...(isMore ? [t(`common:caseStates.${it.state}`)] : []),
  ].join(', ');
  return (
    <>
      {mayOpen ? <Go to={addressOf(it)}>{it.name}</Go> : it.name}
      {said && <span className="quiet"> ({said})</span>}
    </>
  );
}
