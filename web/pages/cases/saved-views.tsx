import { Button, Checkbox, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { SavedView, SavedViewList } from '#api/contract/saved-views.ts';
import { address } from '../../lib/api.ts';
import { useAct, useRead } from '../../lib/queries.ts';
import { useWords } from '../../lib/words.ts';
import { Ask } from '../../ui/ask.tsx';
import { Go } from '../../ui/go.tsx';
import { problemAt, Refused } from '../../ui/refused.tsx';
import { useUndo } from '../../ui/undo.tsx';
import type { CasesSearch } from './search.ts';

type List = SavedView['list'];

/** What somebody kept of a list, and what others share, beside the choices that everybody has. */
export function SavedViews({ list, search }: { list: List; search: CasesSearch }) {
  const t = useWords('cases');
  const { data } = useRead<SavedViewList>('/saved-views');
  const [isSaving, setSaving] = useState(false);
  const { takeOut, error } = useTakeOut();
  const views = (data?.items ?? []).filter((it) => it.list === list);
  const now = views.find((it) => isSame(it.search, search));
  const isAnything = Object.keys(search).length > 0;
  return (
    <>
      {views.map((it) => (
        <Go
          key={it.id}
          to={address(`/${list}`, it.search)}
          aria-current={it === now ? 'true' : undefined}
          title={it.isOwn ? undefined : t('sharedBy', { who: it.owner.name ?? '?' })}
        >
          {it.name}
        </Go>
      ))}
      {now?.isOwn && (
        <Button variant="subtle" color="gray" onClick={() => takeOut(now)}>
          {t('takeViewOut', { name: now.name })}
        </Button>
      )}
      {isAnything && !now && (
        <Button variant="subtle" onClick={() => setSaving(true)}>
          {t('saveView')}
        </Button>
      )}
      <Refused error={error} />
      {isSaving && <SaveView list={list} search={search} onClose={() => setSaving(false)} />}
    </>
  );
}

/** Takes a view out at once, and offers to have it back. */
function useTakeOut() {
  const t = useWords('cases');
  const act = useAct();
  const offerUndo = useUndo();
  const takeOut = ({ id, list, name, search, shared }: SavedView) => {
    const back = {
      method: 'POST',
      path: '/saved-views',
      body: { list, name, search, shared },
    } as const;
    act.mutate(
      { method: 'DELETE', path: `/saved-views/${id}` },
      {
        onSuccess: () => offerUndo(t('viewTakenOut', { name }), () => act.mutate(back)),
      },
    );
  };
  return { takeOut, error: act.error };
}

const isSame = (one: SavedView['search'], other: SavedView['search']): boolean =>
  one.view === other.view && one.state === other.state && one.text === other.text;

function SaveView({
  list,
  search,
  onClose,
}: {
  list: List;
  search: CasesSearch;
  onClose: () => void;
}) {
  const t = useWords('cases');
  const save = useAct<SavedView>();
  const [name, setName] = useState('');
  const [shared, setShared] = useState(false);
  const isForOneself = search.text !== undefined;
  return (
    <Ask
      title={t('saveView')}
      verb={t('saveView')}
      isReady={name.trim() !== ''}
      isBusy={save.isPending}
      error={save.error}
      onDo={() =>
        save.mutate(
          { method: 'POST', path: '/saved-views', body: { list, name, search, shared } },
          { onSuccess: onClose },
        )
      }
      onClose={onClose}
    >
      <TextInput
        label={t('viewName')}
        description={t('viewNameAbout')}
        maxLength={60}
        value={name}
        error={problemAt(save.error, 'name')}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Checkbox
        label={t('share')}
        description={t(isForOneself ? 'shareNot' : 'shareAbout')}
        disabled={isForOneself}
        checked={shared}
        error={problemAt(save.error, 'shared')}
        onChange={(event) => setShared(event.currentTarget.checked)}
      />
    </Ask>
  );
}
