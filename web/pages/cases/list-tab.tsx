import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import type { Approval } from '#api/contract/approvals.ts';
import type { Case } from '#api/contract/cases.ts';
import { useNow } from '../../lib/clock.ts';
import { useConnectionNames } from '../../lib/connections.ts';
import { momentText } from '../../lib/moments.ts';
import { useAct } from '../../lib/queries.ts';
import { useShortcuts } from '../../lib/shortcuts.ts';
import { currentLanguage, useWords } from '../../lib/words.ts';
import { Empty } from '../../ui/loaded.tsx';
import { Refused } from '../../ui/refused.tsx';
import { looks, StandingBadge } from '../../ui/standing.tsx';
import { ApprovalCard } from './approvals.tsx';
import { groupsOf, type StandingStep, type StepGroup, saidOf } from './step-words.ts';
import { toActOn } from './to-act-on.ts';

const StepAct = lazy(() => import('./step-act.tsx').then((it) => ({ default: it.StepAct })));

/** Every step, by layer; what needs somebody on top. */
export function ListTab({ it, approvals }: { it: Case; approvals: readonly Approval[] }) {
  const t = useWords('departure');
  const groups = groupsOf(it);
  useShortcuts({ r: tryAgain });
  return (
    <>
      {approvals.map((approval) => (
        <ApprovalCard key={approval.id} approval={approval} zone={it.zone} />
      ))}
      {groups.length === 0 && <Empty>{t(it.question ? 'noStepsAsked' : 'noSteps')}</Empty>}
      {groups.map((group) => (
        <Group key={group.name} group={group} it={it} approvals={approvals} />
      ))}
    </>
  );
}

/** Presses for the step in whose row one is; or for the only one that can be tried again, wherever one is. */
function tryAgain(): void {
  const row = document.activeElement?.closest('.step') ?? document;
  const found = row.querySelectorAll<HTMLButtonElement>('[data-again]');
  if (found.length === 1) found[0]!.click();
}

function Group({
  group,
  it,
  approvals,
}: {
  group: StepGroup;
  it: Case;
  approvals: readonly Approval[];
}) {
  const t = useWords('departure');
  return (
    <section className="group" aria-labelledby={`group-${group.name}`}>
      <h2 id={`group-${group.name}`}>
        {t(`group.${group.name}`)} <span className="aside">{group.steps.length}</span>
      </h2>
      <ul className="card steps">
        {group.steps.map((one) => (
          <StepRow
            key={one.step.id}
            one={one}
            it={it}
            toApprove={approvals.some(({ stepId }) => stepId === one.step.id)}
            isUrgent={group.name === 'needs-you'}
          />
        ))}
      </ul>
    </section>
  );
}

function StepRow({
  one,
  it,
  toApprove,
  isUrgent,
}: {
  one: StandingStep;
  it: Case;
  toApprove: boolean;
  isUrgent: boolean;
}) {
  const t = useWords('departure');
  const { step, standing } = one;
  const { key, values } = saidOf(one, it, toApprove);
  return (
    <li className="step" id={`step-${step.id}`}>
      <StandingBadge look={looks[standing]}>{t(key, values ?? {})}</StandingBadge>
      <div className="step-what">
        <Link
          from="/departures/$caseId"
          to="."
          search={(now) => ({ ...now, step: step.id })}
          className="step-title"
        >
          {step.title}
        </Link>
        <Where step={step} />
        {isUrgent && step.because && <p className="because">{step.because}</p>}
      </div>
      <When one={one} zone={it.zone} />
      {isUrgent && <Remedy one={one} it={it} />}
    </li>
  );
}

/** In which system, on which account. */
export function Where({ step }: { step: StandingStep['step'] }) {
  const t = useWords('departure');
  const nameOf = useConnectionNames();
  const parts = [
    ...(step.connection === null ? [] : [nameOf(step.connection)]),
    ...(step.account === null ? [] : [step.account.login]),
    ...(step.account?.privileged ? [t('privileged')] : []),
    ...(step.connection === null && step.account === null ? [t(`stepKind.${step.kind}`)] : []),
  ];
  return <span className="aside"> {parts.join(' · ')}</span>;
}

/** When it was settled, since when it waits for somebody, or when its turn is. */
function When({ one: { step }, zone }: { one: StandingStep; zone: string }) {
  const t = useWords('departure');
  const now = useNow();
  const { settledAt, heldAt, assignment, dueAt, startsAfter } = step;
  const deadline = settledAt === null ? (assignment?.deadline ?? null) : null;
  const at = settledAt ?? deadline ?? heldAt ?? dueAt;
  if (at === null)
    return <span className="when">{t(startsAfter.length > 0 ? 'afterwards' : 'atOnce')}</span>;
  const isLate = deadline !== null && Date.parse(deadline) < now.getTime();
  const word = deadline !== null ? 'until' : settledAt === null && heldAt !== null ? 'since' : null;
  return (
    <span className="when" {...(isLate ? { 'data-tone': 'due-soon' } : {})}>
      {word && `${t(word)} `}
      <time dateTime={at}>{momentText(at, zone, currentLanguage(), now)}</time>
    </span>
  );
}

/** The one button that most likely resolves it; all others are in the drawer. */
function Remedy({ one: { step }, it }: { one: StandingStep; it: Case }) {
  const t = useWords('departure');
  const retry = useAct<unknown>();
  const again = () => retry.mutate({ method: 'POST', path: `/steps/${step.id}/retry` });
  const isAgain = step.actions.includes('retry');
  const [isAsking, setAsking] = useState(false);
  if (isAgain) {
    return (
      <span className="remedy">
        <Button variant="default" data-again loading={retry.isPending} onClick={again}>
          {t('act.retry')}
        </Button>
        <Refused error={retry.error} />
      </span>
    );
  }
  if (!step.actions.includes('attest')) return null;
  return (
    <span className="remedy">
      <Button variant="default" onClick={() => setAsking(true)}>
        {t('act.attest')}
      </Button>
      {isAsking && (
        <Suspense>
          <StepAct act="attest" on={toActOn(step, it)} onClose={() => setAsking(false)} />
        </Suspense>
      )}
    </span>
  );
}
