import { Button } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { useState } from 'react';
import type { Case } from '#api/contract/cases.ts';
import type { Step } from '#api/contract/steps.ts';
import { useAct } from '../../lib/queries.ts';
import { useWords } from '../../lib/words.ts';
import { Refused } from '../../ui/refused.tsx';
import { atOnce, StepAct, type StepActName } from './step-act.tsx';
import { standingOf } from './step-standing.ts';
import { saidOf } from './step-words.ts';
import { toActOn } from './to-act-on.ts';

/** What the server says the viewer may do about a step, and nothing else. */
export function StepActs({ step, it }: { step: Step; it: Case }) {
  const t = useWords('departure');
  const [asking, setAsking] = useState<StepActName | null>(null);
  const done = useAct<{ detail: string }>();
  const doAtOnce = (name: StepActName) =>
    done.mutate({ method: 'POST', path: `/steps/${step.id}/${name}` });
  useHotkeys([['r', () => step.actions.includes('retry') && !done.isPending && doAtOnce('retry')]]);
  return (
    <div className="step-acts">
      {step.actions.map((name, i) => (
        <Button
          key={name}
          variant={i === 0 ? 'filled' : 'default'}
          loading={done.isPending && done.variables.path.endsWith(name)}
          onClick={() => (atOnce.includes(name) ? doAtOnce(name) : setAsking(name))}
        >
          {t(`act.${name}`)}
        </Button>
      ))}
      {step.actions.includes('retry') && it.playbook && (
        <p className="aside">
          {t('retryRepeats', {
            what: step.title,
            title: it.playbook.title,
            number: it.playbook.number,
          })}
        </p>
      )}
      <Refused error={done.error} more={<NowStands step={step} it={it} />} />
      {asking && <StepAct act={asking} on={toActOn(step, it)} onClose={() => setAsking(null)} />}
    </div>
  );
}

/** How it stands after another person was faster: read anew, and said with who it was. */
function NowStands({ step, it }: { step: Step; it: Case }) {
  const t = useWords('departure');
  const { key, values } = saidOf({ step, standing: standingOf(step, it) }, it, false);
  return <p>{t('nowStands', { how: t(key, values ?? {}) })}</p>;
}
