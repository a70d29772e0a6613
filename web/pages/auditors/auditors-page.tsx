import { Button, TextInput } from '@mantine/core';
import { IconPackage } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import { type FormEvent, lazy, Suspense, useState } from 'react';
import type { Population } from '#api/contract/population.ts';
import { dayText, lastDay } from '../../lib/moments.ts';
import { useRead } from '../../lib/queries.ts';
import { useSession } from '../../lib/session.ts';
import { useShortcuts } from '../../lib/shortcuts.ts';
import { addWords, currentLanguage, useWords } from '../../lib/words.ts';
import { Go } from '../../ui/go.tsx';
import { Empty, Loaded } from '../../ui/loaded.tsx';
import { PackageDialog } from '../../ui/package-dialog.tsx';
import { Page } from '../../ui/page.tsx';
import de from '../../words/de/auditors.json' with { type: 'json' };
import en from '../../words/en/auditors.json' with { type: 'json' };
import { PopulationPart } from './population.tsx';
import { PickPage, SamplePart, useSample } from './sample.tsx';
import '../../ui/panels.css';
import './auditors.css';

addWords('auditors', { en, de });
const route = getRouteApi('/inside/auditors');

// It is long, and is looked at last.
const Controls = lazy(() => import('./controls.tsx').then((it) => ({ default: it.Controls })));

/** A period, proven completely: who left, a sample of them, the controls, and the package. */
export function AuditorsPage() {
  const t = useWords('auditors');
  const search = route.useSearch();
  const { user } = useSession();
  const { from = user.window?.from, to = user.window?.to } = search;
  const sample = useSample({ ...search, ...(from ? { from } : {}), ...(to ? { to } : {}) });
  const [isPacking, setPacking] = useState(false);
  useShortcuts({ s: () => document.querySelector<HTMLInputElement>('#sample-size')?.focus() });
  if (search.pick !== undefined) return <PickPage id={search.pick} sample={sample} />;
  const day = (it: string) => dayText(it, currentLanguage(), new Date());
  return (
    <Page
      title={t('title')}
      about={
        user.window && (
          <p className="aside">
            {t('window', { from: day(user.window.from), to: day(user.window.to) })}
          </p>
        )
      }
      acts={
        from &&
        to && (
          <>
            <Button
              leftSection={<IconPackage size={16} aria-hidden />}
              onClick={() => setPacking(true)}
            >
              {t('package')}
            </Button>
            <Button variant="default" component={Go} to="/verify">
              {t('checkPackage')}
            </Button>
          </>
        )
      }
    >
      <Period key={`${from} ${to}`} from={from} to={to} />
      {from && to ? (
        <>
          <Who from={from} to={to} />
          <SamplePart sample={sample} />
          <Suspense>
            <Controls />
          </Suspense>
          {isPacking && (
            <PackageDialog
              title={t('packageTitle', { from: day(from), to: day(to) })}
              path="/evidence"
              body={{ from, to }}
              onClose={() => setPacking(false)}
            />
          )}
        </>
      ) : (
        <Empty>{t('choose')}</Empty>
      )}
    </Page>
  );
}

function Period({ from, to }: { from: string | undefined; to: string | undefined }) {
  const t = useWords('auditors');
  const navigate = route.useNavigate();
  const { user } = useSession();
  const [days, setDays] = useState({ from: from ?? '', to: to ?? '' });
  const isReady = days.from !== '' && days.to !== '' && days.from <= days.to;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isReady) void navigate({ search: days });
  };
  const field = (name: 'from' | 'to') => (
    <TextInput
      type="date"
      label={t(name)}
      value={days[name]}
      max={user.window?.to ?? lastDay}
      {...(user.window ? { min: user.window.from } : {})}
      onChange={(event) => setDays({ ...days, [name]: event.currentTarget.value })}
    />
  );
  return (
    <form noValidate className="period" onSubmit={submit}>
      {field('from')}
      {field('to')}
      <Button type="submit" variant="default" disabled={!isReady}>
        {t('show')}
      </Button>
    </form>
  );
}

/** Looking is a fact of the record, so it is not read again by itself. */
function Who({ from, to }: { from: string; to: string }) {
  const query = useRead<Population>('/population', { from, to });
  return <Loaded query={query}>{(it) => <PopulationPart it={it} />}</Loaded>;
}
