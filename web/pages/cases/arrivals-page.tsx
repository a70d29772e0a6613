import { getRouteApi } from '@tanstack/react-router';
import { addWords, useWords } from '../../lib/words.ts';
import de from '../../words/de/arrivals.json' with { type: 'json' };
import en from '../../words/en/arrivals.json' with { type: 'json' };
import { CasesPage } from './cases-page.tsx';
import { DayOneCell, FirstDayCell, NextCell, OwnerCell, StateCell } from './cells.tsx';

addWords('arrivals', { en, de });
const route = getRouteApi('/inside/arrivals');
const views = ['needs-you', 'today', 'open', 'confidential'] as const;

/** Everybody who arrives or changes their role: is everything there on the first morning? */
export function ArrivalsPage() {
  const t = useWords('cases');
  return (
    <CasesPage
      kind="arrival"
      path="/arrivals"
      words="arrivals"
      views={views}
      search={route.useSearch()}
      columns={[
        { name: t('team'), extra: 'some', cell: (it) => it.person.department ?? t('noTeam') },
        { name: t('state'), cell: (it) => <StateCell it={it} /> },
        { name: t('firstDay'), cell: (it) => <FirstDayCell it={it} /> },
        { name: t('dayOne'), cell: (it) => <DayOneCell it={it} /> },
        { name: t('next'), extra: 'some', cell: (it) => <NextCell it={it} /> },
        { name: t('owner'), extra: 'most', cell: (it) => <OwnerCell it={it} /> },
      ]}
    />
  );
}
