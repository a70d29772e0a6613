import { Checkbox, NativeSelect } from '@mantine/core';
import type { PlaybookParts } from '#api/contract/playbooks.ts';
import { categories } from '#core/connection.ts';
import type { AccountChoice, SystemChoice } from '#core/playbook.ts';
import { useWords } from '../../../lib/words.ts';

/** In which systems: every one, those of a kind, or one. */
export function PlaceField({
  label,
  parts,
  value,
  every,
  onChange,
}: {
  label: string;
  parts: PlaybookParts;
  value: SystemChoice;
  /** What all of them are called; left out: one kind or one system has to be chosen. */
  every?: string;
  onChange: (it: SystemChoice) => void;
}) {
  const t = useWords('builder');
  const { category, connection } = value;
  const chosen =
    connection !== null ? `in ${connection}` : category === null ? '' : `of ${category}`;
  const systems = parts.systems.map(({ id, name }) => ({ value: `in ${id}`, label: name }));
  const isKnown = connection === null || parts.systems.some(({ id }) => id === connection);
  return (
    <NativeSelect
      label={label}
      value={chosen}
      onChange={({ currentTarget }) => {
        const [way, name = ''] = currentTarget.value.split(/ (.*)/);
        onChange({
          category: way === 'of' ? (categories.find((it) => it === name) ?? null) : null,
          connection: way === 'in' ? name : null,
        });
      }}
      data={[
        ...(every === undefined ? [] : [{ value: '', label: every }]),
        {
          group: t('place.kinds'),
          items: categories.map((it) => ({
            value: `of ${it}`,
            label: t(`playbooks:categories.${it}`),
          })),
        },
        {
          group: t('place.systems'),
          items: isKnown ? systems : [...systems, { value: chosen, label: connection }],
        },
      ]}
    />
  );
}

/** On which accounts. */
export function AccountsField({
  parts,
  value,
  onChange,
}: {
  parts: PlaybookParts;
  value: AccountChoice;
  onChange: (it: AccountChoice) => void;
}) {
  const t = useWords('builder');
  return (
    <>
      <PlaceField
        label={t('place.where')}
        every={t('place.every')}
        parts={parts}
        value={value}
        onChange={(it) => onChange({ ...value, ...it })}
      />
      <Checkbox
        label={t('place.privileged')}
        checked={value.privileged === true}
        onChange={(event) =>
          onChange({ ...value, privileged: event.currentTarget.checked ? true : null })
        }
      />
    </>
  );
}
