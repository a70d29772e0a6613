import { Button } from '@mantine/core';
import { IconDownload, IconShieldCheck } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useCallback, useState } from 'react';
import type { AuditPage as Answer } from '#api/contract/audit.ts';
import type { Seal } from '#api/contract/seal.ts';
import { address, read } from '../../lib/api.ts';
import { useRead } from '../../lib/queries.ts';
import { useSession } from '../../lib/session.ts';
import { useShortcuts } from '../../lib/shortcuts.ts';
import { currentLanguage, useWords } from '../../lib/words.ts';
import { momentOf } from '../../lib/zoned.ts';
import { Empty, Loaded } from '../../ui/loaded.tsx';
import { Page } from '../../ui/page.tsx';
import { SavedViews } from '../../ui/saved-views.tsx';
import { AuditTable } from './audit-table.tsx';
import { EntryDrawer } from './entry-drawer.tsx';
import { numberText } from './entry-text.ts';
import { ExportDialog } from './export-dialog.tsx';
import { Chips, Filters, useCriterionText } from './filters.tsx';
import { SealPanel } from './seal-panel.tsx';
import { chosen, criteria, queryOf, without } from './search.ts';
import { useSealCheck } from './use-seal-check.ts';
import '../../ui/panels.css';
import './audit.css';
import './words.ts';

const route = getRouteApi('/inside/audit');

/** The record: find any fact, and check that nobody touched it. */
export function AuditPage() {
  const t = useWords('audit');
  const search = route.useSearch();
  const { company } = useSession();
  const choice = queryOf(search, (day) => momentOf(`${day}T00:00`, company.zone));
  const [isExporting, setExporting] = useState(false);
  const check = useSealCheck();
  const query = useFacts(choice);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  useShortcuts({ v: check.start, e: () => setExporting(true) });
  const first = query.data?.pages[0];
  return (
    <Page
      title={t('title')}
      acts={
        <>
          <Button
            leftSection={<IconShieldCheck size={16} aria-hidden />}
            loading={check.isRunning}
            onClick={check.start}
          >
            {t('check')}
          </Button>
          <Button variant="default" component={Link} to="/verify">
            {t('checkPackage')}
          </Button>
          <Button
            variant="default"
            leftSection={<IconDownload size={16} aria-hidden />}
            onClick={() => setExporting(true)}
          >
            {t('export')}
          </Button>
        </>
      }
    >
      <SealPanel check={check} />
      <Filters search={search} />
      <Chips search={search} />
      <nav className="views" aria-label={t('views')}>
        <SavedViews list="audit" search={chosen(search)} />
      </nav>
      <Loaded query={query}>
        {({ pages }) => {
          const events = pages.flatMap((it) => it.items);
          return (
            <>
              <Count total={first?.total ?? null} withheld={first?.withheldCases ?? 0} />
              <Newer onAgain={() => void query.refetch()} since={query.dataUpdatedAt} />
              {first?.pruned && (
                <p className="aside">{t('pruned', { below: first.pruned.below })}</p>
              )}
              {events.length === 0 ? (
                <Nothing />
              ) : (
                <AuditTable events={events} total={first?.total?.events ?? 0} onEnd={more} />
              )}
            </>
          );
        }}
      </Loaded>
      <EntryDrawer index={search.entry} />
      {isExporting && (
        <ExportDialog
          choice={choice}
          search={search}
          total={first?.total ?? null}
          isBroken={check.verdict?.kind === 'broken'}
          onClose={() => setExporting(false)}
        />
      )}
    </Page>
  );
}

/** Looking is a fact of the record, so this is not read again whenever the record grows. */
function useFacts(choice: Readonly<Record<string, string>>) {
  return useInfiniteQuery({
    // No path of the API, so that nothing has it read again.
    queryKey: [['found-in-record'], address('/audit', choice)],
    refetchOnWindowFocus: false,
    queryFn: ({ signal, pageParam }) =>
      read<Answer>(
        address('/audit', {
          ...{ ...choice, cursor: pageParam, limit: 100 },
          ...(pageParam === null ? { count: true } : {}),
        }),
        signal,
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page: Answer) => page.nextCursor,
    staleTime: 60_000,
  });
}

function Count({ total, withheld }: { total: Answer['total']; withheld: number }) {
  const t = useWords('audit');
  const { data } = useRead<Seal>('/audit/seal');
  const number = (it: number) => numberText(it, currentLanguage());
  if (!total) return null;
  return (
    <p className="audit-count">
      {t(total.isMore ? 'countMore' : 'count', {
        count: total.events,
        found: number(total.events),
        all: number(Math.max(data?.recorded ?? 0, total.events)),
      })}
      {withheld > 0 && <span className="aside"> · {t('withheld', { count: withheld })}</span>}
    </p>
  );
}

/** That there is more by now than is shown. */
function Newer({ onAgain, since }: { onAgain: () => void; since: number }) {
  const t = useWords('audit');
  const { data } = useRead<Seal>('/audit/seal');
  const [seen, setSeen] = useState({ since, recorded: data?.recorded });
  if (data && (seen.since !== since || seen.recorded === undefined)) {
    setSeen({ since, recorded: data.recorded });
  }
  // What was looked up meanwhile is a fact as well.
  if (!data || seen.recorded === undefined || data.recorded <= seen.recorded + 1) return null;
  return (
    <Button className="waiting" variant="light" onClick={onAgain}>
      {t('newer')}
    </Button>
  );
}

function Nothing() {
  const t = useWords('audit');
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const textOf = useCriterionText();
  const last = criteria.findLast((it) => search[it] !== undefined) ?? 'text';
  const value = search[last];
  if (value === undefined) return <Empty>{t('none')}</Empty>;
  return (
    <Empty
      act={
        <Button variant="default" onClick={() => void navigate({ search: without(search, last) })}>
          {t('remove', { what: textOf(last, String(value)) })}
        </Button>
      }
    >
      {t('noneFound')}
    </Empty>
  );
}
