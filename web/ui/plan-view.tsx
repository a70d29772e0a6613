import type { PlanPreview } from '#api/contract/plans.ts';
import { useNow } from '../lib/clock.ts';
import { momentText } from '../lib/moments.ts';
import { addWords, currentLanguage, useWords } from '../lib/words.ts';
import de from '../words/de/plan.json' with { type: 'json' };
import en from '../words/en/plan.json' with { type: 'json' };
import { momentsOf, type PlannedStep, waitsFor } from './plan-moments.ts';
import './plan-view.css';

addWords('plan', { en, de });

type Planned = Extract<PlanPreview, { steps: unknown }>;

/** What would happen, before anything does: by moments; what to look at first stands on top. */
export function PlanView({ of }: { of: PlanPreview }) {
  const t = useWords('plan');
  if ('question' in of) {
    return (
      <p className="plan-first" role="status">
        <strong>{t('question')}</strong> {of.question}
      </p>
    );
  }
  return <Plan of={of} />;
}

function Plan({ of }: { of: Planned }) {
  const t = useWords('plan');
  const now = useNow();
  return (
    <div className="plan">
      <p role="status">
        <strong>{t('nothingChanged')}</strong>{' '}
        {t('by', { title: of.playbook.title, number: of.playbook.number })}
      </p>
      <LookFirst of={of} />
      {momentsOf(of.steps).map(({ when, due, steps }) => (
        <section key={`${when} ${due}`}>
          <h3 className="plan-when">
            {due === null ? t(`when.${when}`) : momentText(due, of.zone, currentLanguage(), now)}
          </h3>
          <ul className="plan-steps">
            {steps.map((it) => (
              <Step key={it.key} it={it} all={of.steps} />
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

function LookFirst({ of }: { of: Planned }) {
  const t = useWords('plan');
  const approvals = of.steps.filter((it) => it.approval).length;
  const lines = [
    ...of.unanswered.map((it) => t('unanswered', { system: it.connection, because: it.because })),
    ...(of.gaps.length > 0 ? [t('gaps', { count: of.gaps.length })] : []),
    ...(approvals > 0 ? [t('approvals', { count: approvals })] : []),
    ...of.notes,
  ];
  if (lines.length === 0) return null;
  return (
    <div className="plan-first">
      <strong>{t('lookFirst')}</strong>
      <ul>
        {lines.map((it) => (
          <li key={it}>{it}</li>
        ))}
      </ul>
    </div>
  );
}

function Step({ it, all }: { it: PlannedStep; all: readonly PlannedStep[] }) {
  const t = useWords('plan');
  const after = waitsFor(it, all);
  const notes = [
    it.account?.privileged && t('privileged'),
    it.approval && t('needsApproval'),
    it.at.late && t('late'),
    after.length > 3 && t('afterMany', { count: after.length }),
    after.length > 0 && after.length <= 3 && t('after', { steps: after.join(', ') }),
  ].filter(Boolean);
  return (
    <li>
      <span className="plan-where">{it.connectionId ?? t(`kinds.${it.kind}`)}</span>
      <span>
        {it.title}
        {it.account && <code className="plan-account">{it.account.login}</code>}
        {notes.length > 0 && <span className="under">{notes.join(' · ')}</span>}
      </span>
      <span className="plan-layer">{t(`layers.${it.layer}`)}</span>
    </li>
  );
}
