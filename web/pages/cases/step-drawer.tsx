import { Drawer } from '@mantine/core';
import { getRouteApi, Link } from '@tanstack/react-router';
import { type ReactNode, useEffect, useState } from 'react';
import type { Approval } from '#api/contract/approvals.ts';
import type { Case } from '#api/contract/cases.ts';
import type { ProofFile, Step, Submission } from '#api/contract/steps.ts';
import { useNow } from '../../lib/clock.ts';
import { momentText } from '../../lib/moments.ts';
import { currentLanguage, useWords } from '../../lib/words.ts';
import { looks, StandingBadge } from '../../ui/standing.tsx';
import { StateView } from '../../ui/state-view.tsx';
import { ApprovalCard } from './approvals.tsx';
import { Where } from './list-tab.tsx';
import { StepActs } from './step-acts.tsx';
import { standingOf } from './step-standing.ts';
import { blockedBy, saidOf, waitedFor } from './step-words.ts';

const route = getRouteApi('/inside/departures/$caseId');

/** Everything about one step; which one is in the address, so that it can be sent to a colleague. */
export function StepDrawer({
  it,
  stepId,
  approvals,
}: {
  it: Case;
  stepId: string | undefined;
  approvals: readonly Approval[];
}) {
  const t = useWords('departure');
  const navigate = route.useNavigate();
  const close = () => void navigate({ search: ({ step: _, ...rest }) => rest });
  const step = it.steps.find(({ id, key }) => id === stepId || key === stepId);
  // Opened after it is there, even the first time: only then it knows where the focus was.
  const [isOpened, setOpened] = useState(false);
  useEffect(() => setOpened(stepId !== undefined), [stepId]);
  return (
    <Drawer opened={isOpened} onClose={close} size="lg" withCloseButton={false}>
      <div className="dialog-head">
        <Drawer.Title>{step?.title ?? t('noSuchStep')}</Drawer.Title>
        <Drawer.CloseButton aria-label={t('common:close')} />
      </div>
      {step ? (
        <StepView key={step.id} step={step} it={it} approvals={approvals} />
      ) : (
        <p>{t('noSuchStepAbout')}</p>
      )}
    </Drawer>
  );
}

function StepView({
  step,
  it,
  approvals,
}: {
  step: Step;
  it: Case;
  approvals: readonly Approval[];
}) {
  const t = useWords('departure');
  const approval = approvals.find(({ stepId }) => stepId === step.id);
  const standing = standingOf(step, it);
  const { key, values } = saidOf({ step, standing }, it, approval !== undefined);
  return (
    <div className="step-view">
      <div className="chips">
        <StandingBadge look={looks[standing]}>{t(key, values ?? {})}</StandingBadge>
        <Where step={step} />
      </div>
      <p>{step.summary ?? step.assignment?.instructions ?? step.why ?? step.rule}</p>
      {step.summary !== null && step.why !== null && <p className="aside">{step.why}</p>}
      {approval && <ApprovalCard approval={approval} zone={it.zone} />}
      <Cause step={step} standing={standing} />
      <StepActs step={step} it={it} />
      <StateView before={step.stateBefore} after={step.stateAfter} />
      <Decided step={step} zone={it.zone} />
      <Asked step={step} zone={it.zone} />
      <LookedAgain step={step} zone={it.zone} />
      <Facts step={step} it={it} />
      <Neighbours title={t('waitsFor')} steps={waitedFor(step, it)} />
      <Neighbours title={t('blocks')} steps={blockedBy(step, it)} />
    </div>
  );
}

/** What happened, and what it means that it stands as it does. */
function Cause({ step, standing }: { step: Step; standing: ReturnType<typeof standingOf> }) {
  const t = useWords('departure');
  const { because, failure } = step;
  const means = meaning[standing];
  if (because === null && failure === null && !means) return null;
  return (
    <div className="cause">
      {because !== null && <p>{because}</p>}
      {failure && (
        <p>
          {t(`failure.${failure.kind}`)} <code>{failure.detail}</code>
        </p>
      )}
      {means && <p className="aside">{t(means)}</p>}
    </div>
  );
}

const meaning: Partial<Record<ReturnType<typeof standingOf>, string>> = {
  held: 'means.held',
  'waits-for-others': 'means.waitsForOthers',
  unknown: 'means.unknown',
  'tries-again': 'means.triesAgain',
  sent: 'means.sent',
  acknowledged: 'means.acknowledged',
  attested: 'means.attested',
  waived: 'means.waived',
};

