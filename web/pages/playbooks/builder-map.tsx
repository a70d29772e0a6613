import { IconAlertTriangle } from '@tabler/icons-react';
import { useMemo } from 'react';
import type { Finding } from '#api/contract/playbooks.ts';
import { awaited, waitsOf } from '#core/coverage.ts';
import type { Playbook } from '#core/playbook.ts';
import { useWords } from '../../lib/words.ts';
import StepMap, { type MapStep } from '../../ui/map/step-map.tsx';
import { stepWords } from './sentences.ts';

/** The steps as they follow each other; the outline says the same, and is where they are changed. */
export default function BuilderMap({
  of,
  findings,
  current,
  onOpen,
}: {
  of: Playbook;
  findings: readonly Finding[];
  current: string | undefined;
  onOpen: (id: string) => void;
}) {
  const t = useWords('builder');
  const words = useWords('playbooks');
  const steps = useMemo(() => {
    const wrong = new Set(
      findings.filter(({ severity }) => severity === 'error').map(({ step }) => step),
    );
    return of.steps.map((step): MapStep => {
      const after = waitsOf(step).flatMap((it) => awaited(it, step, of.steps));
      return {
        id: step.id,
        title: step.title ?? stepWords(words, step),
        group: { id: step.layer, title: words(`layers.${step.layer}`) },
        after: [...new Set(after.map(({ id }) => id))],
        ...(wrong.has(step.id) && {
          state: { look: { tone: 'attention', icon: IconAlertTriangle }, word: t('toMend') },
        }),
      };
    });
  }, [of, findings, t, words]);
  return <StepMap label={t('mapOf')} steps={steps} current={current} onOpen={onOpen} />;
}
