import { Link } from '@tanstack/react-router';
import type { FeedPage } from '#api/contract/feeds.ts';
import { useNow } from '../../lib/clock.ts';
import { momentText } from '../../lib/moments.ts';
import { useRead } from '../../lib/queries.ts';
import { useSession } from '../../lib/session.ts';
import { currentLanguage, useWords } from '../../lib/words.ts';
import { Empty, Loaded } from '../../ui/loaded.tsx';
import { Page } from '../../ui/page.tsx';
import { Wide } from '../../ui/wide.tsx';
import '../../ui/panels.css';
import { FeedState, useFeedName } from './feed-state.tsx';
import './words.ts';

/** What HR systems and files said, and was set aside as a whole. */
export function SetAsidePage() {
  const t = useWords('setAside');
  const query = useRead<FeedPage>('/feeds', { limit: 200 });
  return (
    <Page title={t('title')} about={<span className="under">{t('about')}</span>}>
      <Loaded query={query}>
        {({ items }) => (items.length === 0 ? <Empty>{t('none')}</Empty> : <Feeds all={items} />)}
      </Loaded>
    </Page>
  );
}

function Feeds({ all }: { all: FeedPage['items'] }) {
  const t = useWords('setAside');
  const nameOf = useFeedName();
  const now = useNow();
  const { company } = useSession();
  return (
    <Wide className="card" label={t('title')}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t('what')}</th>
            <th scope="col">{t('state')}</th>
            <th scope="col">{t('when')}</th>
            <th scope="col">{t('rows')}</th>
            <th scope="col">{t('differ')}</th>
            <th scope="col">{t('leave')}</th>
          </tr>
        </thead>
        <tbody>
          {all.map((it) => (
            <tr key={it.id}>
              <td>
                <Link className="row-link" to="/set-aside/$id" params={{ id: it.id }}>
                  {nameOf(it)}
                </Link>
              </td>
              <td>
                <FeedState of={it} />
              </td>
              <td>{momentText(it.setAsideAt, company.zone, currentLanguage(), now)}</td>
              <td>{it.rows}</td>
              <td>{it.changed}</td>
              <td>{it.leaving}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}
