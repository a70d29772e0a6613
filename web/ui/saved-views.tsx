import { Button, Checkbox, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { SavedView, SavedViewList } from '#api/contract/saved-views.ts';
import { namesSomebody } from '#core/saved-view.ts';
import { address } from '../lib/api.ts';
import { useAct, useRead } from '../lib/queries.ts';
import { addWords, useWords } from '../lib/words.ts';
import de from '../words/de/saved-views.json' with { type: 'json' };
import en from '../words/en/saved-views.json' with { type: 'json' };
import { Ask } from './ask.tsx';
import { Go } from './go.tsx';
import { problemAt, Refused } from './refused.tsx';
import { useUndo } from './undo.tsx';
import './saved-views.css';

addWords('saved-views', { en, de });

type List = SavedView['list'];
/** What the address of a list chooses. */
type Choice = Readonly<Record<string, string | undefined>>;

/** What somebody kept of a list, and what others share, beside the choices that everybody has. */
export function SavedViews({ list, search }: { list: List; search: Choice }) {
  const t = useWords('saved-views');
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
          {t('takeOut', { name: now.name })}
        </Button>
      )}
      {isAnything && !now && (
        <Button variant="subtle" onClick={() => setSaving(true)}>
          {t('save')}
        </Button>
      )}
      <Refused error={error} />
      {isSaving && <SaveView list={list} search={search} onClose={() => setSaving(false)} />}
    </>
  );
}

/** Takes a view out at once, and offers to have it back. */
function useTakeOut() {
  const t = useWords('saved-views');
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
        onSuccess: () => offerUndo(t('takenOut', { name }), () => act.mutate(back)),
      },
    );
  };
  return { takeOut, error: act.error };
}

function isSame(one: Choice, other: Choice): boolean {
  const names = Object.keys({ ...one, ...other });
  return names.every((name) => one[name] === other[name]);
}

function SaveView({ list, search, onClose }: { list: List; search: Choice; onClose: () => void }) {
  const t = useWords('saved-views');
  const save = useAct<SavedView>();
  const [name, setName] = useState('');
  const [shared, setShared] = useState(false);
  const isForOneself = namesSomebody(search);
  return (
    <Ask
      title={t('save')}
      verb={t('save')}
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
        label={t('name')}
        description={t('nameAbout')}
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
