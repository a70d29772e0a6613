import { Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { getRouteApi } from '@tanstack/react-router';
import type { CasePage, CaseSummary } from '#api/contract/cases.ts';
import { type CaseState, caseStates } from '#core/case.ts';
import { useNow } from '../../lib/clock.ts';
import { momentText } from '../../lib/moments.ts';
import { useRead } from '../../lib/queries.ts';
import { addWords, currentLanguage, useWords } from '../../lib/words.ts';
import { Empty, Loaded } from '../../ui/loaded.tsx';
import { Page } from '../../ui/page.tsx';
import { caseLooks, StandingBadge } from '../../ui/standing.tsx';
import de from '../../words/de/departures.json' with { type: 'json' };
import en from '../../words/en/departures.json' with { type: 'json' };

addWords('departures', { en, de });
const route = getRouteApi('/inside/departures');

/** Every departure: find any, see who is late. */
export function DeparturesPage() {
  const t = useWords('departures');
  const search = route.useSearch();
  const query = useRead<CasePage>('/cases', { ...search, limit: 200 });
  return (
    <Page title={t('title')}>
      <Filters />
      <Loaded query={query}>
        {({ items }) => (items.length === 0 ? <Nothing /> : <Cases cases={items} />)}
      </Loaded>
    </Page>
  );
}

function Filters() {
  const t = useWords('departures');
  const { state, text } = route.useSearch();
  const navigate = route.useNavigate();
  const find = useDebouncedCallback((wanted: string) => {
    void navigate({ search: (it) => ({ ...it, text: wanted }), replace: true });
  }, 200);
  return (
    <search className="filters">
      <TextInput
        aria-label={t('find')}
        placeholder={t('find')}
        defaultValue={text ?? ''}
        onChange={(event) => find(event.currentTarget.value)}
      />
      <Select
        aria-label={t('state')}
        placeholder={t('anyState')}
        clearable
        value={state ?? null}
        data={caseStates.map((value) => ({ value, label: t(`common:caseStates.${value}`) }))}
        onChange={(wanted) => {
          const next = (wanted ?? undefined) as CaseState | undefined;
          void navigate({ search: ({ state: _, ...it }) => (next ? { ...it, state: next } : it) });
        }}
      />
    </search>
  );
}

function Nothing() {
  const t = useWords('departures');
  const { state, text } = route.useSearch();
  if (text) return <Empty>{t('noneFound', { filter: text })}</Empty>;
  if (state) return <Empty>{t('noneFound', { filter: t(`common:caseStates.${state}`) })}</Empty>;
  return <Empty>{t('none')}</Empty>;
}

function Cases({ cases }: { cases: readonly CaseSummary[] }) {
  const t = useWords('departures');
  return (
    <div className="card wide">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t('person')}</th>
            <th scope="col">{t('state')}</th>
            <th scope="col">{t('accessEnds')}</th>
          </tr>
        </thead>
        <tbody>
          {cases.map((it) => (
            <CaseRow key={it.id} it={it} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function CaseRow({ it }: { it: CaseSummary }) {
  const t = useWords('departures');
  const now = useNow();
  return (
    <tr>
      <td>{it.person.name}</td>
      <td>
        <StandingBadge look={caseLooks[it.state]}>
          {t(`common:caseStates.${it.state}`)}
        </StandingBadge>
      </td>
      <td>
        {it.accessEndsAt
          ? momentText(it.accessEndsAt, it.zone, currentLanguage(), now)
          : t('noDateYet')}
      </td>
    </tr>
  );
}
