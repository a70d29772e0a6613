import { Skeleton } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { CaseSummary } from '#api/contract/cases.ts';
import type { PlanPreview as Preview } from '#api/contract/plans.ts';
import { act } from '../../lib/api.ts';
import { useWords } from '../../lib/words.ts';
import { PlanPreview } from '../../ui/plan-preview.tsx';
import { Refused } from '../../ui/refused.tsx';
import { type Draft, planInputIn } from './request-draft.ts';

const typingMs = 600;

/** What would happen, asked anew when somebody stops typing; nothing happens by it. */
export function usePreview(draft: Draft) {
  const input = planInputIn(draft);
  const wanted = input === null ? null : JSON.stringify(input);
  const [settled] = useDebouncedValue(wanted, typingMs);
  const [hurried, setHurried] = useState<string | null>(null);
  const asked = hurried === wanted ? wanted : settled;
  const query = useQuery<Preview, Error>({
    queryKey: ['/plans', asked],
    queryFn: () => act<Preview>('POST', '/plans', JSON.parse(asked ?? '')),
    enabled: asked !== null,
    staleTime: 60_000,
    gcTime: 60_000,
  });
  const isOfThis =
    wanted !== null && asked === wanted && query.isSuccess && !query.isPlaceholderData;
  return {
    plan: wanted === null ? null : (query.data ?? null),
    /** Whether it is the plan of what stands in the fields now. */
    isOfThis,
    isAsked: wanted !== null && !isOfThis && !query.isError,
    error: wanted === null ? null : query.error,
    /** Asks at once. */
    now: () => setHurried(wanted),
  };
}

/** What will happen: what to look at first, then the steps by their moments. */
export function PlanPreviewPane({
  draft,
  preview: { plan, isAsked, error },
}: {
  draft: Draft;
  preview: ReturnType<typeof usePreview>;
}) {
  const t = useWords('request');
  return (
    <>
      <h2 id="preview">
        {t('willHappen')} <span className="aside">{t('nothingYet')}</span>
      </h2>
      <div role="status" className="aside looking">
        {isAsked && t('looking')}
      </div>
      <Refused error={error} />
      {plan === null &&
        (isAsked ? <Skeleton height={180} /> : <p className="aside">{t('tellMore')}</p>)}
      {plan && <PlanPreview of={plan} isUrgent={draft.urgent} />}
    </>
  );
}

/** What the person has of the company's, as the asset registers tell; each is asked back by a step of its own. */
export function ThingsBack({ plan }: { plan: Preview | null }) {
  const t = useWords('request');
  if (!plan || 'question' in plan) return <p className="aside">{t('thingsLater')}</p>;
  const things = plan.steps.filter(({ capability }) => capability === 'assets.recover');
  if (things.length === 0) return <p className="aside">{t('noThings')}</p>;
  return (
    <ul className="effects">
      {things.map(({ key, title, account }) => (
        <li key={key}>{account ? `${title}: ${account.login}` : title}</li>
      ))}
    </ul>
  );
}

/** A departure that is open already: asking again changes it. */
export function KnownCase({ it }: { it: CaseSummary }) {
  const t = useWords('request');
  return (
    <p className="known">
      {t('known')}{' '}
      <Link to="/departures/$caseId" params={{ caseId: it.id }}>
        {t('openKnown')}
      </Link>
    </p>
  );
}
