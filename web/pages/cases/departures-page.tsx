import { getRouteApi } from '@tanstack/react-router';
import { addWords, useWords } from '../../lib/words.ts';
import { RequestDeparture } from '../../ui/request-departure.tsx';
import de from '../../words/de/departures.json' with { type: 'json' };
import en from '../../words/en/departures.json' with { type: 'json' };
import { CasesPage } from './cases-page.tsx';
import { ClockCell, NextCell, OwnerCell, ProgressCell, StateCell } from './cells.tsx';

addWords('departures', { en, de });
const route = getRouteApi('/inside/departures');
const views = ['needs-you', 'today', 'late', 'confidential', 'things-open'] as const;

/** Every departure: find any, see who is late. */
export function DeparturesPage() {
  const t = useWords('cases');
  return (
    <CasesPage
      kind="departure"
      path="/departures"
      words="departures"
      views={views}
      search={route.useSearch()}
      act={<RequestDeparture />}
      columns={[
        { name: t('team'), extra: 'some', cell: (it) => it.person.department ?? t('noTeam') },
        { name: t('state'), cell: (it) => <StateCell it={it} /> },
        { name: t('access'), cell: (it) => <ClockCell it={it} /> },
        { name: t('proven'), cell: (it) => <ProgressCell progress={it.progress} /> },
        { name: t('next'), extra: 'some', cell: (it) => <NextCell it={it} /> },
        { name: t('owner'), extra: 'most', cell: (it) => <OwnerCell it={it} /> },
      ]}
    />
  );
}
