import { Button, Checkbox, NumberInput, Select, Textarea, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { addWords, useWords } from '../lib/words.ts';
import de from '../words/de/form.json' with { type: 'json' };
import en from '../words/en/form.json' with { type: 'json' };
import './form.css';
import type { FieldPath, FormField, Values } from './form-fields.ts';
import { Secret } from './form-secret.tsx';

addWords('form', { en, de });

export interface FormProps {
  readonly fields: readonly FormField[];
  readonly values: Values;
  /** Undefined: what was entered is taken out; null: a secret is to be ended. */
  readonly onEnter: (path: FieldPath, value: unknown) => void;
  /** By the place of a field, such as `hosts.0.port`. */
  readonly problems: ReadonlyMap<string, string>;
  /** Names of secrets that are kept already: they are never shown, and stay when nothing is entered. */
  readonly kept?: readonly string[];
}

/** The fields of a form that the server describes; what is entered lies with whoever shows it. */
export function FormFields({ fields, ...form }: FormProps) {
  return fields.map((field) => (
    <Field key={field.name} field={field} path={[field.name]} form={form} />
  ));
}

export type Form = Omit<FormProps, 'fields'>;

interface FieldProps {
  readonly field: FormField;
  readonly path: FieldPath;
  readonly form: Form;
}

function Field({ field, path, form }: FieldProps) {
  const t = useWords('form');
  const at = path.join('.');
  const value = path.reduce<unknown>((it, part) => Reflect.get(Object(it), part), form.values);
  const shared = {
    name: at,
    label: field.title,
    description: field.description || undefined,
    error: form.problems.get(at),
    withAsterisk: field.isRequired && field.of.kind !== 'yes-no',
  };
  const enter = (entered: unknown) => form.onEnter(path, entered === '' ? undefined : entered);
  const text = typeof value === 'string' ? value : '';
  switch (field.of.kind) {
    case 'text':
    case 'url':
    case 'email':
      return (
        <TextInput
          {...shared}
          type={field.of.kind}
          spellCheck={false}
          placeholder={typeof field.fallback === 'string' ? field.fallback : undefined}
          value={text}
          onChange={(event) => enter(event.currentTarget.value)}
        />
      );
    case 'long':
    case 'document':
      return (
        <Textarea
          {...shared}
          classNames={field.of.kind === 'document' ? { input: 'entered-code' } : {}}
          rows={field.of.kind === 'document' ? 10 : 3}
          spellCheck={field.of.kind === 'long'}
          value={text}
          onChange={(event) => enter(event.currentTarget.value)}
        />
      );
    case 'list':
      return (
        <Textarea
          {...shared}
          description={[field.description, t('onePerLine')].filter(Boolean).join('. ')}
          rows={3}
          spellCheck={false}
          value={Array.isArray(value) ? value.join('\n') : ''}
          onChange={({ currentTarget }) =>
            enter(currentTarget.value === '' ? [] : currentTarget.value.split('\n'))
          }
        />
      );
    case 'number':
      return (
        <NumberInput
          {...shared}
          hideControls
          value={typeof value === 'number' ? value : ''}
          {...(field.of.least === undefined ? {} : { min: field.of.least })}
          {...(field.of.most === undefined ? {} : { max: field.of.most })}
          onChange={enter}
        />
      );
    case 'yes-no':
      return (
        <Checkbox
          {...shared}
          checked={value === true}
          onChange={(event) => enter(event.currentTarget.checked)}
        />
      );
    case 'choice':
      return (
        <Select
          {...shared}
          clearable={!field.isRequired}
          data={[...field.of.choices]}
          value={text || null}
          onChange={enter}
        />
      );
    case 'several':
      return (
        <Checkbox.Group
          {...shared}
          value={Array.isArray(value) ? value.map(String) : []}
          onChange={enter}
        >
          <div className="choices">
            {field.of.choices.map((it) => (
              <Checkbox key={it} value={it} label={it} />
            ))}
          </div>
        </Checkbox.Group>
      );
    case 'secret':
      return <Secret field={field} of={field.of} value={value} shared={shared} form={form} />;
    case 'fixed':
      return null;
    case 'group':
      return (
        <Group field={field} problem={shared.error}>
          {field.of.fields.map((it) => (
            <Field key={it.name} field={it} path={[...path, it.name]} form={form} />
          ))}
        </Group>
      );
    case 'groups':
      return <Groups field={field} of={field.of.fields} path={path} value={value} form={form} />;
    case 'either':
      return <Either field={field} ways={field.of.ways} path={path} value={value} form={form} />;
  }
}

function Group({
  field,
  problem,
  children,
}: {
  field: FormField;
  problem: string | undefined;
  children: ReactNode;
}) {
  return (
    <fieldset className="group">
      <legend>{field.title}</legend>
      {field.description && <p className="group-about">{field.description}</p>}
      {problem && <p className="group-problem">{problem}</p>}
      {children}
    </fieldset>
  );
}

/** As many of the same as somebody wants to enter. */
function Groups({
  field,
  of,
  path,
  value,
  form,
}: {
  field: FormField;
  of: readonly FormField[];
  path: FieldPath;
  value: unknown;
  form: Form;
}) {
  const t = useWords('form');
  const rows = Array.isArray(value) ? value : [];
  const begun = Object.fromEntries(
    of.flatMap(({ name, fallback }) => (fallback === undefined ? [] : [[name, fallback]])),
  );
  return (
    <Group field={field} problem={form.problems.get(path.join('.'))}>
      {rows.map((_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows have no name of their own, and never change places
        <div className="group-row" key={i}>
          {of.map((it) => (
            <Field key={it.name} field={it} path={[...path, i, it.name]} form={form} />
          ))}
          <Button
            variant="subtle"
            color="gray"
            leftSection={<IconTrash size={16} aria-hidden />}
            onClick={() => form.onEnter([...path, i], undefined)}
          >
            {t('takeOut')}
          </Button>
        </div>
      ))}
      <Button
        variant="default"
        leftSection={<IconPlus size={16} aria-hidden />}
        onClick={() => form.onEnter(path, [...rows, begun])}
      >
        {t('addOne')}
      </Button>
    </Group>
  );
}

/** One of several ways to say it. */
function Either({
  field,
  ways,
  path,
  value,
  form,
}: {
  field: FormField;
  ways: readonly FormField[];
  path: FieldPath;
  value: unknown;
  form: Form;
}) {
  const chosen = ways.find(({ name }) => Object.hasOwn(Object(value), name));
  return (
    <div className="either">
      <Select
        label={field.title}
        description={field.description || undefined}
        error={form.problems.get(path.join('.'))}
        withAsterisk={field.isRequired}
        data={ways.map(({ name, title }) => ({ value: name, label: title }))}
        value={chosen?.name ?? null}
        onChange={(name) => {
          const way = ways.find((it) => it.name === name);
          if (way) form.onEnter(path, { [way.name]: way.of.kind === 'fixed' ? way.of.value : '' });
        }}
      />
      {chosen && chosen.of.kind !== 'fixed' && (
        <TextInput
          label={chosen.title}
          spellCheck={false}
          value={String(Reflect.get(Object(value), chosen.name) ?? '')}
          error={form.problems.get(`${path.join('.')}.${chosen.name}`)}
          onChange={({ currentTarget }) =>
            form.onEnter(path, { [chosen.name]: currentTarget.value })
          }
        />
      )}
    </div>
  );
}
