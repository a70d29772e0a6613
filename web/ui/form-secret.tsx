import { Checkbox, PasswordInput, Textarea } from '@mantine/core';
import { useWords } from '../lib/words.ts';
import type { Form } from './form.tsx';
import type { FormField } from './form-fields.ts';

/** What goes to the vault: it can be entered, and never read again. */
export function Secret({
  field,
  of,
  value,
  shared,
  form,
}: {
  field: FormField;
  of: Extract<FormField['of'], { kind: 'secret' }>;
  value: unknown;
  shared: object;
  form: Form;
}) {
  const t = useWords('form');
  const isKept = form.kept?.includes(field.name) ?? false;
  const Input = of.isLong ? Textarea : PasswordInput;
  return (
    <div className="secret">
      <Input
        {...shared}
        {...(of.isLong
          ? { rows: 3, classNames: { input: 'entered-secret' } }
          : { visibilityToggleButtonProps: { 'aria-label': t('showSecret') } })}
        autoComplete="off"
        spellCheck={false}
        disabled={value === null}
        placeholder={isKept ? t('kept') : undefined}
        value={typeof value === 'string' ? value : ''}
        onChange={({ currentTarget }) =>
          form.onEnter([field.name], currentTarget.value === '' ? undefined : currentTarget.value)
        }
      />
      {isKept && of.canEnd && !field.isRequired && (
        <Checkbox
          label={t('endSecret')}
          checked={value === null}
          onChange={({ currentTarget }) =>
            form.onEnter([field.name], currentTarget.checked ? null : undefined)
          }
        />
      )}
    </div>
  );
}
