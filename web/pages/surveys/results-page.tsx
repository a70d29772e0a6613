import { Alert, Button, Select, TextInput } from '@mantine/core';
import { IconEyeOff } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import type { SurveyPage, SurveyResults } from '#api/contract/surveys.ts';
import { type DepartureKind, departureKinds } from '#core/departure-kind.ts';
import { address, read } from '../../lib/api.ts';
import { useEverything } from '../../lib/everything.ts';
import { lastDay } from '../../lib/moments.ts';
import { addWords, currentLanguage, useWords } from '../../lib/words.ts';
import { useGo } from '../../ui/go.tsx';
import { Empty, Loaded } from '../../ui/loaded.tsx';
import { Page } from '../../ui/page.tsx';
import de from '../../words/de/survey-results.json' with { type: 'json' };
import en from '../../words/en/survey-results.json' with { type: 'json' };
import { Answers } from './answers.tsx';
import type { ResultsSearch } from './search.ts';
import { answeredOf } from './shares.ts';
import './results.css';

addWords('survey-results', { en, de });
const route = getRouteApi('/inside/survey-results');
const path = '/survey-results';

/** Why do people leave? Never what one of them said. */
export function ResultsPage() {
  const t = useWords('survey-results');
  const search = route.useSearch();
  const go = useGo();
  const surveys = useEverything<SurveyPage>('/surveys');
  return (
    <Page
      title={t('common:pages.surveyResults')}
      about={<p className="part-about">{t('about')}</p>}
    >
      <Loaded query={surveys}>
        {(all) => {
          const [first] = all;
          if (!first) return <Empty>{t('noSurvey')}</Empty>;
          const name = all.find((it) => it.name === search.survey)?.name ?? first.name;
          return (
            <>
              {all.length > 1 && (
                <Select
                  className="which-survey"
                  label={t('survey')}
                  allowDeselect={false}
                  value={name}
                  data={all.map((it) => ({ value: it.name, label: it.title }))}
                  onChange={(survey) => go(address(path, { survey }))}
                />
              )}
              <Filters key={JSON.stringify(search)} search={search} />
              <Results name={name} search={search} />
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

/** Whose answers are wanted; shown once somebody says so, as every look is a fact of the record. */
function Filters({ search }: { search: ResultsSearch }) {
  const t = useWords('survey-results');
  const go = useGo();
  const [wanted, setWanted] = useState(search);
  const want = (more: { readonly [Name in keyof ResultsSearch]?: string | null }) =>
    setWanted((now) => ({ ...now, ...more }) as ResultsSearch);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    go(address(path, Object.fromEntries(Object.entries(wanted).filter(([, it]) => it))));
  };
  const isNarrowed = Object.keys(search).some((it) => it !== 'survey');
  return (
    <form noValidate onSubmit={submit} className="result-filters">
      {(['from', 'to'] as const).map((name) => (
        <TextInput
          key={name}
          type="date"
          max={lastDay}
          label={t(`filter.${name}`)}
          value={wanted[name] ?? ''}
          onChange={(event) => want({ [name]: event.currentTarget.value })}
        />
      ))}
      {(['department', 'location'] as const).map((name) => (
        <TextInput
          key={name}
          label={t(`filter.${name}`)}
          value={wanted[name] ?? ''}
          onChange={(event) => want({ [name]: event.currentTarget.value })}
        />
      ))}
      <Select
        label={t('filter.kind')}
        placeholder={t('filter.anyKind')}
        clearable
        clearButtonProps={{ 'aria-label': t('common:clear') }}
        value={wanted.kind ?? null}
        data={departureKinds.map((value) => ({
          value,
          label: t(`common:departureKinds.${value}`),
        }))}
        onChange={(kind) => want({ kind: kind as DepartureKind | null })}
      />
      <div className="result-acts">
        <Button type="submit">{t('show')}</Button>
        {isNarrowed && (
          <Button variant="default" onClick={() => go(address(path, { survey: search.survey }))}>
            {t('everybody')}
          </Button>
        )}
      </div>
    </form>
  );
}

/** Read once for each look, since every look is a fact of the record: neither time nor news reads it again. */
function Results({ name, search }: { name: string; search: ResultsSearch }) {
  const { survey: _, ...filter } = search;
  const whole = address(`/surveys/${encodeURIComponent(name)}/results`, filter);
  const query = useQuery<SurveyResults, Error>({
    queryKey: [{ looked: whole }],
    queryFn: ({ signal }) => read<SurveyResults>(whole, signal),
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
    // Figures of another group must not stand there meanwhile.
    placeholderData: () => undefined,
  });
  return <Loaded query={query}>{(it) => <Shown it={it} />}</Loaded>;
}

function Shown({ it }: { it: SurveyResults }) {
  const t = useWords('survey-results');
  const { withheld, shown, questions } = it;
  return (
    <div className="results" aria-live="polite">
      <Participation it={it.participation} />
      {withheld !== null && (
        <Alert
          variant="outline"
          color="var(--set-aside)"
          icon={<IconEyeOff size={18} aria-hidden />}
          title={t(shown === 0 ? 'nothingShown' : 'lessShown')}
        >
          {withheld}
        </Alert>
      )}
      {shown > 0 && (
        <>
          <p className="aside">{t('ofPeople', { count: shown })}</p>
          {questions.map((one) => (
            <Answers key={one.id} it={one} />
          ))}
        </>
      )}
      {shown === 0 && withheld === null && <Empty>{t('none')}</Empty>}
    </div>
  );
}

/** Who took part; that is counted for groups of any size. */
function Participation({ it }: { it: SurveyResults['participation'] }) {
  const t = useWords('survey-results');
  const share = answeredOf(it);
  const percent =
    share !== null && new Intl.NumberFormat(currentLanguage(), { style: 'percent' }).format(share);
  return (
    <dl className="participation card">
      {(['sent', 'answered', 'declined', 'open', 'expired'] as const).map((name) => (
        <div key={name}>
          <dt>{t(`part.${name}`)}</dt>
          <dd className="count">{it[name]}</dd>
          {name === 'answered' && percent && <dd>{percent}</dd>}
        </div>
      ))}
    </dl>
  );
}
