import { IconCheck, IconCircleDashed, IconSlash } from '@tabler/icons-react';
import type { PlaybookSummary } from '#api/contract/playbooks.ts';
import { useWords } from '../../lib/words.ts';
import { StandingBadge } from '../../ui/standing.tsx';

const looks = {
  published: { tone: 'busy', icon: IconCheck },
  draft: { tone: 'quiet', icon: IconCircleDashed },
  retired: { tone: 'set-aside', icon: IconSlash },
} as const;

export function StatusBadge({ of }: { of: PlaybookSummary }) {
  const t = useWords('playbooks');
  return <StandingBadge look={looks[of.status]}>{t(`statuses.${of.status}`)}</StandingBadge>;
}
