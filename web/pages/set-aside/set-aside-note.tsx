import { Link } from '@tanstack/react-router';
import type { FeedPage } from '#api/contract/feeds.ts';
import { useRead } from '../../lib/queries.ts';
import { useMay } from '../../lib/session.ts';
import { useWords } from '../../lib/words.ts';
import './words.ts';

/** Where something was set aside, the way to it; else nothing. */
export function SetAsideNote() {
  const t = useWords('setAside');
  const enabled = useMay('feed.read');
  const { data } = useRead<FeedPage>('/feeds', { limit: 200 }, { enabled });
  const open = data?.items.filter((it) => it.endedAt === null && it.decision === null) ?? [];
  if (!enabled || open.length === 0) return null;
  return (
    <p className="warning" role="note">
      {t('open', { count: open.length })} <Link to="/set-aside">{t('look')}</Link>
    </p>
  );
}
