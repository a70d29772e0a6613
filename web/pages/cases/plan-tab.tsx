import type { Case } from '#api/contract/cases.ts';
import type { Step } from '#api/contract/steps.ts';
import { useWords } from '../../lib/words.ts';
import { Empty } from '../../ui/loaded.tsx';
import type { PlanLine } from '../../ui/plan-moments.ts';
import { PlanView } from '../../ui/plan-view.tsx';

/** The plan that runs, and by which digest it was approved. */
export function PlanTab({ it }: { it: Case }) {
  const t = useWords('departure');
  if (it.planDigest === null || it.playbook === null) return <Empty>{t('plan.none')}</Empty>;
  const steps = it.steps.filter((step) => (step.undoOf !== null) === (it.direction === 'back'));
  return (
    <>
      <dl className="facts">
        <div>
          <dt>{t('plan.playbook')}</dt>
          <dd>{t('playbook', { title: it.playbook.title, number: it.playbook.number })}</dd>
        </div>
        <div>
          <dt>{t('digest')}</dt>
          <dd>
            <code>{it.planDigest}</code>
          </dd>
        </div>
      </dl>
      {it.planNotes.length > 0 && (
        <section className="part">
          <h2>{t('plan.notes')}</h2>
          <ul className="effects">
            {it.planNotes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </section>
      )}
      <h2 className="plan-title">{t('plan.steps')}</h2>
      <PlanView lines={steps.map(lineOf)} zone={it.zone} />
    </>
  );
}

const lineOf = (step: Step): PlanLine => ({
  key: step.id,
  title: step.title,
  kind: step.kind,
  connection: step.connection,
  login: step.account?.login ?? null,
  isPrivileged: step.account?.privileged ?? false,
  capability: step.capability,
  rule: step.rule,
  due: step.dueAt,
  isLate: step.late,
  after: step.startsAfter,
  needsApproval: step.approval,
});
