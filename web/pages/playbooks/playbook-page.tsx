import { Button, Tabs } from '@mantine/core';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { PlaybookPage as Page_, Playbook, PlaybookSummary } from '#api/contract/playbooks.ts';
import type { Playbook as Document } from '#core/playbook.ts';
import { useNow } from '../../lib/clock.ts';
import { useEverything } from '../../lib/everything.ts';
import { distanceText } from '../../lib/moments.ts';
import { useRead } from '../../lib/queries.ts';
import { useMay } from '../../lib/session.ts';
import { currentLanguage, useWords } from '../../lib/words.ts';
import { Empty, Loaded } from '../../ui/loaded.tsx';
import { Page } from '../../ui/page.tsx';
import '../../ui/panels.css';
import { BeginDraft } from './begin-draft.tsx';
import { Compare } from './compare.tsx';
import { Editor } from './editor.tsx';
import { Outline } from './outline.tsx';
import './builder.css';
import './playbooks.css';
import { Publish } from './publish.tsx';
import { Reach } from './reach.tsx';
import { type PlaybookView, playbookViews } from './search.ts';
import { StatusBadge } from './status-badge.tsx';
import { TryOut } from './try-out.tsx';
import { chosenVersion } from './versions.ts';
import './words.ts';

const route = getRouteApi('/inside/playbooks/$name');

/** One playbook: what it does, its versions, and how the next one comes about. */
export function PlaybookPage() {
  const t = useWords('playbooks');
  const { name } = route.useParams();
  const { version } = route.useSearch();
  const query = useEverything<Page_>('/playbooks');
  return (
    <Loaded query={query}>
      {(all) => {
        const versions = all
          .filter((it) => it.name === name)
          .toSorted((a, b) => b.number - a.number);
        const chosen = chosenVersion(versions, version);
        if (!chosen) return <Empty>{t('noSuch', { name })}</Empty>;
        return <Chosen chosen={chosen} versions={versions} />;
      }}
    </Loaded>
  );
}

function Chosen({
  chosen,
  versions,
}: {
  chosen: PlaybookSummary;
  versions: readonly PlaybookSummary[];
}) {
  const t = useWords('playbooks');
  const { view = 'outline', with: other } = route.useSearch();
  const navigate = route.useNavigate();
  const mayWrite = useMay('playbook.write');
  const mayTry = useMay('plan.preview');
  const [isPublishing, setPublishing] = useState(false);
  const query = useRead<Playbook>(`/playbooks/${encodeURIComponent(chosen.id)}`);
  const views = playbookViews.filter((it) => it !== 'try' || mayTry);
  return (
    <Page
      title={chosen.title}
      about={
        <>
          <StatusBadge of={chosen} />
          <span className="under">
            {t('version', { number: chosen.number })} · {chosen.name}
          </span>
        </>
      }
      acts={
        mayWrite && (
          <>
            {chosen.status === 'draft' && (
              <Button onClick={() => setPublishing(true)}>{t('publish')}</Button>
            )}
            {query.data && <BeginDraft key={query.data.id} of={query.data} />}
          </>
        )
      }
    >
      <Publish
        of={chosen}
        live={versions.find((it) => it.status === 'published') ?? null}
        isAsked={isPublishing}
        onClose={() => setPublishing(false)}
      />
      <div className="beside">
        <div>
          <Tabs
            value={view}
            keepMounted={false}
            onChange={(to) =>
              void navigate({ search: (it) => ({ ...it, view: to as PlaybookView }) })
            }
          >
            <Tabs.List aria-label={t('views')}>
              {views.map((it) => (
                <Tabs.Tab key={it} value={it}>
                  {t(`view.${it}`)}
                </Tabs.Tab>
              ))}
            </Tabs.List>
            <Loaded query={query}>
              {(it) => (
                <Tabs.Panel value={view} pt="lg">
                  {view === 'outline' && <Outline of={it.document as Document | null} />}
                  {view === 'text' && <Editor text={it.text} />}
                  {view === 'compare' && (
                    <Compare
                      of={it}
                      versions={versions}
                      other={other}
                      onOther={(id) =>
                        void navigate({ search: (before) => ({ ...before, with: id }) })
                      }
                    />
                  )}
                  {view === 'try' && (
                    <TryOut of={it.about?.for ?? 'departure'} tried={{ playbook: it.id }} />
                  )}
                  {view === 'reach' && <Reach of={chosen} versions={versions} />}
                </Tabs.Panel>
              )}
            </Loaded>
          </Tabs>
        </div>
        <Versions versions={versions} chosen={chosen} />
      </div>
    </Page>
  );
}

function Versions({
  versions,
  chosen,
}: {
  versions: readonly PlaybookSummary[];
  chosen: PlaybookSummary;
}) {
  const t = useWords('playbooks');
  const now = useNow();
  const search = route.useSearch();
  return (
    <section className="card panel" aria-labelledby="versions">
      <h2 id="versions">{t('versions')}</h2>
      <ol className="plain-list versions">
        {versions.map((it) => (
          <li key={it.id} {...(it.id === chosen.id ? { 'aria-current': true } : {})}>
            <Link
              className="row-link"
              to="/playbooks/$name"
              params={{ name: it.name }}
              search={{ ...search, version: it.id }}
            >
              {t('version', { number: it.number })}
            </Link>
            <StatusBadge of={it} />
            <span className="under">
              {t('begun', { when: distanceText(it.createdAt, currentLanguage(), now) })}
            </span>
            {it.note && <span className="under breaks">{it.note}</span>}
          </li>
        ))}
      </ol>
    </section>
  );
}
