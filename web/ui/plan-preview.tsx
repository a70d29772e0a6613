import { Alert } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { PlanPreview as Preview } from '#api/contract/plans.ts';
import { useConnectionNames } from '../lib/connections.ts';
import { useWords } from '../lib/words.ts';
import { type Planned, plannedLines } from './plan-moments.ts';
import { PlanView } from './plan-view.tsx';

/** What would happen, before anything does: what to look at first, then the steps by their moments. */
export function PlanPreview({ of, isUrgent }: { of: Preview; isUrgent: boolean }) {
  const t = useWords('plan');
  if ('question' in of) {
    return (
      <Alert
        icon={<IconAlertTriangle size={18} aria-hidden />}
        title={t('firstQuestion')}
        color="var(--attention)"
        variant="outline"
      >
        {of.question}
      </Alert>
    );
  }
  return (
    <>
      <LookFirst of={of} isUrgent={isUrgent} />
      <PlanView lines={plannedLines(of)} zone={of.zone} />
      <p className="aside">
        {t('by', { title: of.playbook.title, number: of.playbook.number })} <code>{of.digest}</code>
      </p>
    </>
  );
}

/** What somebody should know before they begin. Whoever says it is urgent knows that times have passed. */
function LookFirst({ of, isUrgent }: { of: Planned; isUrgent: boolean }) {
  const t = useWords('plan');
  const nameOf = useConnectionNames();
  const toApprove = of.steps.filter(({ approval }) => approval).length;
  const late = of.steps.filter(({ at }) => at.late).length;
  const first = [
    ...of.unanswered.map(({ connection, because }) =>
      t('unanswered', { system: nameOf(connection), because }),
    ),
    ...(of.gaps.length > 0 ? [t('gaps', { count: of.gaps.length })] : []),
    ...(toApprove > 0 ? [t('toApprove', { count: toApprove })] : []),
    ...(late > 0 && !isUrgent ? [t('late', { count: late })] : []),
    ...of.notes,
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
