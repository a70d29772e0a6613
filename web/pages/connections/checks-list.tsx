import {
  IconAlertTriangle,
  IconCircleCheckFilled,
  IconCircleDashed,
  IconQuestionMark,
} from '@tabler/icons-react';
import type { Ability, CheckResult } from '#api/contract/connections.ts';
import { useWords } from '../../lib/words.ts';
import { StandingBadge } from '../../ui/standing.tsx';
import { type Check, type CheckState, checksOf } from './checks.ts';
import './words.ts';

const looks = {
  passed: { tone: 'good', icon: IconCircleCheckFilled },
  refused: { tone: 'attention', icon: IconAlertTriangle },
  'not-tried': { tone: 'quiet', icon: IconCircleDashed },
  'not-told': { tone: 'quiet', icon: IconQuestionMark },
} as const satisfies Record<CheckState, Parameters<typeof StandingBadge>[0]['look']>;

/** What one harmless call told, question by question; where one was refused, the system's own words. */
export function ChecksList({
  check,
  abilities,
}: {
  check: CheckResult;
  abilities: readonly Ability[];
}) {
  const t = useWords('connections');
  return (
    <ul className="checks">
      {checksOf(check, abilities).map((it) => (
        <li key={it.name === 'ability' ? it.ability.capability : it.name}>
          <span>
            <StandingBadge look={looks[it.state]}>{t(`checkStates.${it.state}`)}</StandingBadge>
          </span>
          <Question of={it} check={check} />
        </li>
      ))}
    </ul>
  );
}

function Question({ of, check }: { of: Check; check: CheckResult }) {
  const t = useWords('connections');
  if (of.name !== 'ability') {
    return (
      <span>
        {t(`checks.${of.name}`)}
        {of.name === 'key' && check.works && (
          <span className="under">{t('actsAsThere', { name: check.actingAs })}</span>
        )}
        {of.state === 'refused' && !check.works && (
          <span className="under">{check.failure.detail}</span>
        )}
      </span>
    );
  }
  return (
    <span>
      {t(`capabilities.${of.ability.capability}`)}
      {of.missing.length > 0 && (
        <span className="under">
          {t('missing')} <Names all={of.missing} />
        </span>
      )}
      {of.state === 'not-told' && of.ability.scopes.length > 0 && (
        <span className="under">
          {t('needs')} <Names all={of.ability.scopes} />
        </span>
      )}
    </span>
  );
}

/** Exact names, as the system writes them. */
export const Names = ({ all }: { all: readonly string[] }) =>
  all.map((it, i) => (
    <span key={it}>
      {i > 0 && ', '}
      <code>{it}</code>
    </span>
  ));
