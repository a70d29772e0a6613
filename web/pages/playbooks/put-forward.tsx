import { Textarea } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { Playbook, PlaybookChecked, PlaybookDraft } from '#api/contract/playbooks.ts';
import type { Playbook as Document } from '#core/playbook.ts';
import { useAct, useRead } from '../../lib/queries.ts';
import { useWords } from '../../lib/words.ts';
import { Ask } from '../../ui/ask.tsx';
import { problemAt } from '../../ui/refused.tsx';
import { InWords } from './in-words.tsx';
import { draftPath } from './use-draft.ts';

interface Asked {
  readonly draft: PlaybookDraft;
  /** There is no draft any more. */
  readonly onDone: () => void;
  readonly onClose: () => void;
}

/** Makes a version of a draft for somebody else to look at; what is different is shown, and why is asked. */
export function PutForward({ draft, onDone, onClose }: Asked) {
  const t = useWords('builder');
  const navigate = useNavigate();
  const [note, setNote] = useState('');
  const forward = useAct<PlaybookChecked>();
  const before = useRead<Playbook>(
    `/playbooks/${encodeURIComponent(draft.live?.id ?? '')}`,
    {},
    { enabled: draft.live !== null },
  );
  return (
    <Ask
      title={t('askReview')}
      effects={[t('forward.becomes'), t('forward.second')]}
      verb={t('askReview')}
      isReady={note.trim() !== ''}
      isBusy={forward.isPending}
      error={forward.error}
      onDo={() =>
        forward.mutate(
          {
            method: 'POST',
            path: `${draftPath(draft.name)}/put-forward`,
            body: { version: draft.version, note },
          },
          {
            onSuccess: ({ playbook }) => {
              onDone();
              void navigate({
                to: '/playbooks/$name',
                params: { name: playbook.name },
                search: { version: playbook.id, view: 'compare' },
              });
            },
          },
        )
      }
      onClose={onClose}
    >
      {before.data && draft.live && (
        <InWords
          before={before.data.document as Document | null}
          after={draft.document as Document | null}
        />
      )}
      <Textarea
        data-autofocus
        label={t('forward.note')}
        withAsterisk
        autosize
        minRows={2}
        error={problemAt(forward.error, 'note')}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
    </Ask>
  );
}

/** Ends a draft; nothing of it is kept. */
export function DiscardDraft({ draft, onDone, onClose }: Asked) {
  const t = useWords('builder');
  const navigate = useNavigate();
  const discard = useAct<unknown>();
  return (
    <Ask
      title={t('discard')}
      effects={[t('discardAbout')]}
      verb={t('discard')}
      isGrave
      isBusy={discard.isPending}
      error={discard.error}
      onDo={() =>
        discard.mutate(
          { method: 'DELETE', path: `${draftPath(draft.name)}?version=${draft.version}` },
          {
            onSuccess: () => {
              onDone();
              void navigate({ to: '/playbooks' });
            },
          },
        )
      }
      onClose={onClose}
    />
  );
}
