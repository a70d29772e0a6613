import { Button, NativeSelect, TextInput } from '@mantine/core';
import type { PlaybookParts } from '#api/contract/playbooks.ts';
import type { Playbook, Recipient } from '#core/playbook.ts';
import { roles } from '#core/user.ts';
import { useWords } from '../../../lib/words.ts';
import { choiceOf, saidOf, whoIs } from '../who.ts';

interface Choices {
  readonly of: Playbook['for'];
  readonly parts: PlaybookParts;
  /** Whether people outside of the company's accounts can be meant, and channels of a chat. */
  readonly isTold?: boolean;
}

function useChoices({ of, parts, isTold }: Choices) {
  const t = useWords('builder');
  const people = ['manager', 'successor', ...(of === 'departure' ? [] : ['newcomer'])];
  const told = ['personalEmail', ...(of === 'departure' ? ['leaver'] : []), 'reports'];
  return [
    ...[...people, ...(isTold ? told : [])].map((it) => ({
      value: it,
      label: t(`playbooks:people.${it}`),
    })),
    ...roles
      .filter((it) => it !== 'manager')
      .map((it) => ({ value: `role ${it}`, label: t(`playbooks:roles.${it}`) })),
    { value: 'email', label: t('who.email') },
    ...(isTold ? [{ value: 'channel', label: t('who.channel') }] : []),
    ...parts.systems.map((it) => ({
      value: `owner ${it.id}`,
      label: t('playbooks:people.systemOwner', { connection: it.name }),
    })),
  ];
}

/** Who does it; null, where that may be, nobody. */
export function WhoField<Who extends Recipient>({
  label,
  value,
  nobody,
  onChange,
  ...choices
}: Choices & {
  label: string;
  value: Who | null;
  /** What nobody is called; left out: there has to be somebody. */
  nobody?: string;
  onChange: (it: Who | null) => void;
}) {
  const t = useWords('builder');
  const data = useChoices(choices);
  const said = value && saidOf(value);
  const choice = value ? choiceOf(value) : '';
  const isKnown = choice === '' || data.some((it) => it.value === choice);
  const enter = (to: string, text?: string) =>
    onChange(to === '' ? null : (whoIs(to, text) as Who));
  return (
    <div className="who-field">
      <NativeSelect
        label={label}
        value={choice}
        onChange={(event) => enter(event.currentTarget.value)}
        data={[
          ...(nobody === undefined ? [] : [{ value: '', label: nobody }]),
          ...data,
          ...(isKnown ? [] : [{ value: choice, label: choice }]),
        ]}
      />
      {said !== null && (
        <TextInput
          aria-label={t(`who.${choice}`)}
          placeholder={t(`who.${choice}`)}
          value={said}
          onChange={(event) => enter(choice, event.currentTarget.value)}
        />
      )}
    </div>
  );
}

/** Everybody who is told. */
export function WhomField({
  label,
  value,
  onChange,
  ...choices
}: Choices & {
  label: string;
  value: readonly Recipient[];
  onChange: (it: readonly Recipient[]) => void;
}) {
  const t = useWords('builder');
  return (
    <fieldset className="group">
      <legend>{label}</legend>
      {value.map((who, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the same person may stand there twice while it is chosen
        <div className="whom" key={i}>
          <WhoField
            {...choices}
            label={t('who.nth', { number: i + 1 })}
            value={who}
            onChange={(it) => it && onChange(value.with(i, it))}
          />
          {value.length > 1 && (
            <Button
              variant="subtle"
              color="gray"
              size="compact-sm"
              onClick={() => onChange(value.toSpliced(i, 1))}
            >
              {t('takeOut')}
            </Button>
          )}
        </div>
      ))}
      <Button
        variant="default"
        size="compact-sm"
        onClick={() => onChange([...value, { manager: true }])}
      >
        {t('who.add')}
      </Button>
    </fieldset>
  );
}
