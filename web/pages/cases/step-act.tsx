import { Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { ProofFile, Step } from '#api/contract/steps.ts';
import { lastDay } from '../../lib/moments.ts';
import { type Act, useAct } from '../../lib/queries.ts';
import { isSurname, surnameIn } from '../../lib/surname.ts';
import { useWords } from '../../lib/words.ts';
import { dayEndOf, momentOf } from '../../lib/zoned.ts';
import { Ask } from '../../ui/ask.tsx';
import { AddressField } from '../../ui/person-field.tsx';
import { problemAt } from '../../ui/refused.tsx';
import { nothingShown, ProofFields, proofBody, type Shown, upload } from './proof-fields.tsx';
import type { ToActOn } from './to-act-on.ts';

export type StepActName = Step['actions'][number];

/** Done at once: it changes nothing outside of us that the step would not do anyway. */
export const atOnce: readonly StepActName[] = ['retry', 'accept', 'give-time'];

/** What a person answers for by an act, as it is typed. */
interface Answers extends Shown {
  readonly reason: string;
  readonly until: string;
  readonly to: string;
  readonly surname: string;
}

const nothingSaid: Answers = { ...nothingShown, reason: '', until: '', to: '', surname: '' };

/** Asks what an act needs, and does it. */
export function StepAct({
  act: name,
  on,
  onDone,
  onClose,
}: {
  act: StepActName;
  on: ToActOn;
  onDone?: (detail: string) => void;
  onClose: () => void;
}) {
  const t = useWords('departure');
  const done = useAct<{ detail: string }>();
  const [isSending, setSending] = useState(false);
  const [uploadError, setUploadError] = useState<unknown>(null);
  const [answers, setAnswers] = useState<Answers>(nothingSaid);
  const say = (more: Partial<Answers>) => setAnswers((now) => ({ ...now, ...more }));
  const error = uploadError ?? done.error;

  const doIt = async () => {
    setUploadError(null);
    let files: readonly ProofFile[] = [];
    if (name === 'attest') {
      setSending(true);
      const sent = await upload(on.id, answers.files)
        .catch(setUploadError)
        .finally(() => setSending(false));
      if (!sent) return;
      files = sent;
    }
    const { detail } = await done.mutateAsync(requestOf(name, on, answers, files));
    onClose();
    onDone?.(detail);
  };

  return (
    <Ask
      title={t(`ask.${name}`, { what: on.title })}
      effects={[t(`effect.${name}`, { who: on.person })]}
      verb={t(`act.${name}`)}
      isGrave={name === 'write-off'}
      isReady={name !== 'write-off' || isSurname(answers.surname, on.person)}
      isBusy={isSending || done.isPending}
      error={error}
      onDo={() => void doIt().catch(() => undefined)} // what went wrong stands in the dialog
      onClose={onClose}
    >
      <Fields name={name} on={on} answers={answers} say={say} error={error} />
    </Ask>
  );
}

function Fields({
  name,
  on,
  answers,
  say,
  error,
}: {
  name: StepActName;
  on: ToActOn;
  answers: Answers;
  say: (more: Partial<Answers>) => void;
  error: unknown;
}) {
  const t = useWords('departure');
  return (
    <>
      {name === 'hand-over' && (
        <AddressField
          label={t('field.to')}
          description={t('field.toAbout')}
          value={answers.to}
          error={problemAt(error, 'to')}
          onChange={(to) => say({ to })}
        />
      )}
      {name === 'ask-time' && (
        <TextInput
          type="date"
          max={lastDay}
          label={t('field.doneBy')}
          value={answers.until}
          error={problemAt(error, 'until')}
          onChange={(event) => say({ until: event.currentTarget.value })}
        />
      )}
      {name !== 'hold' && (
        <Textarea
          label={t(name === 'attest' ? 'field.done' : 'field.reason')}
          rows={2}
          value={answers.reason}
          error={problemAt(error, 'reason')}
          onChange={(event) => say({ reason: event.currentTarget.value })}
        />
      )}
      {name === 'waive' && (
        <TextInput
          type="datetime-local"
          max={`${lastDay}T23:59`}
          label={t('field.until')}
          description={t('field.untilAbout')}
          value={answers.until}
          error={problemAt(error, 'expiresAt')}
          onChange={(event) => say({ until: event.currentTarget.value })}
        />
      )}
      {name === 'attest' && (
        <ProofFields asked={on.proof} shown={answers} show={say} error={error} />
      )}
      {name === 'write-off' && (
        <TextInput
          label={t('field.surname', { surname: surnameIn(on.person) })}
          autoComplete="off"
          value={answers.surname}
          onChange={(event) => say({ surname: event.currentTarget.value })}
        />
      )}
    </>
  );
}

function requestOf(
  name: StepActName,
  on: ToActOn,
  answers: Answers,
  files: readonly ProofFile[],
): Act {
  const { reason, until, to } = answers;
  const bodies: Record<StepActName, object | undefined> = {
    hold: undefined,
    retry: undefined,
    accept: undefined,
    'give-time': undefined,
    attest: { reason, ...proofBody(answers, files) },
    'send-back': { reason },
    'hand-over': { to, reason },
    'ask-time': { until: dayEndOf(until, on.zone), reason },
    'refuse-time': { reason },
    waive: { reason, expiresAt: momentOf(until, on.zone) },
    'write-off': { reason },
  };
  const body = bodies[name];
  return { method: 'POST', path: `/steps/${on.id}/${name}`, ...(body ? { body } : {}) };
}
