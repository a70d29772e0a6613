import { getRouteApi } from '@tanstack/react-router';
import type { AlertPage } from '#api/contract/alerts.ts';
import type { CaseSummary } from '#api/contract/cases.ts';
import type { Figures, Overview } from '#api/contract/overview.ts';
import { useAfterPaint } from '../../lib/after-paint.ts';
import { dayText } from '../../lib/moments.ts';
import { useRead } from '../../lib/queries.ts';
import { useMay, useSession } from '../../lib/session.ts';
import { useShortcuts } from '../../lib/shortcuts.ts';
import { addWords, currentLanguage, useWords } from '../../lib/words.ts';
import { Go, useGo } from '../../ui/go.tsx';
import { Empty, Loaded } from '../../ui/loaded.tsx';
import { Page } from '../../ui/page.tsx';
import { RequestDeparture } from '../../ui/request-departure.tsx';
import de from '../../words/de/overview.json' with { type: 'json' };
import en from '../../words/en/overview.json' with { type: 'json' };
import { CasesTable } from '../cases/cases-table.tsx';
import { ClockCell, ProgressCell, StateCell } from '../cases/cells.tsx';
import { isSeenToBy, toldOf } from './alerts.ts';
import { ComingWeek } from './coming.tsx';
import { durationParts } from './duration.ts';
import { Exceptions } from './exceptions.tsx';
import { OtherAlerts } from './seen-to.tsx';
import './overview.css';

addWords('overview', { en, de });
const route = getRouteApi('/inside/');

/** What needs a person, and is anybody late? For a manager, of people of their own. */
export function OverviewPage() {
  const t = useWords('overview');
  const query = useRead<Overview>('/overview');
  const title = query.data?.isTeam ? t('common:pages.team') : t('common:pages.overview');
  return (
    <Page title={title} acts={<RequestDeparture />}>
      <Loaded query={query}>{(it) => <Content it={it} />}</Loaded>
    </Page>
  );
}

function Content({ it }: { it: Overview }) {
  const t = useWords('overview');
  const { user } = useSession();
  const { mine = false } = route.useSearch();
  const enabled = useMay('alert.read');
  const alerts = useRead<AlertPage>('/alerts', { limit: 200 }, { enabled });
  const told = toldOf(it.exceptions, alerts.data?.items ?? []);
  const shown = mine ? told.groups.filter((one) => isSeenToBy(one.alerts, user.id)) : told.groups;
  const others = mine ? told.others.filter((one) => isSeenToBy([one], user.id)) : told.others;
  const isRestDue = useAfterPaint();
  const isQuiet = it.exceptions.length === 0 && it.live.length === 0 && told.others.length === 0;
  return (
    <div className="overview">
      {it.figures && <FigureStrip it={it.figures} />}
      {isQuiet ? (
        <Quiet it={it} />
      ) : (
        <>
          {it.exceptions.length > 0 ? (
            <Exceptions groups={shown} {...(enabled ? { filter: <OnlyMine isOn={mine} /> } : {})} />
          ) : (
            <p className="calm">{t('nothingNeedsYou')}</p>
          )}
          <OtherAlerts alerts={others} />
          {isRestDue && it.live.length > 0 && <Live cases={it.live} more={it.liveMore} />}
        </>
      )}
      {isRestDue && it.coming.length > 0 && <ComingWeek coming={it.coming} />}
    </div>
  );
}

/** Shows only what the viewer said they see to, or all of it again; `f` as well. */
function OnlyMine({ isOn }: { isOn: boolean }) {
  const t = useWords('overview');
  const go = useGo();
  const change = () => go(isOn ? '/' : '/?mine=true');
  useShortcuts({ f: change });
  return (
    <button type="button" className="only-mine" aria-pressed={isOn} onClick={change}>
      {t('onlyMine')}
    </button>
  );
}

/** Nobody is leaving and nothing needs anybody; who comes next is named. */
function Quiet({ it }: { it: Overview }) {
  const t = useWords('overview');
  const [next] = it.coming;
  const words = next
    ? t('quietNext', { name: next.name, day: dayText(next.day, currentLanguage(), new Date()) })
    : t(it.isTeam ? 'quietTeam' : 'quiet');
  return (
    <div className="card">
      <Empty act={<RequestDeparture />}>{words}</Empty>
    </div>
  );
}

function FigureStrip({ it }: { it: Figures }) {
  const t = useWords('overview');
  const parts = it.typicalMs === null ? [] : durationParts(it.typicalMs);
  const typical = parts.map(({ unit, count }) => t(`lasts.${unit}`, { count })).join(' ');
  return (
    <div className="figures card">
      <Go to="/departures?view=today" className="figure">
        <span className="label">{t('figures.leavingToday')}</span>
        <span className="value">{it.leavingToday}</span>
        {it.urgentToday > 0 && (
          <span className="note">{t('figures.urgent', { count: it.urgentToday })}</span>
        )}
      </Go>
      <div className="figure">
        <span className="label">{t('figures.typical')}</span>
        <span className="value">{typical || t('figures.noneYet')}</span>
        <span className="note">{t('figures.ofDays', { count: it.removedInThirtyDays })}</span>
      </div>
      <Go to="/departures?view=needs-you" className="figure">
        <span className="label">{t('figures.needsYou')}</span>
        <span className="value" data-tone={it.needsYou > 0 ? 'attention' : undefined}>
          {it.needsYou}
        </span>
        {it.withheld > 0 && (
          <span className="note">{t('figures.withheld', { count: it.withheld })}</span>
        )}
      </Go>
      <Go to="/departures?view=late" className="figure">
        <span className="label">{t('figures.openAccounts')}</span>
        <span className="value" data-tone={it.openAccounts > 0 ? 'attention' : undefined}>
          {it.openAccounts}
        </span>
      </Go>
    </div>
  );
}

/** Those whose access ends within a day or should have ended, with their clocks. */
function Live({ cases, more }: { cases: readonly CaseSummary[]; more: number }) {
  const t = useWords('overview');
  return (
    <section aria-labelledby="live-title">
      <h2 id="live-title" className="part">
        {t('live')}
      </h2>
      <CasesTable
        caption={t('live')}
        cases={cases}
        columns={[
          { name: t('cases:state'), cell: (it) => <StateCell it={it} /> },
          { name: t('cases:proven'), cell: (it) => <ProgressCell progress={it.progress} /> },
          { name: t('toRemoved'), cell: (it) => <ClockCell it={it} /> },
        ]}
      />
      {more > 0 && (
        <Go to="/departures?view=open" className="all-of-them">
          {t('liveMore', { count: more })}
        </Go>
      )}
    </section>
  );
}
