import { Button, Textarea } from '@mantine/core';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import type { TaskDetails } from '#api/contract/tasks.ts';
import { useAct } from '../../lib/queries.ts';
import { useShortcuts } from '../../lib/shortcuts.ts';
import { useWords } from '../../lib/words.ts';
import { problemAt, Refused } from '../../ui/refused.tsx';
import { nothingShown, ProofFields, proofBody, upload } from '../cases/proof-fields.tsx';

/**
 * Says that it is done, with what shows it. A file that could not be sent leaves all that was typed; those that
 * were sent count, so that only the others are sent again.
 */
export function DoneForm({
  it,
  isMine,
  onDone,
}: {
  it: TaskDetails;
  /** Whoever was not asked themselves does it in the place of somebody. */
  isMine: boolean;
  onDone: (detail: string) => void;
}) {
  const t = useWords('tasks');
  const form = useRef<HTMLFormElement>(null);
  const [reason, setReason] = useState('');
  const [shown, setShown] = useState(nothingShown);
  const [isSending, setSending] = useState(false);
  const [uploadError, setUploadError] = useState<unknown>(null);
  const done = useAct<{ detail: string }>();
  const error = uploadError ?? done.error;
  const isBusy = isSending || done.isPending;
  useEffect(() => {
    if (error) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [error]);

  const send = async () => {
    setUploadError(null);
    setSending(true);
    const files = await upload(it.id, shown.files)
      .catch(setUploadError)
      .finally(() => setSending(false));
    if (!files) return;
    const body = { reason, ...proofBody(shown, files) };
    // What was done may be read anew, and this form be gone, before the answer is looked at.
    const { detail } = await done.mutateAsync({
      method: 'POST',
      path: `/steps/${it.id}/attest`,
      body,
    });
    onDone(detail);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isBusy) send().catch(() => undefined); // what went wrong stands in the form
  };
  useShortcuts({
    d: () => form.current?.requestSubmit(),
    u: () => form.current?.querySelector<HTMLElement>('input[type="file"]')?.click(),
  });
  return (
    <form ref={form} noValidate onSubmit={submit} className="ask" aria-label={t('whenDone')}>
      <h3>{t(isMine ? 'whenDone' : 'inTheirPlace')}</h3>
      <Textarea
        label={t('departure:field.done')}
        rows={2}
        autosize={false}
        value={reason}
        error={problemAt(error, 'reason')}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <ProofFields
        asked={it.proof}
        shown={shown}
        show={(more) => setShown((now) => ({ ...now, ...more }))}
        error={error}
      />
      {it.readBack && <p className="aside">{t('readBack')}</p>}
      <Refused error={error} {...(uploadError ? { more: <p>{t('uploadFailed')}</p> } : {})} />
      <div className="ask-acts">
        <Button type="submit" loading={isBusy}>
          {t('done')}
        </Button>
      </div>
    </form>
  );
}
