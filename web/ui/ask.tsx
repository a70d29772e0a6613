import { Alert, Button, Modal } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { type FormEvent, type ReactNode, useEffect, useRef } from 'react';
import { ApiProblem, noConnection } from '../lib/api.ts';
import { useWords } from '../lib/words.ts';

/**
 * Asks before something is done: what it does in words, what has to be said for it, and a button that repeats
 * the verb. What the server refuses stands in place, and what was typed stays.
 */
export function Ask({
  title,
  effects = [],
  verb,
  isGrave = false,
  isReady = true,
  isBusy,
  error,
  onDo,
  onClose,
  children,
}: {
  title: string;
  /** What it does, one sentence each. */
  effects?: readonly string[];
  verb: string;
  /** It cannot be taken back. */
  isGrave?: boolean;
  /** Whether what has to be said was said, as far as the page can know. */
  isReady?: boolean;
  isBusy: boolean;
  error: unknown;
  onDo: () => void;
  onClose: () => void;
  children?: ReactNode;
}) {
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
          <Button variant="default" onClick={onClose}>
            {t('leaveIt')}
          </Button>
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

/** Why the server did not do it, in its own words; what it said of single fields stands beside those. */
export function Refused({ error, more }: { error: unknown; more?: ReactNode }) {
  const t = useWords();
  if (!error) return null;
  const problem = error instanceof ApiProblem ? error : null;
  const detail =
    problem?.kind === noConnection
      ? t('noConnection')
      : error instanceof Error
        ? error.message
        : '';
  return (
    <Alert
      role="alert"
      variant="outline"
      color="var(--attention)"
      icon={<IconAlertTriangle size={18} aria-hidden />}
      className="refused"
    >
      {detail || t('noDetail')}
      {more}
      {problem?.reference && (
        <div className="aside">{t('reference', { number: problem.reference })}</div>
      )}
    </Alert>
  );
}

/** What the server said of one field, such as `departure.kind`; undefined: nothing. */
export function problemAt(error: unknown, ...fields: readonly string[]): string | undefined {
  if (!(error instanceof ApiProblem)) return undefined;
  return error.fields.find(({ at }) => fields.includes(at))?.problem;
}
