import { Alert, Skeleton } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { CaseSummary } from '#api/contract/cases.ts';
import type { PlanPreview } from '#api/contract/plans.ts';
import { act } from '../../lib/api.ts';
import { useConnectionNames } from '../../lib/connections.ts';
import { useWords } from '../../lib/words.ts';
import { Refused } from '../../ui/ask.tsx';
import type { PlanLine } from './plan-moments.ts';
import { PlanView } from './plan-view.tsx';
import { type Draft, planInputIn } from './request-draft.ts';

const typingMs = 600;

/** What would happen, asked anew when somebody stops typing; nothing happens by it. */
export function usePreview(draft: Draft) {
  const input = planInputIn(draft);
  const wanted = input === null ? null : JSON.stringify(input);
  const [settled] = useDebouncedValue(wanted, typingMs);
  const [hurried, setHurried] = useState<string | null>(null);
  const asked = hurried === wanted ? wanted : settled;
  const query = useQuery<PlanPreview, Error>({
    queryKey: ['/plans', asked],
    queryFn: () => act<PlanPreview>('POST', '/plans', JSON.parse(asked ?? '')),
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
      {plan && 'question' in plan && (
        <Alert
          icon={<IconAlertTriangle size={18} aria-hidden />}
          title={t('firstQuestion')}
          color="var(--attention)"
          variant="outline"
        >
          {plan.question}
        </Alert>
      )}
      {plan && !('question' in plan) && <Planned plan={plan} draft={draft} />}
    </>
  );
}

type Steps = Exclude<PlanPreview, { question: string }>;

function Planned({ plan, draft }: { plan: Steps; draft: Draft }) {
  const t = useWords('request');
  return (
    <>
      <First plan={plan} draft={draft} />
      <PlanView lines={plan.steps.map(lineOf)} zone={plan.zone} />
      <p className="aside">
        {t('by', { title: plan.playbook.title, number: plan.playbook.number })}{' '}
        <code>{plan.digest}</code>
      </p>
    </>
  );
}

/** What the person has of the company's, as the asset registers tell; each is asked back by a step of its own. */
export function ThingsBack({ plan }: { plan: PlanPreview | null }) {
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

/** What somebody should know before they begin. */
function First({ plan, draft }: { plan: Steps; draft: Draft }) {
  const t = useWords('request');
  const nameOf = useConnectionNames();
  const toApprove = plan.steps.filter(({ approval }) => approval).length;
  const late = plan.steps.filter(({ at }) => at.late).length;
  const first = [
    ...plan.unanswered.map(({ connection, because }) =>
      t('unanswered', { system: nameOf(connection), because }),
    ),
    ...(plan.gaps.length > 0 ? [t('gaps', { count: plan.gaps.length })] : []),
    ...(toApprove > 0 ? [t('toApprove', { count: toApprove })] : []),
    ...(late > 0 && !draft.urgent ? [t('late', { count: late })] : []),
    ...plan.notes,
  ];
  if (first.length === 0) return null;
  return (
    <Alert
      icon={<IconAlertTriangle size={18} aria-hidden />}
      title={t('lookFirst', { count: first.length })}
      color="var(--due-soon)"
      variant="outline"
    >
      <ul className="effects">
        {first.map((it) => (
          <li key={it}>{it}</li>
        ))}
      </ul>
    </Alert>
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

const lineOf = (step: Steps['steps'][number]): PlanLine => ({
  key: step.key,
  title: step.title,
  kind: step.kind,
  connection: step.connectionId,
  login: step.account?.login ?? null,
  isPrivileged: step.account?.privileged ?? false,
  capability: step.capability,
  rule: step.at.rule,
  due: step.at.due,
  isLate: step.at.late,
  after: step.after,
  needsApproval: step.approval,
});
