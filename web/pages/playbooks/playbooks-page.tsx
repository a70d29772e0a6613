import { Button } from '@mantine/core';
import { Link, useNavigate } from '@tanstack/react-router';
import type { PlaybookPage, PlaybookSummary } from '#api/contract/playbooks.ts';
import type { Condition } from '#core/condition.ts';
import { useEverything } from '../../lib/everything.ts';
import { useMay } from '../../lib/session.ts';
import { useShortcuts } from '../../lib/shortcuts.ts';
import { useWords } from '../../lib/words.ts';
import { Empty, Loaded } from '../../ui/loaded.tsx';
import { Page } from '../../ui/page.tsx';
import '../../ui/panels.css';
import { useDrafts } from './begin-draft.tsx';
import './playbooks.css';
import { conditionWords } from './sentences.ts';
import { StatusBadge } from './status-badge.tsx';
import { byName } from './versions.ts';
import './words.ts';

/** What happens to whom, and is it current? */
export function PlaybooksPage() {
  const t = useWords('playbooks');
  const mayWrite = useMay('playbook.write');
  const query = useEverything<PlaybookPage>('/playbooks');
  const navigate = useNavigate();
  useShortcuts(mayWrite ? { n: () => void navigate({ to: '/playbooks/new' }) } : {});
  return (
    <Page
      title={t('title')}
      about={<p className="part-about spaced">{t('about')}</p>}
      acts={
        mayWrite && (
          <Button component={Link} to="/playbooks/new">
            {t('new')}
          </Button>
        )
      }
    >
      <Loaded query={query}>
        {(all) =>
          all.length === 0 ? (
            <Empty>{t('none')}</Empty>
          ) : (
            <>
              <NewOnes known={all} />
              <ol className="cards">
                {byName(all).map((versions) => (
                  <Card key={versions[0]!.name} versions={versions} />
                ))}
              </ol>
            </>
          )
        }
      </Loaded>
    </Page>
  );
}

/** Drafts of playbooks of which there is no version yet. */
function NewOnes({ known }: { known: readonly PlaybookSummary[] }) {
  const t = useWords('builder');
  const names = [...useDrafts().keys()].filter((name) => known.every((it) => it.name !== name));
  if (names.length === 0) return null;
  return (
    <p className="part-about">
      {t('newOnes')}{' '}
      {names.map((name, i) => (
        <span key={name}>
          {i > 0 && ', '}
          <Link to="/playbooks/$name/draft" params={{ name }}>
            {name}
          </Link>
        </span>
      ))}
    </p>
  );
}

function Card({ versions }: { versions: readonly PlaybookSummary[] }) {
  const t = useWords('playbooks');
  const live = versions.find((it) => it.status === 'published');
  const draft = versions.find((it) => it.status === 'draft' && it.number > (live?.number ?? 0));
  const shown = live ?? versions[0]!;
  const own = useDrafts().get(shown.name);
  return (
    <li className="card playbook-card">
      <div className="playbook-head">
        <Link className="row-link" to="/playbooks/$name" params={{ name: shown.name }}>
          {shown.title}
        </Link>
        <StatusBadge of={shown} />
      </div>
      {shown.about && (
        <p className="part-about spaced">
          {t(`for.${shown.about.for}`)}:{' '}
          {conditionWords(t, shown.about.appliesWhen as Condition | null)}
        </p>
      )}
      <p className="under">
        {live ? t('isLive', { number: live.number }) : t('neverLive')}
        {shown.about && ` · ${t('stepCount', { count: shown.about.steps })}`}
      </p>
      {own && (
        <p className="under">
          <Link to="/playbooks/$name/draft" params={{ name: shown.name }}>
            {t('builder:goOn')}
          </Link>
        </p>
      )}
      {draft && (
        <p className="under">
          <Link to="/playbooks/$name" params={{ name: draft.name }} search={{ version: draft.id }}>
            {t('newerDraft', { number: draft.number })}
          </Link>
        </p>
      )}
    </li>
  );
}
