import {
  IconAlertTriangle,
  IconCircleCheckFilled,
  IconCircleDashed,
  IconSlash,
} from '@tabler/icons-react';
import type { Feed } from '#api/contract/feeds.ts';
import { useWords } from '../../lib/words.ts';
import { StandingBadge } from '../../ui/standing.tsx';

const looks = {
  waits: { tone: 'attention', icon: IconAlertTriangle },
  'under-way': { tone: 'quiet', icon: IconCircleDashed },
  'taken in': { tone: 'good', icon: IconCircleCheckFilled },
  refused: { tone: 'set-aside', icon: IconSlash },
  gone: { tone: 'set-aside', icon: IconSlash },
} as const;

/** How far the decision about what was set aside has come. */
export function FeedState({ of }: { of: Feed }) {
  const t = useWords('setAside');
  const state = of.endedAs ?? (of.decision === null ? 'waits' : 'under-way');
  return <StandingBadge look={looks[state]}>{t(`states.${state}`)}</StandingBadge>;
}

/** What it is: of a system, of a file that lay with one, or of a file that somebody brought. */
export function useFeedName(): (it: Feed) => string {
  const t = useWords('setAside');
  return ({ file, importedBy, source }) => {
    if (importedBy) return t('imported', { name: importedBy.name ?? importedBy.id });
    return file === null ? source : t('fileOf', { file, source });
  };
}
