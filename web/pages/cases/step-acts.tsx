import { Button, FileInput, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Case } from '#api/contract/cases.ts';
import type { ProofFile, Step } from '#api/contract/steps.ts';
import { address, act as send } from '../../lib/api.ts';
import { type Act, useAct } from '../../lib/queries.ts';
import { isSurname, surnameIn } from '../../lib/surname.ts';
import { useWords } from '../../lib/words.ts';
import { momentOf } from '../../lib/zoned.ts';
import { Ask, problemAt, Refused } from '../../ui/ask.tsx';
import { standingOf } from './step-standing.ts';
import { saidOf } from './step-words.ts';

export type StepActName = Step['actions'][number];

/** Done at once: it changes nothing outside of us that the step would not do anyway. */
const atOnce: readonly StepActName[] = ['retry', 'accept'];

/** What the server says the viewer may do about a step, and nothing else. */
export function StepActs({ step, it }: { step: Step; it: Case }) {
  const t = useWords('departure');
  const [asking, setAsking] = useState<StepActName | null>(null);
  const done = useAct<{ detail: string }>();
  const doAtOnce = (name: StepActName) =>
    done.mutate({ method: 'POST', path: `/steps/${step.id}/${name}` });
  return (
    <div className="step-acts">
      {step.actions.map((name, i) => (
        <Button
          key={name}
          variant={i === 0 ? 'filled' : 'default'}
          loading={done.isPending && done.variables.path.endsWith(name)}
          onClick={() => (atOnce.includes(name) ? doAtOnce(name) : setAsking(name))}
        >
          {t(`act.${name}`)}
        </Button>
      ))}
      {step.actions.includes('retry') && it.playbook && (
        <p className="aside">
          {t('retryRepeats', {
            what: step.title,
            title: it.playbook.title,
            number: it.playbook.number,
          })}
        </p>
      )}
      <Refused error={done.error} more={<NowStands step={step} it={it} />} />
      {asking && <StepAct act={asking} step={step} it={it} onClose={() => setAsking(null)} />}
    </div>
  );
}

/** How it stands after another person was faster: read anew, and said with who it was. */
function NowStands({ step, it }: { step: Step; it: Case }) {
  const t = useWords('departure');
  const { key, values } = saidOf({ step, standing: standingOf(step, it) }, it, false);
  return <p>{t('nowStands', { how: t(key, values ?? {}) })}</p>;
}

/** What a person answers for by an act, as it is typed. */
interface Answers {
  readonly reason: string;
  readonly until: string;
  readonly to: string;
  readonly surname: string;
  /** By the label of what is asked for. */
  readonly proofs: Readonly<Record<string, string>>;
  readonly proof: string;
  readonly files: readonly File[];
}

const nothingSaid: Answers = {
  reason: '',
  until: '',
  to: '',
  surname: '',
  proofs: {},
  proof: '',
  files: [],
};

/** Asks what an act needs, and does it. */
export function StepAct({
  act: name,
  step,
  it,
  onClose,
}: {
  act: StepActName;
  step: Step;
  it: Case;
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
      try {
        files = await upload(step.id, answers.files);
      } catch (cause) {
        setUploadError(cause);
        return;
      } finally {
        setSending(false);
      }
    }
    done.mutate(requestOf(name, step, it, answers, files), { onSuccess: onClose });
  };

  return (
    <Ask
      title={t(`ask.${name}`, { what: step.title })}
      effects={[t(`effect.${name}`, { who: it.person.name })]}
      verb={t(`act.${name}`)}
      isGrave={name === 'write-off'}
      isReady={name !== 'write-off' || isSurname(answers.surname, it.person.name)}
      isBusy={isSending || done.isPending}
      error={error}
      onDo={() => void doIt()}
      onClose={onClose}
    >
      <Fields name={name} step={step} it={it} answers={answers} say={say} error={error} />
    </Ask>
  );
}

