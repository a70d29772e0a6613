import { getRouteApi, Link } from '@tanstack/react-router';
import type { StarterPage } from '#api/contract/playbooks.ts';
import { useRead } from '../../lib/queries.ts';
import { useWords } from '../../lib/words.ts';
import { Loaded } from '../../ui/loaded.tsx';
import { Page } from '../../ui/page.tsx';
import '../../ui/panels.css';
import { BeginNew } from './begin-new.tsx';
import './playbooks.css';
import './words.ts';

const route = getRouteApi('/inside/playbooks/new');

/** A playbook of one's own, begun from one that comes along. */
export function NewPlaybookPage() {
  const t = useWords('playbooks');
  const { from } = route.useSearch();
  const query = useRead<StarterPage>('/playbook-starters', { limit: 200 });
  return (
    <Page
      title={t('newTitle')}
      about={
        <Link className="under" to={from ? '/playbooks/new' : '/playbooks'} search={{}}>
          {from ? t('otherStart') : t('backToAll')}
        </Link>
      }
    >
      <Loaded query={query}>
        {({ items }) => {
          const starter = items.find((it) => it.name === from);
          if (starter) return <BeginNew key={starter.name} starter={starter} />;
          return (
            <>
              <p className="part-about">{t('newAbout')}</p>
              <ol className="cards">
                {items.map((it) => (
                  <li key={it.name} className="card playbook-card">
                    <Link className="row-link" to="/playbooks/new" search={{ from: it.name }}>
                      {it.title}
                    </Link>
                    <p className="under">{t(`for.${it.for}`)}</p>
                  </li>
                ))}
              </ol>
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}
