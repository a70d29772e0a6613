import { getRouteApi } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';
import type { Approval } from '#api/contract/approvals.ts';
import type { Case } from '#api/contract/cases.ts';
import { useConnectionNames } from '../../lib/connections.ts';
import { useWords } from '../../lib/words.ts';
import { Empty } from '../../ui/loaded.tsx';
import StepMap, { type MapStep } from '../../ui/map/step-map.tsx';
import { looks } from '../../ui/standing.tsx';
import { groupOnMap } from './map-steps.ts';
import { saidOf, standingSteps } from './step-words.ts';

const route = getRouteApi('/inside/departures/$caseId');

/** The steps as they follow each other; a step opens beside the map. The list says the same. */
export default function MapTab({ it, approvals }: { it: Case; approvals: readonly Approval[] }) {
  const t = useWords('departure');
  const nameOf = useConnectionNames();
  const navigate = route.useNavigate();
  const { step: current } = route.useSearch();
  const open = useCallback(
    (step: string) => void navigate({ search: (now) => ({ ...now, step }) }),
    [navigate],
  );
  const steps = useMemo(
    () =>
      standingSteps(it).map((one): MapStep => {
        const { step, standing } = one;
        const { key, values } = saidOf(
          one,
          it,
          approvals.some(({ stepId }) => stepId === step.id),
        );
        return {
          id: step.id,
          title:
            step.connection === null ? step.title : `${nameOf(step.connection)}: ${step.title}`,
          group: groupOnMap(step, it, t('duties')),
          state: { look: looks[standing], word: t(key, values ?? {}) },
          after: step.startsAfter,
        };
      }),
    [it, approvals, nameOf, t],
  );
  if (steps.length === 0) return <Empty>{t(it.question ? 'noStepsAsked' : 'noSteps')}</Empty>;
  return <StepMap label={t('mapOf')} steps={steps} current={current} onOpen={open} />;
}
