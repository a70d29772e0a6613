import {
  IconAlertTriangle,
  IconCheck,
  IconCircleCheckFilled,
  IconCircleDashed,
  IconClock,
  IconHourglass,
  IconLoader2,
  IconPlayerPause,
  IconQuestionMark,
  IconSlash,
  IconUserCheck,
} from '@tabler/icons-react';
import type { ComponentType, ReactNode } from 'react';
import type { CaseState } from '#core/case.ts';
import type { Grade, StepStatus } from '#core/step.ts';

export type Tone = 'good' | 'good-weak' | 'busy' | 'due-soon' | 'attention' | 'set-aside' | 'quiet';

export interface Look {
  readonly tone: Tone;
  readonly icon: ComponentType<{ size?: number; className?: string; 'aria-hidden'?: boolean }>;
}

/** Where a step stands, as facts of the server tell it; what the viewer reads and sees follows from this alone. */
export type Standing =
  | Exclude<StepStatus, 'settled'>
  | Grade
  | 'tries-again'
  | 'sent'
  | 'waits-for-others'
  | 'unknown'
  | 'unchanged'
  | 'paused';

/** How each standing looks. Filled green is only what was read back or looked for and not there. */
export const looks = {
  waiting: { tone: 'quiet', icon: IconHourglass },
  ready: { tone: 'quiet', icon: IconCircleDashed },
  'tries-again': { tone: 'busy', icon: IconClock },
  running: { tone: 'busy', icon: IconLoader2 },
  sent: { tone: 'busy', icon: IconClock },
  held: { tone: 'attention', icon: IconAlertTriangle },
  'waits-for-others': { tone: 'attention', icon: IconAlertTriangle },
  unknown: { tone: 'attention', icon: IconQuestionMark },
  verified: { tone: 'good', icon: IconCircleCheckFilled },
  unchanged: { tone: 'good', icon: IconCircleCheckFilled },
  absent: { tone: 'good', icon: IconCircleCheckFilled },
  acknowledged: { tone: 'good-weak', icon: IconCheck },
  attested: { tone: 'good-weak', icon: IconUserCheck },
  waived: { tone: 'set-aside', icon: IconSlash },
  paused: { tone: 'set-aside', icon: IconPlayerPause },
} as const satisfies Record<Standing, Look>;

/** How each state of a case looks. "Needs you" and the like are said by its steps. */
export const caseLooks = {
  quarantined: { tone: 'attention', icon: IconAlertTriangle },
  draft: { tone: 'quiet', icon: IconCircleDashed },
  'waiting-for-approval': { tone: 'due-soon', icon: IconHourglass },
  scheduled: { tone: 'quiet', icon: IconClock },
  running: { tone: 'busy', icon: IconLoader2 },
  paused: { tone: 'set-aside', icon: IconPlayerPause },
  'access-removed': { tone: 'good', icon: IconCircleCheckFilled },
  complete: { tone: 'good', icon: IconCircleCheckFilled },
  cancelled: { tone: 'set-aside', icon: IconSlash },
  'brought-back': { tone: 'set-aside', icon: IconSlash },
} as const satisfies Record<CaseState, Look>;

/** A state: icon, word and tone, never colour alone. */
export function StandingBadge({ look, children }: { look: Look; children: ReactNode }) {
  return (
    <span className="standing" data-tone={look.tone}>
      <StandingIcon look={look} />
      {children}
    </span>
  );
}

/** The icon of a state, beside its word. */
export function StandingIcon({ look: { icon: Icon } }: { look: Look }) {
  return <Icon size={14} aria-hidden {...(Icon === IconLoader2 ? { className: 'turning' } : {})} />;
}
