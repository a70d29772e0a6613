import { Button, Menu, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconFilterPlus, IconSearch, IconX } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import type { ConnectionPage } from '#api/contract/connections.ts';
import type { FactTypes } from '#api/contract/seal.ts';
import { results } from '#core/result.ts';
import { grades } from '#core/step.ts';
import { useConnectionNames } from '../../lib/connections.ts';
import { useFactTitle } from '../../lib/fact-titles.ts';
import { dayText } from '../../lib/moments.ts';
import { useRead } from '../../lib/queries.ts';
import { useShortcuts } from '../../lib/shortcuts.ts';
import { currentLanguage, useWords } from '../../lib/words.ts';
import { type AuditSearch, auditSearch, type Criterion, criteria, without } from './search.ts';

const route = getRouteApi('/inside/audit');

/** What is looked for: free text, and one more thing at a time. */
export function Filters({ search }: { search: AuditSearch }) {
  const t = useWords('audit');
  const navigate = route.useNavigate();
  const field = useRef<HTMLInputElement>(null);
  const [adding, setAdding] = useState<Criterion | null>(null);
  const find = useDebouncedCallback(
    (text: string) =>
      void navigate({ search: (now) => auditSearch({ ...now, text }), replace: true }),
    300,
  );
  useShortcuts({ '/': () => field.current?.focus() });
  const open = criteria.filter((it) => search[it] === undefined);
  return (
    <search className="filters">
      <TextInput
        ref={field}
        aria-label={t('find')}
        placeholder={t('find')}
        leftSection={<IconSearch size={16} aria-hidden />}
        defaultValue={search.text ?? ''}
        onChange={(event) => find(event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
      />
      <Menu position="bottom-start" withinPortal>
        <Menu.Target>
          <Button variant="default" leftSection={<IconFilterPlus size={16} aria-hidden />}>
            {t('narrow')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {open.map((it) => (
            <Menu.Item key={it} onClick={() => setAdding(it)}>
              {t(`criterion.${it}`)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {adding && (
        <Adding
          key={adding}
          criterion={adding}
          onDone={(value) => {
            setAdding(null);
            if (value) void navigate({ search: (now) => auditSearch({ ...now, [adding]: value }) });
          }}
        />
      )}
    </search>
  );
}

/** Asks for the value of one criterion. */
function Adding({
  criterion,
  onDone,
}: {
  criterion: Criterion;
  onDone: (value: string | null) => void;
}) {
  const t = useWords('audit');
  const choices = useChoices(criterion);
  const [text, setText] = useState('');
  const label = t(`criterion.${criterion}`);
  if (choices) {
    return (
      <Select
        aria-label={label}
        placeholder={label}
        data={[...choices]}
        searchable
        autoFocus
        defaultDropdownOpened
        nothingFoundMessage={t('noChoice')}
        onChange={onDone}
        onKeyDown={(event) => event.key === 'Escape' && onDone(null)}
      />
    );
  }
  const isDay = criterion === 'from' || criterion === 'to';
  return (
    <form
      noValidate
      className="adding"
      onSubmit={(event) => {
        event.preventDefault();
        onDone(text);
      }}
    >
      <TextInput
        aria-label={label}
        placeholder={t(`example.${criterion}`)}
        type={isDay ? 'date' : 'text'}
        autoFocus
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Escape' && onDone(null)}
      />
      <Button type="submit" variant="default">
        {t('add')}
      </Button>
    </form>
  );
}

interface Choice {
  readonly value: string;
  readonly label: string;
}

/** What can be chosen; null: it is typed. */
function useChoices(criterion: Criterion): readonly Choice[] | null {
  const t = useWords('audit');
  const types = useRead<FactTypes>('/audit/types', {}, { enabled: criterion === 'type' });
  const systems = useRead<ConnectionPage>('/connections', {}, { enabled: criterion === 'system' });
  const titleOf = useFactTitle();
  const of = (words: string, values: readonly string[]) =>
    values.map((value) => ({ value, label: t(`${words}.${value}`) }));
  if (criterion === 'grade') return of('grade', grades);
  if (criterion === 'result') return of('result', results);
  if (criterion === 'type')
    return (types.data?.items ?? []).map((it) => ({ value: it.type, label: titleOf(it) }));
  if (criterion === 'system')
    return (systems.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }));
  return null;
}

/** A criterion as people read it: "system: Slack". */
export function useCriterionText(): (criterion: Criterion | 'text', value: string) => string {
  const t = useWords('audit');
  const nameOf = useConnectionNames();
  const titleOf = useFactTitle();
  const textFor = (criterion: Criterion | 'text', value: string): string => {
    switch (criterion) {
      case 'system':
        return nameOf(value);
      case 'type':
        return titleOf({ type: value, title: value });
      case 'grade':
      case 'result':
        return t(`${criterion}.${value}`);
      case 'from':
      case 'to':
        return dayText(value, currentLanguage(), new Date());
      default:
        return value;
    }
  };
  return (criterion, value) => `${t(`criterion.${criterion}`)}: ${textFor(criterion, value)}`;
}

/** What narrows the choice, each with a way to take it off. */
export function Chips({ search }: { search: AuditSearch }) {
  const t = useWords('audit');
  const navigate = route.useNavigate();
  const textOf = useCriterionText();
  const shown = criteria.filter((it) => search[it] !== undefined);
  if (shown.length === 0) return null;
  return (
    <ul className="audit-chips" aria-label={t('narrowedBy')}>
      {shown.map((it) => {
        const text = textOf(it, String(search[it]));
        return (
          <li key={it}>
            {text}
            <button
              type="button"
              aria-label={t('remove', { what: text })}
              onClick={() => void navigate({ search: without(search, it) })}
            >
              <IconX size={14} aria-hidden />
            </button>
          </li>
        );
      })}
    </ul>
  );
}