function Fields({
  name,
  step,
  it,
  answers,
  say,
  error,
}: {
  name: StepActName;
  step: Step;
  it: Case;
  answers: Answers;
  say: (more: Partial<Answers>) => void;
  error: unknown;
}) {
  const t = useWords('departure');
  return (
    <>
      {name === 'hand-over' && (
        <TextInput
          label={t('field.to')}
          description={t('field.toAbout')}
          value={answers.to}
          error={problemAt(error, 'to')}
          onChange={(event) => say({ to: event.currentTarget.value })}
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
          label={t('field.until')}
          description={t('field.untilAbout')}
          value={answers.until}
          error={problemAt(error, 'expiresAt')}
          onChange={(event) => say({ until: event.currentTarget.value })}
        />
      )}
      {name === 'attest' && <Proofs step={step} answers={answers} say={say} error={error} />}
      {name === 'write-off' && (
        <TextInput
          label={t('field.surname', { surname: surnameIn(it.person.name) })}
          autoComplete="off"
          value={answers.surname}
          onChange={(event) => say({ surname: event.currentTarget.value })}
        />
      )}
    </>
  );
}

/** What the task asks to be shown, each by its label, and files. */
function Proofs({
  step,
  answers,
  say,
  error,
}: {
  step: Step;
  answers: Answers;
  say: (more: Partial<Answers>) => void;
  error: unknown;
}) {
  const t = useWords('departure');
  const asked = (step.assignment?.proof ?? []).filter((it) => !it.startsWith('file:'));
  const files = (step.assignment?.proof ?? []).filter((it) => it.startsWith('file:'));
  return (
    <>
      {asked.map((label) => (
        <TextInput
          key={label}
          label={label}
          value={answers.proofs[label] ?? ''}
          error={problemAt(error, `proofs.${label}`)}
          onChange={(event) =>
            say({ proofs: { ...answers.proofs, [label]: event.currentTarget.value } })
          }
        />
      ))}
      {asked.length === 0 && (
        <Textarea
          label={t('field.proof')}
          description={t('field.proofAbout')}
          rows={2}
          value={answers.proof}
          error={problemAt(error, 'proof')}
          onChange={(event) => say({ proof: event.currentTarget.value })}
        />
      )}
      <FileInput
        multiple
        clearable
        label={
          files.length === 0
            ? t('field.files')
            : t('field.filesAsked', { what: files.map((it) => it.slice(5).trim()).join(', ') })
        }
        placeholder={t('field.chooseFiles')}
        clearButtonProps={{ 'aria-label': t('common:clear') }}
        value={[...answers.files]}
        error={problemAt(error, 'files')}
        onChange={(chosen) => say({ files: chosen })}
      />
    </>
  );
}

/** Brings files to a step, one after the other; what was brought before counts once. */
async function upload(stepId: string, files: readonly File[]): Promise<readonly ProofFile[]> {
  const kept: ProofFile[] = [];
  for (const file of files) {
    const bytes = file.slice(0, file.size, 'application/octet-stream');
    kept.push(await send('POST', address(`/steps/${stepId}/proofs`, { name: file.name }), bytes));
  }
  return kept;
}

function requestOf(
  name: StepActName,
  step: Step,
  it: Case,
  { reason, until, to, proofs, proof }: Answers,
  files: readonly ProofFile[],
): Act {
  const filled = Object.fromEntries(Object.entries(proofs).filter(([, value]) => value.trim()));
  const bodies: Record<StepActName, object | undefined> = {
    hold: undefined,
    retry: undefined,
    accept: undefined,
    attest: {
      reason,
      ...(proof.trim() ? { proof } : {}),
      ...(Object.keys(filled).length > 0 ? { proofs: filled } : {}),
      ...(files.length > 0 ? { files: files.map(({ sha256 }) => sha256) } : {}),
    },
    'send-back': { reason },
    'hand-over': { to, reason },
    waive: { reason, expiresAt: momentOf(until, it.zone) },
    'write-off': { reason },
  };
  const body = bodies[name];
  return { method: 'POST', path: `/steps/${step.id}/${name}`, ...(body ? { body } : {}) };
}
