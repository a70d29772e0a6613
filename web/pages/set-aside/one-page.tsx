import { Button } from '@mantine/core';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { FeedWithDifferences } from '#api/contract/feeds.ts';
import { useNow } from '../../lib/clock.ts';
import { momentText } from '../../lib/moments.ts';
import { useAct, useRead } from '../../lib/queries.ts';
import { useMay, useSession } from '../../lib/session.ts';
import { currentLanguage, useWords } from '../../lib/words.ts';
import { Loaded } from '../../ui/loaded.tsx';
import { Page } from '../../ui/page.tsx';
import { Refused } from '../../ui/refused.tsx';
import { Wide } from '../../ui/wide.tsx';
import '../../ui/form.css';
import '../../ui/panels.css';
import './set-aside.css';
import { FeedState, useFeedName } from './feed-state.tsx';
import './words.ts';

const route = getRouteApi('/inside/set-aside/$id');

/** One of them: why, what differs from what is known, and what two people say of it. */
export function OneSetAsidePage() {
  const { id } = route.useParams();
  const query = useRead<FeedWithDifferences>(`/feeds/${encodeURIComponent(id)}`);
  return <Loaded query={query}>{(it) => <Shown of={it} />}</Loaded>;
}

function Shown({ of }: { of: FeedWithDifferences }) {
  const t = useWords('setAside');
  const nameOf = useFeedName();
  const now = useNow();
  const { company } = useSession();
  const when = momentText(of.setAsideAt, company.zone, currentLanguage(), now);
  const more = of.changed - of.differences.length;
  return (
    <Page
      title={nameOf(of)}
      about={
        <>
          <FeedState of={of} />{' '}
          <Link className="under" to="/set-aside">
            {t('backToAll')}
          </Link>
        </>
      }
    >
      <section className="card panel" aria-labelledby="why">
        <h2 id="why">{t('why')}</h2>
        <ul className="plain-list set-aside-why">
          {of.reasons.map((it) => (
            <li key={it.kind}>
              <strong>{t(`kinds.${it.kind}`)}</strong>{' '}
              <span className="under" lang="en">
                {it.text}
              </span>
            </li>
          ))}
        </ul>
        <p className="part-about">
          {t('counts', { when, rows: of.rows, changed: of.changed, leaving: of.leaving })}
        </p>
        <Decision of={of} />
      </section>
      {of.differences.length > 0 && (
        <section className="card set-aside-rows" aria-labelledby="differences">
          <h2 id="differences">{t('differences')}</h2>
          <Differences of={of} />
          {more > 0 && <p className="under">{t('more', { count: more })}</p>}
        </section>
      )}
    </Page>
  );
}

/** Two people say the same, as soon as there are two who may. */
function Decision({ of }: { of: FeedWithDifferences }) {
  const t = useWords('setAside');
  const { user } = useSession();
  const may = useMay('feed.decide');
  const act = useAct<{ detail: string }>();
  const [wanted, setWanted] = useState<'release' | 'refuse' | null>(null);
  if (of.endedAt !== null || of.decision !== null) {
    const by = of.decidedBy?.name ?? of.decidedBy?.id;
    return by ? (
      <p role="status">{t(`decided.${of.decision ?? 'release'}`, { name: by })}</p>
    ) : null;
  }
  const { asked } = of;
  const decide = (decision: 'release' | 'refuse') =>
    act.mutate(
      { method: 'POST', path: `/feeds/${encodeURIComponent(of.id)}/${decision}` },
      { onSuccess: () => setWanted(null) },
    );
  return (
    <>
      {asked && (
        <p role="status">
          {t(`asked.${asked.for}`, { name: asked.by.name ?? asked.by.id })}{' '}
          {asked.by.id === user.id ? t('anotherNeeded') : t('youMayAgree')}
        </p>
      )}
      {wanted && <p>{t(`sure.${wanted}`, { count: of.changed, leaving: of.leaving })}</p>}
      <Refused error={act.error} />
      {may &&
        (wanted ? (
          <div className="form-acts">
            <Button loading={act.isPending} onClick={() => decide(wanted)}>
              {t(`surely.${wanted}`)}
            </Button>
            <Button variant="default" onClick={() => setWanted(null)}>
              {t('form:cancel')}
            </Button>
          </div>
        ) : (
          <div className="form-acts">
            <Button variant="default" onClick={() => setWanted('release')}>
              {t('release')}
            </Button>
            <Button variant="default" onClick={() => setWanted('refuse')}>
              {t('refuse')}
            </Button>
          </div>
        ))}
    </>
  );
}

function Differences({ of }: { of: FeedWithDifferences }) {
  const t = useWords('setAside');
  return (
    <Wide label={t('differences')}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t('person')}</th>
            <th scope="col">{t('field')}</th>
            <th scope="col">{t('was')}</th>
            <th scope="col">{t('is')}</th>
          </tr>
        </thead>
        <tbody>
          {of.differences.flatMap(({ personId, name, changes }) =>
            changes.map(({ field, was, is }, i) => (
              <tr key={`${personId} ${field}`}>
                <td className="breaks">
                  {i === 0 && (
                    <>
                      {name ?? personId}{' '}
                      {name !== null && <span className="under">{personId}</span>}
                    </>
                  )}
                </td>
                <td>{t([`fields.${field}`, 'fields.other'], { field })}</td>
                <td className="breaks">{was ?? t('nothing')}</td>
                <td className="breaks">{is ?? t('nothing')}</td>
              </tr>
            )),
          )}
        </tbody>
      </table>
    </Wide>
  );
}
