import { Button, NativeSelect, Textarea, TextInput } from '@mantine/core';
import type { FormEvent } from 'react';
import type { PlaybookParts } from '#api/contract/playbooks.ts';
import type { Playbook, PlaybookStep } from '#core/playbook.ts';
import { layers } from '#core/step.ts';
import { useWords } from '../../lib/words.ts';
import { Refused } from '../../ui/refused.tsx';
import { ConditionField } from './fields/condition-field.tsx';
import { DeedFields } from './fields/deed-fields.tsx';
import { MomentField } from './fields/moment-field.tsx';
import { stepWords } from './sentences.ts';

/** Everything that can be said of one step; it is part of the draft once it is applied. */
export function StepForm({
  of,
  parts,
  step,
  isChanged,
  isBusy,
  error,
  onChange,
  onApply,
  onLeave,
}: {
  of: Playbook;
  parts: PlaybookParts;
  step: PlaybookStep;
  isChanged: boolean;
  isBusy: boolean;
  error: unknown;
  onChange: (it: PlaybookStep) => void;
  onApply: () => void;
  /** What was entered and not applied is let go. */
  onLeave: () => void;
}) {
  const t = useWords('builder');
  const words = useWords('playbooks');
  const set = (change: Partial<PlaybookStep>) => onChange({ ...step, ...change } as PlaybookStep);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isBusy) onApply();
  };
  return (
    <form noValidate className="form step-form" onSubmit={submit}>
      <TextInput
        label={t('step.title')}
        placeholder={stepWords(words, step)}
        value={step.title ?? ''}
        onChange={(event) => set({ title: event.currentTarget.value || null })}
      />
      <DeedFields of={of.for} parts={parts} step={step} onChange={onChange} />
      <NativeSelect
        label={t('step.layer')}
        value={step.layer}
        onChange={(event) => set({ layer: event.currentTarget.value as PlaybookStep['layer'] })}
        data={layers.map((it) => ({ value: it, label: words(`layers.${it}`) }))}
      />
      <MomentField
        label={t('step.when')}
        of={of.for}
        canBeOpen
        value={step.at}
        onChange={(at) => set({ at })}
      />
      <AfterField of={of} step={step} onChange={(after) => set({ after })} />
      <ConditionField
        label={t('step.onlyWhen')}
        of={of.for}
        isOfAccounts={step.kind === 'action'}
        value={step.when}
        onChange={(when) => set({ when })}
      />
      <Textarea
        label={t('step.why')}
        description={t('step.whyAbout')}
        autosize
        minRows={2}
        value={step.why ?? ''}
        onChange={(event) => set({ why: event.currentTarget.value || null })}
      />
      <Refused error={error} />
      <div className="form-acts">
        <Button type="submit" loading={isBusy} disabled={!isChanged}>
          {t('apply')}
        </Button>
        {isChanged && (
          <Button variant="default" onClick={onLeave}>
            {t('letGo')}
          </Button>
        )}
      </div>
    </form>
  );
}

/** What a step waits for, chosen from the others and the layers. */
function AfterField({
  of,
  step,
  onChange,
}: {
  of: Playbook;
  step: PlaybookStep;
  onChange: (it: readonly string[]) => void;
}) {
  const t = useWords('builder');
  const words = useWords('playbooks');
  const names = new Map(of.steps.map((it) => [it.id, it.title ?? stepWords(words, it)]));
  for (const it of layers) names.set(`layer ${it}`, words(`waits.layer ${it}`));
  const open = [...names].filter(
    ([id]) => id !== step.id && id !== `layer ${step.layer}` && !step.after.includes(id),
  );
  return (
    <fieldset className="group">
      <legend>{t('step.after')}</legend>
      {step.after.map((id) => (
        <div key={id} className="awaited">
          <span>{names.get(id) ?? id}</span>
          <Button
            variant="subtle"
            color="gray"
            size="compact-sm"
            aria-label={t('step.noWait', { title: names.get(id) ?? id })}
            onClick={() => onChange(step.after.filter((it) => it !== id))}
          >
            {t('takeOut')}
          </Button>
        </div>
      ))}
      <NativeSelect
        aria-label={t('step.addWait')}
        value=""
        onChange={({ currentTarget: { value } }) => value && onChange([...step.after, value])}
        data={[
          { value: '', label: t('step.addWait') },
          ...open.map(([value, label]) => ({ value, label })),
        ]}
      />
    </fieldset>
  );
}
