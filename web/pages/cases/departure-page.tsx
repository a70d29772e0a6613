import { Alert, Skeleton, Stack } from '@mantine/core';
import { IconLock, IconQuestionMark, IconShieldLock } from '@tabler/icons-react';
import { getRouteApi, Link } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import type { Case } from '#api/contract/cases.ts';
import { useLive } from '../../lib/live.ts';
import { momentText } from '../../lib/moments.ts';
import { useRead } from '../../lib/queries.ts';
import { useShortcuts } from '../../lib/shortcuts.ts';
import { addWords, currentLanguage, useWords } from '../../lib/words.ts';
import { Loaded } from '../../ui/loaded.tsx';
import { Page } from '../../ui/page.tsx';
import de from '../../words/de/departure.json' with { type: 'json' };
import en from '../../words/en/departure.json' with { type: 'json' };
import { useApprovals } from './approvals.tsx';
import { CaseActs } from './case-acts.tsx';
import { CaseHead, Clocks } from './case-head.tsx';

import './departure.css';
import './step.css';
import { departureTabs } from './departure-search.ts';
import { ListTab } from './list-tab.tsx';

addWords('departure', { en, de });
const MapTab = lazy(() => import('./map-tab.tsx'));
const ProofTab = lazy(() => import('./proof-tab.tsx').then((it) => ({ default: it.ProofTab })));
const ActivityTab = lazy(() =>
  import('./activity-tab.tsx').then((it) => ({ default: it.ActivityTab })),
);
const PlanTab = lazy(() => import('./plan-tab.tsx').then((it) => ({ default: it.PlanTab })));
const TimelineTab = lazy(() =>
  import('./timeline-tab.tsx').then((it) => ({ default: it.TimelineTab })),
);
const StepDrawer = lazy(() =>
  import('./step-drawer.tsx').then((it) => ({ default: it.StepDrawer })),
);
const route = getRouteApi('/inside/departures/$caseId');

/** One departure: is this person's access gone, how do we know, and what is left? */
export function DeparturePage() {
  const { caseId } = route.useParams();
  // Another departure begins anew: nothing of the last one stays on the screen.
  return <DepartureOf key={caseId} caseId={caseId} />;
}

const lookAgainMs = 4_000;

function DepartureOf({ caseId }: { caseId: string }) {
  const isLive = useLive();
  const query = useRead<Case>(
    `/cases/${caseId}`,
    {},
    { refetchInterval: isLive ? false : lookAgainMs },
  );
  return (
    <Loaded query={query} skeleton={<Bones />}>
      {(it) => <Departure it={it} />}
    </Loaded>
  );
}

function Departure({ it }: { it: Case }) {
  const t = useWords('departure');
  const { tab = 'list', step } = route.useSearch();
  const approvals = useApprovals(it.id);
  // Once it was open it stays, so that closing it gives the focus back.
  const [isDrawerWanted, setDrawerWanted] = useState(step !== undefined);
  if (step !== undefined && !isDrawerWanted) setDrawerWanted(true);
  return (
    <>
      <Link to="/departures" className="back">
        {t('all')}
      </Link>
      <Page
        title={t(`title.${it.kind}`, { name: it.person.name })}
        about={<CaseHead it={it} />}
        acts={<CaseActs it={it} />}
      >
        <Clocks it={it} />
        <Warnings it={it} />
        <Tabs />
        {tab === 'list' && <ListTab it={it} approvals={approvals} />}
        <Suspense fallback={<Skeleton height={420} />}>
          {tab === 'map' && <MapTab it={it} approvals={approvals} />}
          {tab === 'timeline' && <TimelineTab it={it} />}
          {tab === 'proof' && <ProofTab it={it} />}
          {tab === 'activity' && <ActivityTab it={it} />}
          {tab === 'plan' && <PlanTab it={it} />}
        </Suspense>
      </Page>
      {isDrawerWanted && (
        <Suspense>
          <StepDrawer it={it} stepId={step} approvals={approvals} />
        </Suspense>
      )}
    </>
  );
}

/** The lenses: each is an address, so that it can be copied, and has a key. */
function Tabs() {
  const t = useWords('departure');
  const navigate = route.useNavigate();
  const { tab = 'list' } = route.useSearch();
  useShortcuts(
    Object.fromEntries(
      departureTabs.map((name, i) => [
        String(i + 1),
        () => void navigate({ search: name === 'list' ? {} : { tab: name } }),
      ]),
    ),
  );
  return (
    <nav className="tabs" aria-label={t('tabs')}>
      {departureTabs.map((name, i) => (
        <Link
          key={name}
          from="/departures/$caseId"
          to="."
          search={name === 'list' ? {} : { tab: name }}
          className="tab"
          {...(name === tab ? { 'data-current': true, 'aria-current': 'page' } : {})}
          activeProps={{}}
          activeOptions={{ exact: true }}
        >
          {t(`tab.${name}`)} <kbd aria-hidden>{i + 1}</kbd>
        </Link>
      ))}
    </nav>
  );
}

/** What must be remembered while one works here. */
function Warnings({ it }: { it: Case }) {
  const t = useWords('departure');
  const { legalHold } = it;
  return (
    <Stack
      gap="sm"
      mb={it.question || it.held || legalHold || it.state === 'quarantined' ? 'md' : 0}
    >
      {it.question && (
        <Alert
          icon={<IconQuestionMark size={18} aria-hidden />}
          title={t('question')}
          color="var(--attention)"
          variant="outline"
        >
          {it.question}
        </Alert>
      )}
      {(it.held || it.state === 'quarantined') && (
        <Alert
          icon={<IconLock size={18} aria-hidden />}
          title={t(it.held ? 'heldBack' : 'guardHeld')}
          color="var(--set-aside)"
          variant="outline"
        >
          {it.quarantine && <div>{it.quarantine.because}</div>}
          {t(it.held ? 'heldBackAbout' : 'guardHeldAbout')}
          {it.quarantine?.askedBy && (
            <div>
              {t('guardAsked', { who: it.quarantine.askedBy.name ?? it.quarantine.askedBy.id })}
            </div>
          )}
        </Alert>
      )}
      {legalHold && (
        <Alert
          icon={<IconShieldLock size={18} aria-hidden />}
          title={t('legalHold')}
          color="var(--set-aside)"
          variant="outline"
        >
          {t('legalHoldAbout', {
            since: momentText(legalHold.since, it.zone, currentLanguage(), new Date()),
            who: legalHold.by.name ?? t('somebody'),
          })}
        </Alert>
      )}
    </Stack>
  );
}

const Bones = () => (
  <Stack gap="md">
    <Skeleton height={30} width="45%" />
    <Skeleton height={18} width="70%" />
    <Skeleton height={56} />
    <Skeleton height={34} width="50%" />
    <Skeleton height={220} />
  </Stack>
);