/** Who answers for it, and what shows it. */
function Decided({ step, zone }: { step: Step; zone: string }) {
  const t = useWords('departure');
  const { decision } = step;
  if (!decision) return null;
  return (
    <Part title={t(decision.kind === 'attested' ? 'decided.attested' : 'decided.waived')}>
      <p>
        {decision.byName}: {decision.reason}
      </p>
      {decision.proof !== null && <p className="lines">{decision.proof}</p>}
      {decision.acceptedByName !== null && (
        <p>{t('decided.accepted', { who: decision.acceptedByName })}</p>
      )}
      {decision.expiresAt !== null && (
        <p>
          {t('decided.until', {
            when: momentText(decision.expiresAt, zone, currentLanguage(), new Date()),
          })}
        </p>
      )}
      <Files stepId={step.id} files={decision.files} />
    </Part>
  );
}

/** Who was asked to do it by hand, and what they say. */
function Asked({ step, zone }: { step: Step; zone: string }) {
  const t = useWords('departure');
  const { assignment } = step;
  if (!assignment) return null;
  const { people, deadline, proof, toAccept, confirmed } = assignment;
  return (
    <Part title={t('asked.title')}>
      <p>{people.map(({ name, email }) => `${name} (${email})`).join(', ') || t('asked.nobody')}</p>
      {assignment.instructions !== (step.summary ?? assignment.instructions) && (
        <p className="lines">{assignment.instructions}</p>
      )}
      {deadline !== null && (
        <p>
          {t('asked.deadline', { when: momentText(deadline, zone, currentLanguage(), new Date()) })}
        </p>
      )}
      {proof.length > 0 && <p>{t('asked.proof', { what: proof.join(', ') })}</p>}
      {confirmed && (
        <p>{t('asked.confirmed', { who: confirmed.byName, what: confirmed.reason })}</p>
      )}
      {toAccept && <Submitted step={step} it={toAccept} />}
    </Part>
  );
}

/** When it was seen to be so since, and when somebody looks next: access comes back. */
function LookedAgain({ step, zone }: { step: Step; zone: string }) {
  const t = useWords('departure');
  const now = useNow();
  const { rechecks } = step;
  if (!rechecks) return null;
  const at = (moment: string) => momentText(moment, zone, currentLanguage(), now);
  const { lookedAt, nextAt, waitsBecause, returned, endedBecause } = rechecks;
  return (
    <Part title={t('rechecks.title')}>
      {returned > 0 && <p>{t('rechecks.returned', { count: returned })}</p>}
      {lookedAt.length > 0 && (
        <ul className="checks">
          {lookedAt.map((moment) => (
            <li key={moment} data-tone="good">
              {t('rechecks.holds', { when: at(moment) })}
            </li>
          ))}
        </ul>
      )}
      {nextAt !== null && <p>{t('rechecks.next', { when: at(nextAt) })}</p>}
      {waitsBecause !== null && <p>{t('rechecks.waits', { because: waitsBecause })}</p>}
      {endedBecause !== null && <p>{t('rechecks.ended', { because: endedBecause })}</p>}
    </Part>
  );
}

function Submitted({ step, it }: { step: Step; it: Submission }) {
  const t = useWords('departure');
  return (
    <>
      <p>{t('asked.submitted', { who: it.byName, what: it.reason })}</p>
      {it.proof !== null && <p className="lines">{it.proof}</p>}
      <Files stepId={step.id} files={it.files} />
    </>
  );
}

function Files({ stepId, files }: { stepId: string; files: readonly ProofFile[] }) {
  if (files.length === 0) return null;
  return (
    <ul className="files">
      {files.map(({ name, sha256 }) => (
        <li key={sha256}>
          <a href={`/api/v1/steps/${stepId}/proofs/${sha256}`} download={name}>
            {name}
          </a>
        </li>
      ))}
    </ul>
  );
}

/** When it was what; only what the server knows. */
function Facts({ step, it }: { step: Step; it: Case }) {
  const t = useWords('departure');
  const now = useNow();
  const at = (moment: string | null) =>
    moment === null ? null : momentText(moment, it.zone, currentLanguage(), now);
  const facts: readonly (readonly [string, ReactNode])[] = [
    ['rule', step.rule],
    ['due', at(step.dueAt)],
    ['started', at(step.startedAt)],
    ['applied', at(step.appliedAt)],
    ['held', at(step.heldAt)],
    ['settled', at(step.settledAt)],
    ['nextLook', step.status === 'settled' ? null : at(step.nextLookAt)],
    ['attempts', step.attempts > 0 ? step.attempts : null],
    ['duty', step.obligation?.citation ?? null],
    ['key', <code key="key">{step.key}</code>],
  ];
  return (
    <dl className="facts">
      {facts
        .filter(([, value]) => value !== null)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{t(`fact.${name}`)}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

function Neighbours({ title, steps }: { title: string; steps: readonly Step[] }) {
  if (steps.length === 0) return null;
  return (
    <Part title={title}>
      <ul className="neighbours">
        {steps.map(({ id, title: name }) => (
          <li key={id}>
            <Link from="/departures/$caseId" to="." search={(now) => ({ ...now, step: id })}>
              {name}
            </Link>
          </li>
        ))}
      </ul>
    </Part>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="part">
      <h3>{title}</h3>
      {children}
    </section>
  );
}
