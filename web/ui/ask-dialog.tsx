import { Button, Modal } from '@mantine/core';
import { type FormEvent, useEffect, useRef } from 'react';
import { useWords } from '../lib/words.ts';
import type { Question } from './ask.tsx';
import { Refused } from './refused.tsx';

/** See `Ask`. */
export default function AskDialog({
  title,
  effects = [],
  verb,
  isGrave = false,
  isReady = true,
  isOver = false,
  isBusy,
  error,
  onDo,
  onClose,
  children,
}: Question) {
  const t = useWords();
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (error) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [error]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isReady && !isBusy) onDo();
  };
  return (
    <Modal opened onClose={onClose} withCloseButton={false} centered>
      <div className="dialog-head">
        <Modal.Title>{title}</Modal.Title>
        <Modal.CloseButton aria-label={t('close')} />
      </div>
      <form ref={form} noValidate onSubmit={submit} className="ask">
        {effects.length > 0 && (
          <ul className="effects">
            {effects.map((it) => (
              <li key={it}>{it}</li>
            ))}
          </ul>
        )}
        {children}
        <Refused error={error} />
        <div className="ask-acts">
          {!isOver && (
            <Button variant="default" onClick={onClose}>
              {t('leaveIt')}
            </Button>
          )}
          <Button
            type="submit"
            loading={isBusy}
            disabled={!isReady}
            {...(isGrave ? { className: 'grave' } : {})}
          >
            {verb}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
