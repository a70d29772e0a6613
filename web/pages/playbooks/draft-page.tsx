import { Button, Tabs } from '@mantine/core';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { PlaybookDraft, PlaybookPage } from '#api/contract/playbooks.ts';
import type { Playbook } from '#core/playbook.ts';
import { ApiProblem } from '../../lib/api.ts';
import { useEverything } from '../../lib/everything.ts';
import { useRead } from '../../lib/queries.ts';
import { useMay } from '../../lib/session.ts';
import { useShortcuts } from '../../lib/shortcuts.ts';
import { useWords } from '../../lib/words.ts';
import { Empty, Loaded } from '../../ui/loaded.tsx';
import { Page } from '../../ui/page.tsx';
import { Refused } from '../../ui/refused.tsx';
import '../../ui/panels.css';
import './builder.css';
import { Builder, type Entered } from './builder.tsx';
import { Compare } from './compare.tsx';
import { Editor } from './editor.tsx';
import './playbooks.css';
import { DiscardDraft, PutForward } from './put-forward.tsx';
import { type BuilderView, builderViews } from './search.ts';
import { TryOut } from './try-out.tsx';
import { type DraftWork, draftPath, useDraft } from './use-draft.ts';
import './words.ts';

const route = getRouteApi('/inside/playbooks/$name/draft');

/** The draft that somebody is writing: the same by its steps, as a map and as text. */
export function DraftPage() {
  const t = useWords('builder');
  const { name } = route.useParams();
  /** Read once: from then on it is what somebody makes of it here, and gone when it was put forward. */
  const [readOf, setReadOf] = useState<string | null>(null);
  const query = useRead<PlaybookDraft>(draftPath(name), {}, { enabled: readOf !== name });
  const isRead = query.isSuccess && !query.isPlaceholderData;
  useEffect(() => {
    if (isRead) setReadOf(name);
  }, [isRead, name]);
  const isNone = query.error instanceof ApiProblem && query.error.status === 404;
  if (isNone && !query.data) {
    return (
      <Empty
        act={
          <Button component={Link} to={`/playbooks/${name}`}>
            {t('toPlaybook')}
          </Button>
        }
      >
        {t('noDraft', { name })}
      </Empty>
    );
  }
  return <Loaded query={query}>{(draft) => <Draft key={draft.id} begun={draft} />}</Loaded>;
}

