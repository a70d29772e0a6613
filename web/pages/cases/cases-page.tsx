import { Button, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { type ReactNode, useCallback, useRef } from 'react';
import type { CasePage } from '#api/contract/cases.ts';
import { type CaseState, caseStates } from '#core/case.ts';
import type { CaseView } from '#core/case-view.ts';
import { address } from '../../lib/api.ts';
import { useReadPages } from '../../lib/queries.ts';
import { useShortcuts } from '../../lib/shortcuts.ts';
import { useWords } from '../../lib/words.ts';
import { Go, useGo } from '../../ui/go.tsx';
import { Empty, Loaded } from '../../ui/loaded.tsx';
import { Page } from '../../ui/page.tsx';
import { SavedViews } from '../../ui/saved-views.tsx';
import { BulkBar } from './bulk-bar.tsx';
import { CasesTable, type Column } from './cases-table.tsx';
import type { CasesSearch } from './search.ts';
import { useChoice } from './use-choice.ts';
import './cases.css';

interface ListOf {
  readonly kind: 'departure' | 'arrival';
  /** Of this page, without a slash at the end. */
  readonly path: string;
  /** The words of this page. */
  readonly words: string;
  readonly views: readonly CaseView[];
  readonly columns: readonly Column[];
  readonly search: CasesSearch;
  /** The main act, where there is one. */
  readonly act?: ReactNode;
}

/** A list of cases: choices in the address, rows that follow what changes, more of them as one goes down. */
export function CasesPage({ kind, path, words, views, columns, search, act }: ListOf) {
  const t = useWords(words);
  const choice = useChoice();
  const query = useReadPages<CasePage>('/cases', { kind, ...search, limit: 200 });
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  return (
    <Page title={t('title')} acts={act}>
      <Views words={words} path={path} views={views} search={search} />
      <Filters words={words} path={path} search={search} />
      <Loaded query={query}>
        {({ pages }) => {
          const cases = pages.flatMap((it) => it.items);
          if (cases.length === 0)
            return <Nothing words={words} path={path} search={search} act={act} />;
          return (
            <>
              <BulkBar kind={kind} search={search} cases={cases} choice={choice} />
              <CasesTable
                caption={t('title')}
                cases={cases}
                columns={columns}
                onEnd={more}
                choice={choice}
              />
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

type PartOf = Pick<ListOf, 'words' | 'path' | 'search'>;

function Views({ words, path, views, search }: PartOf & Pick<ListOf, 'views'>) {
  const t = useWords(words);
  const link = (view: CaseView | undefined) => (
    <Go
      key={view ?? 'all'}
      to={address(path, { view, text: search.text })}
      aria-current={view === search.view && !search.state ? 'true' : undefined}
    >
      {t(`views.${view ?? 'all'}`)}
    </Go>
  );
  return (
    <nav className="views" aria-label={t('cases:views')}>
      {link(undefined)}
      {views.map(link)}
      <SavedViews
        list={path === '/departures' ? 'departures' : 'arrivals'}
        search={{ ...search }}
      />
    </nav>
  );
}

function Filters({ words, path, search }: PartOf) {
  const t = useWords(words);
  const go = useGo();
  const field = useRef<HTMLInputElement>(null);
  const find = useDebouncedCallback((text: string) => go(address(path, { ...search, text })), 200);
  useShortcuts({ '/': () => field.current?.focus() });
  return (
    <search className="filters">
      <TextInput
        ref={field}
        aria-label={t('cases:find')}
        placeholder={t('cases:find')}
        leftSection={<IconSearch size={16} aria-hidden />}
        defaultValue={search.text ?? ''}
        onChange={(event) => find(event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
      />
      <Select
        aria-label={t('cases:state')}
        placeholder={t('cases:anyState')}
        clearable
        value={search.state ?? null}
        data={caseStates.map((value) => ({ value, label: t(`common:caseStates.${value}`) }))}
        onChange={(wanted) => go(address(path, { ...search, state: wanted as CaseState | null }))}
      />
    </search>
  );
}

function Nothing({
  words,
  path,
  search: { view, state, text },
  act,
}: PartOf & Pick<ListOf, 'act'>) {
  const t = useWords(words);
  const filters = [
    ...(text ? [text] : []),
    ...(state ? [t(`common:caseStates.${state}`)] : []),
    ...(view ? [t(`views.${view}`)] : []),
  ];
  if (filters.length === 0) return <Empty act={act}>{t('none')}</Empty>;
  return (
    <Empty
      act={
        <Button variant="default" component={Go} to={path}>
          {t('cases:showAll')}
        </Button>
      }
    >
      {t('noneFound', { filter: filters.join(' · ') })}
    </Empty>
  );
}
