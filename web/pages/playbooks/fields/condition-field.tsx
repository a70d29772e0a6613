import { Button, NativeSelect, TextInput } from '@mantine/core';
import {
  type Comparison,
  type Condition,
  type Field,
  type FieldType,
  fields,
  fieldTypes,
  operatorsOf,
} from '#core/condition-fields.ts';
import type { Playbook } from '#core/playbook.ts';
import { useWords } from '../../../lib/words.ts';
import { conditionWords } from '../sentences.ts';

/** For whom something is: comparisons that all have to hold, or any of them. Deeper ones are shown in words. */
export function ConditionField({
  label,
  of,
  isOfAccounts,
  value,
  onChange,
}: {
  label: string;
  of: Playbook['for'];
  /** Whether it may ask about accounts. */
  isOfAccounts: boolean;
  value: Condition | null;
  onChange: (it: Condition | null) => void;
}) {
  const t = useWords('builder');
  const words = useWords('playbooks');
  const mode = value && 'any' in value ? 'any' : 'all';
  const parts: readonly Condition[] =
    value === null ? [] : 'all' in value ? value.all : 'any' in value ? value.any : [value];
  const put = (all: readonly Condition[], by: 'all' | 'any' = mode) => {
    const [only, second] = all;
    if (only === undefined) return onChange(null);
    onChange(second === undefined ? only : by === 'all' ? { all } : { any: all });
  };
  const known = fields.filter((it) => isKnown(it, of, isOfAccounts));
  const first = known[0] ?? 'person.department';
  return (
    <fieldset className="group">
      <legend>{label}</legend>
      {parts.length > 1 && (
        <NativeSelect
          aria-label={t('condition.mode')}
          value={mode}
          onChange={(event) => put(parts, event.currentTarget.value as 'all' | 'any')}
          data={['all', 'any'].map((it) => ({ value: it, label: t(`condition.${it}`) }))}
        />
      )}
      {parts.map((part, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a condition has no name of its own
        <div key={i} className="condition">
          {'field' in part ? (
            <ComparisonField value={part} known={known} onChange={(it) => put(parts.with(i, it))} />
          ) : (
            <span>{conditionWords(words, part)}</span>
          )}
          <Button
            variant="subtle"
            color="gray"
            size="compact-sm"
            onClick={() => put(parts.toSpliced(i, 1))}
          >
            {t('takeOut')}
          </Button>
        </div>
      ))}
      <Button variant="default" size="compact-sm" onClick={() => put([...parts, begunWith(first)])}>
        {t('condition.add')}
      </Button>
    </fieldset>
  );
}

const isKnown = (field: Field, of: Playbook['for'], isOfAccounts: boolean) => {
  const [family] = field.split('.');
  if (family === 'account') return isOfAccounts;
  if (family === 'departure') return of === 'departure' || field === 'departure.source';
  if (family === 'arrival') return of === 'arrival';
  return family !== 'former' || of === 'role change';
};

const typeOf = (field: Field): FieldType => fieldTypes[field];

/** The first thing that can be asked about a field. */
function begunWith(field: Field): Comparison {
  const type = typeOf(field);
  if (type.type === 'yes-no') return { field, operator: 'is', value: true };
  if (type.type === 'list') return { field, operator: 'includes', value: '' };
  return { field, operator: 'is', value: type.type === 'choice' ? (type.of[0] ?? '') : '' };
}

function ComparisonField({
  value,
  known,
  onChange,
}: {
  value: Comparison;
  known: readonly Field[];
  onChange: (it: Comparison) => void;
}) {
  const t = useWords('builder');
  const type = typeOf(value.field);
  const isSeveral = Array.isArray(value.value);
  const shown = isSeveral ? (value.value as readonly string[]).join(', ') : String(value.value);
  const ask = (operator: string) => {
    const { field } = value;
    if (operator === 'is set') return onChange({ field, operator, value: true });
    if (operator === 'is one of' || operator === 'is none of') {
      const one = typeof value.value === 'string' ? [value.value] : [];
      return onChange({
        field,
        operator,
        value: isSeveral ? (value.value as readonly string[]) : one,
      });
    }
    const one = isSeveral ? ((value.value as readonly string[])[0] ?? '') : value.value;
    const begun = begunWith(field);
    onChange({
      ...begun,
      operator,
      value: typeof one === typeof begun.value ? one : begun.value,
    } as Comparison);
  };
  const say = (text: string) => {
    if (typeof value.value === 'boolean')
      return onChange({ ...value, value: text === 'true' } as Comparison);
    const said = isSeveral ? text.split(',').map((it) => it.trimStart()) : text;
    onChange({ ...value, value: said } as Comparison);
  };
  const choices =
    typeof value.value === 'boolean'
      ? ['true', 'false'].map((it) => ({ value: it, label: t(`condition.${it}`) }))
      : type.type === 'choice' && !isSeveral
        ? type.of.map((it) => ({
            value: it,
            label: t(`playbooks:values.${it}`, { defaultValue: it }),
          }))
        : null;
  return (
    <>
      <NativeSelect
        aria-label={t('condition.field')}
        value={value.field}
        onChange={(event) => onChange(begunWith(event.currentTarget.value as Field))}
        data={[...new Set([...known, value.field])].map((it) => ({
          value: it,
          label: t(`playbooks:fields.${it.replace('.', ' ')}`),
        }))}
      />
      <NativeSelect
        aria-label={t('condition.operator')}
        value={value.operator}
        onChange={(event) => ask(event.currentTarget.value)}
        data={operatorsOf[type.type].map((it) => ({ value: it, label: t(`condition.is.${it}`) }))}
      />
      {choices ? (
        <NativeSelect
          aria-label={t('condition.value')}
          value={shown}
          onChange={(event) => say(event.currentTarget.value)}
          data={choices}
        />
      ) : (
        <TextInput
          aria-label={t('condition.value')}
          placeholder={isSeveral ? t('condition.commas') : ''}
          value={shown}
          onChange={(event) => say(event.currentTarget.value)}
        />
      )}
    </>
  );
}
