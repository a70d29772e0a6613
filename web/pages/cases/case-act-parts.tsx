import { Textarea, TextInput } from '@mantine/core';
import type { Case, CaseActDone } from '#api/contract/cases.ts';
import { type Act, useAct } from '../../lib/queries.ts';
import { surnameIn } from '../../lib/surname.ts';
import { useWords } from '../../lib/words.ts';
import { problemAt } from '../../ui/refused.tsx';

export type CaseActName = Case['actions'][number] extends infer Name
  ? Exclude<Name, 'change'> | 'change-dates' | 'successor' | 'cut-now'
  : never;

export interface DialogProps {
  readonly it: Case;
  readonly onClose: () => void;
}

/** Sends an act about a case. The dialog closes when it was done; otherwise it says why not. */
export function useCaseAct({ it, onClose }: DialogProps) {
  const done = useAct<CaseActDone>();
  const send = (name: string, body?: object, onDone: () => void = () => {}) => {
    const request: Act = { method: 'POST', path: `/cases/${it.id}/${name}` };
    done.mutate(body ? { ...request, body } : request, {
      onSuccess: () => {
        onClose();
        onDone();
      },
    });
  };
  return { send, isBusy: done.isPending, error: done.error };
}

/** The words of an act: what it is called, what it does. */
export function useActWords(name: CaseActName, it: Case) {
  const t = useWords('departure');
  return {
    title: t(`caseAsk.${name}`, { who: it.person.name }),
    verb: t(`caseAct.${name}`),
  };
}

export function Returns({ title, texts }: { title: string; texts: readonly string[] }) {
  if (texts.length === 0) return null;
  return (
    <section className="part">
      <h3>{title}</h3>
      <ul className="effects">
        {texts.map((it) => (
          <li key={it}>{it}</li>
        ))}
      </ul>
    </section>
  );
}

export function Reason({
  value,
  onChange,
  error,
}: {
  value: string;
  onChange: (it: string) => void;
  error: unknown;
}) {
  const t = useWords('departure');
  return (
    <Textarea
      label={t('field.reason')}
      rows={2}
      value={value}
      error={problemAt(error, 'reason')}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

export function Surname({
  it,
  value,
  onChange,
}: {
  it: Case;
  value: string;
  onChange: (it: string) => void;
}) {
  const t = useWords('departure');
  return (
    <TextInput
      label={t('field.surname', { surname: surnameIn(it.person.name) })}
      autoComplete="off"
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
