import { TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { getRouteApi, Link, useRouter } from '@tanstack/react-router';
import type { Connection, ConnectionPage, ConnectorPage } from '#api/contract/connections.ts';
import type { ReadyDescriptionPage } from '#api/contract/descriptions.ts';
import { categories } from '#core/connection.ts';
import { useNow } from '../../lib/clock.ts';
import { distanceText } from '../../lib/moments.ts';
import { useRead } from '../../lib/queries.ts';
import { useMay } from '../../lib/session.ts';
import { currentLanguage, useWords } from '../../lib/words.ts';
import { Empty, Loaded } from '../../ui/loaded.tsx';
import { Page } from '../../ui/page.tsx';
import { Wide } from '../../ui/wide.tsx';
import { SetAsideNote } from '../set-aside/set-aside-note.tsx';
import '../../ui/panels.css';
import './connections.css';
import { HealthBadge } from './health-badge.tsx';
import { RunsOutSoon } from './secret-days.tsx';
import './words.ts';

const route = getRouteApi('/inside/connections');
const most = { limit: 200 };

/** Which systems we reach, and what else can be reached. */
export function ConnectionsPage() {
  const t = useWords('connections');
  const { text } = route.useSearch();
  const navigate = route.useNavigate();
  const router = useRouter();
  const find = useDebouncedCallback((wanted: string) => {
    // Whoever has pressed a link meanwhile is on the way there.
    if (router.latestLocation.pathname !== '/connections') return;
    void navigate({ search: wanted ? { text: wanted } : {}, replace: true });
  }, 150);
  const used = useRead<ConnectionPage>('/connections', most);
  const mayConnect = useMay('connection.write');
  return (
    <Page title={t('title')}>
      <SetAsideNote />
      <search className="filters">
        <TextInput
          aria-label={t('find')}
          placeholder={t('find')}
          defaultValue={text ?? ''}
          onChange={(event) => find(event.currentTarget.value)}
        />
      </search>
      <Loaded query={used}>{({ items }) => <InUse all={items} text={text ?? ''} />}</Loaded>
      {mayConnect && <Gallery text={text ?? ''} />}
    </Page>
  );
}

/** Kinds for systems that have none of their own. */
const fitsAll: readonly string[] = ['http', 'list', 'person', 'webhook'];

const fits = (text: string, ...words: readonly string[]) =>
  words.some((it) => it.toLowerCase().includes(text.toLowerCase()));

function InUse({ all, text }: { all: readonly Connection[]; text: string }) {
  const t = useWords('connections');
  const now = useNow();
  const shown = all
    .filter((it) => it.state !== 'disabled')
    .filter((it) => fits(text, it.name, it.id, it.connector, t(`kinds.${it.category}`)));
  if (shown.length === 0)
    return text === '' ? <Empty>{t('none')}</Empty> : <Empty>{t('noneFound', { text })}</Empty>;
  return (
    <section aria-labelledby="in-use">
      <h2 id="in-use" className="part">
        {t('inUse', { count: shown.length })}
      </h2>
      <Wide className="card" label={t('inUse', { count: shown.length })}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t('system')}</th>
              <th scope="col">{t('kind')}</th>
              <th scope="col">{t('state')}</th>
              <th scope="col">{t('actsAs')}</th>
              <th scope="col">{t('checked')}</th>
              <th scope="col">{t('owner')}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((it) => (
              <tr key={it.id}>
                <td>
                  <Link className="row-link" to="/connections/$id" params={{ id: it.id }}>
                    {it.name}
                  </Link>
                  <span className="under">{it.id}</span>
                </td>
                <td>{t(`kinds.${it.category}`)}</td>
                <td>
                  <HealthBadge of={it} />
                  <RunsOutSoon of={it} />
                </td>
                <td className="breaks">{it.actingAs ?? t('notKnown')}</td>
                <td>
                  {it.checkedAt ? distanceText(it.checkedAt, currentLanguage(), now) : t('never')}
                </td>
                <td>{it.owner?.name ?? t('noOwner')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
    </section>
  );
}

function Gallery({ text }: { text: string }) {
  const t = useWords('connections');
  const kinds = useRead<ConnectorPage>('/connectors', most);
  const ready = useRead<ReadyDescriptionPage>('/descriptions', most);
  return (
    <>
      <Loaded query={kinds}>
        {({ items }) =>
          categories.map((category) => {
            const shown = items
              .filter((it) => it.category === category && !fitsAll.includes(it.id))
              .filter((it) => fits(text, it.name, it.id, t(`kinds.${category}`)));
            if (shown.length === 0) return null;
            return (
              <section key={category} aria-labelledby={`kind-${category}`}>
                <h2 id={`kind-${category}`} className="part">
                  {t(`kinds.${category}`)}
                </h2>
                <div className="gallery">
                  {shown
                    .toSorted((a, b) => a.name.localeCompare(b.name))
                    .map((it) => (
                      <Link
                        key={it.id}
                        className="card choice"
                        to="/connections/new/$connector"
                        params={{ connector: it.id }}
                      >
                        {it.name}
                      </Link>
                    ))}
                </div>
              </section>
            );
          })
        }
      </Loaded>
      <Loaded query={ready}>
        {({ items }) => {
          const shown = items.filter((it) => fits(text, it.name, it.does));
          if (shown.length === 0) return null;
          return (
            <section aria-labelledby="described">
              <h2 id="described" className="part">
                {t('described')}
              </h2>
              <p className="part-about">{t('describedAbout')}</p>
              <div className="gallery">
                {shown.map((it) => (
                  <Link
                    key={it.id}
                    className="card choice"
                    to="/connections/new/$connector"
                    params={{ connector: it.connector }}
                    search={{ from: it.id }}
                  >
                    {it.name}
                    <span className="under">{it.does}</span>
                  </Link>
                ))}
              </div>
            </section>
          );
        }}
      </Loaded>
      <section aria-labelledby="not-listed">
        <h2 id="not-listed" className="part">
          {t('notListed')}
        </h2>
        <p className="part-about">{t('notListedAbout')}</p>
        <div className="gallery">
          {fitsAll.map((id) => (
            <Link
              key={id}
              className="card choice"
              to="/connections/new/$connector"
              params={{ connector: id }}
            >
              {t(`other.${id}.name`)}
              <span className="under">{t(`other.${id}.about`)}</span>
            </Link>
          ))}
        </div>
      </section>
    </>
  );
}
