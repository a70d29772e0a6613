import {
  IconAlertTriangle,
  IconCircleCheckFilled,
  IconCircleDashed,
  IconPlayerPause,
  IconSlash,
} from '@tabler/icons-react';
import type { Connection } from '#api/contract/connections.ts';
import { useWords } from '../../lib/words.ts';
import { StandingBadge } from '../../ui/standing.tsx';
import { type Health, healthOf } from './health.ts';

const looks = {
  works: { tone: 'good', icon: IconCircleCheckFilled },
  'not-checked': { tone: 'quiet', icon: IconCircleDashed },
  'check-refused': { tone: 'attention', icon: IconAlertTriangle },
  down: { tone: 'attention', icon: IconAlertTriangle },
  paused: { tone: 'set-aside', icon: IconPlayerPause },
  disabled: { tone: 'set-aside', icon: IconSlash },
} as const satisfies Record<Health, Parameters<typeof StandingBadge>[0]['look']>;

export function HealthBadge({ of }: { of: Connection }) {
  const t = useWords('connections');
  const health = healthOf(of);
  return <StandingBadge look={looks[health]}>{t(`health.${health}`)}</StandingBadge>;
}
