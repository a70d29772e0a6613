import { Autocomplete, Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { type ReactNode, useState } from 'react';
import type { Colleague, ColleagueList } from '#api/contract/people.ts';
import { useRead } from '../lib/queries.ts';
import { useMay } from '../lib/session.ts';
import { useWords } from '../lib/words.ts';

/** Finds a person of the company by typing a part of the name, the address or the number of HR. */
export function PersonField({
  label,
  description,
  error,
  value,
  onChange,
}: {
  label: string;
  description?: string;
  error?: ReactNode;
  value: Colleague | null;
  onChange: (it: Colleague | null) => void;
}) {
  const t = useWords();
  const [typed, setTyped] = useState('');
  const [text] = useDebouncedValue(typed.trim(), 200);
  const isChosen = value !== null && text === nameOf(value);
  const query = useFound(isChosen ? '' : text);
  const found = new Map((query.data?.items ?? []).map((it) => [it.id, it]));
  if (value) found.set(value.id, value);
  return (
    <Select
      label={label}
      description={description}
      error={error}
      placeholder={t('findPerson')}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': t('clear') }}
      value={value?.id ?? null}
      data={[...found.values()].map((it) => ({ value: it.id, label: nameOf(it) }))}
      filter={({ options }) => options} // the server found them
      onSearchChange={setTyped}
      nothingFoundMessage={text === '' ? null : t(query.isFetching ? 'loading' : 'nobodyFound')}
      renderOption={({ option }) => <Found it={found.get(option.value)} />}
      onChange={(id) => onChange((id && found.get(id)) || null)}
    />
  );
}

/** An address at work: typed, or found by a part of the name. */
export function AddressField({
  label,
  description,
  error,
  value,
  onChange,
}: {
  label: string;
  description: string;
  error?: ReactNode;
  value: string;
  onChange: (it: string) => void;
}) {
  const [text] = useDebouncedValue(value.trim(), 200);
  const { data } = useFound(text);
  const found = new Map((data?.items ?? []).flatMap((it) => (it.email ? [[it.email, it]] : [])));
  return (
    <Autocomplete
      label={label}
      description={description}
      error={error}
      value={value}
      data={[...found.keys()]}
      filter={({ options }) => options} // the server found them
      renderOption={({ option }) => <Found it={found.get(option.value)} />}
      onChange={onChange}
    />
  );
}

function useFound(text: string) {
  const mayFind = useMay('colleague.find');
  return useRead<ColleagueList>('/colleagues', { text }, { enabled: mayFind && text !== '' });
}

/** Two people may have one name, so the number of HR is always there. */
const nameOf = (it: Colleague) => `${it.name} (${it.personId})`;

function Found({ it }: { it: Colleague | undefined }) {
  if (!it) return null;
  return (
    <span className="found">
      <span>{nameOf(it)}</span>
      <span className="aside">
        {[it.title, it.department, it.email].filter(Boolean).join(' · ')}
      </span>
    </span>
  );
}
