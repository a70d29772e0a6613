import { Button } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import type { CasePage, CaseSummary } from '#api/contract/cases.ts';
import { address, read } from '../../lib/api.ts';
import { useMay } from '../../lib/session.ts';
import { useShortcuts } from '../../lib/shortcuts.ts';
import { useWords } from '../../lib/words.ts';
import { Refused } from '../../ui/refused.tsx';
import { casesCsv } from './cases-csv.ts';
import type { CasesSearch } from './search.ts';
import type { Choice } from './use-choice.ts';

const BulkAct = lazy(() => import('./bulk-act.tsx'));
export type BulkActName = 'pause' | 'change-dates' | 'release';

/** What can be done about all rows that are chosen, or with the whole list. */
export function BulkBar({
  kind,
  search,
  cases,
  choice,
}: {
  kind: 'departure' | 'arrival';
  search: CasesSearch;
  /** Those that are shown. */
  cases: readonly CaseSummary[];
  choice: Choice;
}) {
  const t = useWords('cases');
  const mayChange = useMay('case.change');
  const mayRelease = useMay('case.release');
  const chosen = cases.filter(({ id }) => choice.chosen.has(id));
  const [asking, setAsking] = useState<BulkActName | null>(null);
  const { exportThem, isBusy, error } = useExport(kind, search, chosen);
  useShortcuts({ e: exportThem });
  return (
    <>
      <section className="bulk" aria-label={t('bulk.title')}>
        <span role="status">
          {chosen.length > 0 ? t('bulk.chosen', { count: chosen.length }) : t('bulk.how')}
        </span>
        {chosen.length > 0 && mayChange && (
          <>
            <Button variant="default" onClick={() => setAsking('pause')}>
              {t('bulk.pause')}
            </Button>
            {kind === 'departure' && (
              <Button variant="default" onClick={() => setAsking('change-dates')}>
                {t('bulk.change-dates')}
              </Button>
            )}
          </>
        )}
        {chosen.length > 0 && mayRelease && chosen.every((it) => it.state === 'quarantined') && (
          <Button variant="default" onClick={() => setAsking('release')}>
            {t('bulk.release')}
          </Button>
        )}
        <Button variant="default" loading={isBusy} onClick={exportThem}>
          {t(chosen.length > 0 ? 'bulk.exportChosen' : 'bulk.export')}
        </Button>
        {chosen.length > 0 && (
          <Button variant="subtle" onClick={choice.none}>
            {t('bulk.none')}
          </Button>
        )}
      </section>
      <Refused error={error} />
      {asking && (
        <Suspense>
          <BulkAct act={asking} cases={chosen} onClose={() => setAsking(null)} />
        </Suspense>
      )}
    </>
  );
}

/** Hands out what is chosen, or else all that the choices of the list let through, as a file. */
function useExport(
  kind: 'departure' | 'arrival',
  search: CasesSearch,
  chosen: readonly CaseSummary[],
) {
  const t = useWords('cases');
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const exportThem = async () => {
    setBusy(true);
    setError(null);
    try {
      const cases = chosen.length > 0 ? chosen : await everyCase(kind, search);
      const file = casesCsv(cases, {
        column: (it) => t(`csv.${it}`),
        state: (it) => t(`common:caseStates.${it.state}`),
      });
      handOut(file, `${kind}s-${new Date().toISOString().slice(0, 10)}.csv`);
    } catch (cause) {
      setError(cause);
    } finally {
      setBusy(false);
    }
  };
  return { exportThem: () => void exportThem(), isBusy, error };
}

async function everyCase(kind: string, search: CasesSearch): Promise<readonly CaseSummary[]> {
  const found: CaseSummary[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page: CasePage = await read(address('/cases', { kind, ...search, limit: 200, cursor }));
    found.push(...page.items);
    cursor = page.nextCursor;
  }
  return found;
}

function handOut(text: string, name: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
