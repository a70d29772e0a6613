import { Button, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import type { PlaybookDraft, PlaybookPage, StarterPage } from '#api/contract/playbooks.ts';
import { useEverything } from '../../lib/everything.ts';
import { useAct } from '../../lib/queries.ts';
import { useWords } from '../../lib/words.ts';
import { Refused } from '../../ui/refused.tsx';
import { useDrafts } from './begin-draft.tsx';
import { freeId } from './new-steps.ts';
import { underName } from './sentences.ts';
import { draftPath } from './use-draft.ts';

/** A draft of a playbook of one's own, called as somebody says, made of one that comes along. */
export function BeginNew({ starter }: { starter: StarterPage['items'][number] }) {
  const t = useWords('builder');
  const navigate = useNavigate();
  const drafts = useDrafts();
  const { data: known = [] } = useEverything<PlaybookPage>('/playbooks');
  const [title, setTitle] = useState(t('ownTitle', { title: starter.title }));
  const begin = useAct<PlaybookDraft>();
  const name = freeId(title, [...known.map((it) => it.name), ...drafts.keys()]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const text = underName(starter.text, name, title.trim());
    begin.mutate(
      { method: 'PUT', path: draftPath(name), body: { text, version: null } },
      { onSuccess: () => void navigate({ to: '/playbooks/$name/draft', params: { name } }) },
    );
  };
  return (
    <form noValidate className="card panel form" onSubmit={submit}>
      <p className="part-about">{t('beginNewAbout', { title: starter.title })}</p>
      <TextInput
        className="narrow"
        label={t('titleOf')}
        description={t('nameIs', { name })}
        value={title}
        onChange={(event) => setTitle(event.currentTarget.value)}
      />
      <Refused error={begin.error} />
      <div className="form-acts">
        <Button type="submit" loading={begin.isPending} disabled={title.trim() === ''}>
          {t('beginNew')}
        </Button>
      </div>
    </form>
  );
}