function Draft({ begun }: { begun: PlaybookDraft }) {
  const t = useWords('builder');
  const work = useDraft(begun);
  const { draft } = work;
  const { view = 'outline', step, with: other } = route.useSearch();
  const navigate = route.useNavigate();
  const mayTry = useMay('plan.preview');
  const [entered, setEntered] = useState<Entered>({});
  const [isAsked, setAsked] = useState<'forward' | 'discard' | null>(null);
  const versions = useEverything<PlaybookPage>('/playbooks');
  const go = (to: BuilderView) => void navigate({ search: (it) => ({ ...it, view: to }) });
  useShortcuts({
    'Ctrl+z': () => work.undo?.(),
    'Ctrl+Shift+z': () => work.redo?.(),
    m: () => go(view === 'map' ? 'outline' : 'map'),
    s: () => mayTry && go('try'),
  });
  const of = draft.document as Playbook | null;
  const errors = draft.findings.filter((it) => it.severity === 'error').length;
  const views = builderViews.filter((it) => it !== 'try' || mayTry);
  return (
    <Page
      title={of?.title ?? draft.name}
      about={
        <p className="under">
          <Link to="/playbooks/$name" params={{ name: draft.name }}>
            {t('toPlaybook')}
          </Link>{' '}
          · {draft.basedOn ? t('basedOn', { number: draft.basedOn.number }) : t('basedOnNothing')} ·{' '}
          <span role="status">{work.isKept ? t('kept') : t('notKept')}</span>
        </p>
      }
      acts={
        <>
          <Button disabled={of === null || errors > 0} onClick={() => setAsked('forward')}>
            {t('askReview')}
          </Button>
          <Button variant="default" disabled={!work.undo} onClick={() => work.undo?.()}>
            {t('undo')}
          </Button>
          <Button variant="default" disabled={!work.redo} onClick={() => work.redo?.()}>
            {t('redo')}
          </Button>
          <Button variant="subtle" color="gray" onClick={() => setAsked('discard')}>
            {t('discard')}
          </Button>
        </>
      }
    >
      <Conflicts work={work} onCompare={() => go('compare')} />
      {isAsked === 'forward' && (
        <PutForward draft={draft} onDone={work.end} onClose={() => setAsked(null)} />
      )}
      {isAsked === 'discard' && (
        <DiscardDraft draft={draft} onDone={work.end} onClose={() => setAsked(null)} />
      )}
      <Tabs value={view} keepMounted={false} onChange={(to) => go(to as BuilderView)}>
        <Tabs.List aria-label={t('playbooks:views')}>
          {views.map((it) => (
            <Tabs.Tab key={it} value={it}>
              {t(`view.${it}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={view} pt="lg">
          {(view === 'outline' || view === 'map') &&
            (of ? (
              <Builder
                work={work}
                document={of}
                view={view}
                current={step}
                entered={entered}
                onEnter={setEntered}
              />
            ) : (
              <Empty act={<Button onClick={() => go('text')}>{t('toText')}</Button>}>
                {t('unreadable')}
              </Empty>
            ))}
          {view === 'text' && (
            <Editor
              text={work.text}
              findings={draft.findings}
              isOld={work.text !== draft.text}
              onWrite={work.write}
            />
          )}
          {view === 'compare' && (
            <Loaded query={versions}>
              {(all) => (
                <Compare
                  of={{ ...draft, number: null }}
                  versions={all.filter((it) => it.name === draft.name)}
                  other={other}
                  onOther={(id) => void navigate({ search: (it) => ({ ...it, with: id }) })}
                />
              )}
            </Loaded>
          )}
          {view === 'try' &&
            (of && errors === 0 ? (
              <TryOut of={of.for} tried={{ draft: draft.name }} />
            ) : (
              <Empty act={<Button onClick={() => go('outline')}>{t('toOutline')}</Button>}>
                {t('notTried')}
              </Empty>
            ))}
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

/** What keeps the draft from being kept, and what went live beside it. */
function Conflicts({ work, onCompare }: { work: DraftWork; onCompare: () => void }) {
  const t = useWords('builder');
  const { draft, error } = work;
  const isOther =
    error instanceof ApiProblem && error.kind === 'changed-meanwhile' && work.text !== draft.text;
  const { live, basedOn } = draft;
  return (
    <>
      {error !== null && work.text !== draft.text && (
        <div className="conflict">
          <Refused error={error} />
          <div className="form-acts">
            {isOther ? (
              <>
                <Button variant="default" onClick={() => void work.takeOther()}>
                  {t('takeOther')}
                </Button>
                <Button variant="default" onClick={work.keepThis}>
                  {t('keepThis')}
                </Button>
              </>
            ) : (
              <Button variant="default" onClick={work.again}>
                {t('common:tryAgain')}
              </Button>
            )}
          </div>
        </div>
      )}
      {error !== null && work.text === draft.text && <Refused error={error} />}
      {live && live.id !== basedOn?.id && (
        <div className="warning conflict">
          <p>{t('wentLive', { number: live.number })}</p>
          <div className="form-acts">
            <Button variant="default" size="compact-sm" onClick={onCompare}>
              {t('compareFirst')}
            </Button>
            <Button variant="default" size="compact-sm" onClick={() => work.lookedAt(live.id)}>
              {t('lookedAt', { number: live.number })}
            </Button>
          </div>
        </div>
      )}
    </>
  );
}
