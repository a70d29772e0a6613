import { Checkbox, Select, Textarea, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import type { CaseSummary } from '#api/contract/cases.ts';
import { type DepartureKind, departureKinds } from '#core/departure-kind.ts';
import { lastDay, placeOf } from '../../lib/moments.ts';
import { useMay, useSession } from '../../lib/session.ts';
import { useWords } from '../../lib/words.ts';
import { PersonField } from '../../ui/person-field.tsx';
import { problemAt } from '../../ui/refused.tsx';
import { type Draft, dateNames } from './request-draft.ts';
import { KnownCase } from './request-plan.tsx';

export type Say = (more: Partial<Draft>) => void;

/** The first four: who, which kind, when, and who takes over. */
export function Questions({
  draft,
  say,
  error,
  known,
}: {
  draft: Draft;
  say: Say;
  error: unknown;
  known: CaseSummary | null;
}) {
  const t = useWords('request');
  return (
    <>
      <Question number={1} title={t('who')}>
        <PersonField
          label={t('person')}
          value={draft.person}
          error={problemAt(error, 'personId', 'person')}
          onChange={(person) => say({ person })}
        />
        {draft.person && (
          <p className="aside">
            {[draft.person.title, draft.person.department, draft.person.location]
              .filter(Boolean)
              .join(' · ')}
          </p>
        )}
        {known && <KnownCase it={known} />}
      </Question>
      <Question number={2} title={t('kind')}>
        <Kind draft={draft} say={say} error={error} />
      </Question>
      <Question number={3} title={t('when')}>
        <Dates draft={draft} say={say} error={error} />
      </Question>
      <Question number={4} title={t('takesOver')}>
        <PersonField
          label={t('successor')}
          description={t('successorAbout')}
          value={draft.successor}
          onChange={(successor) => say({ successor })}
        />
      </Question>
    </>
  );
}

export function Question({
  number,
  title,
  children,
}: {
  number: number;
  title: string;
  children: ReactNode;
}) {
  return (
    <fieldset className="card question">
      <legend>
        <span className="number">{number}</span> {title}
      </legend>
      {children}
    </fieldset>
  );
}

function Kind({ draft, say, error }: { draft: Draft; say: Say; error: unknown }) {
  const t = useWords('request');
  return (
    <>
      <Select
        label={t('kindLabel')}
        placeholder={t('choose')}
        value={draft.kind}
        data={departureKinds.map((value) => ({
          value,
          label: t(`common:departureKinds.${value}`),
        }))}
        error={problemAt(error, 'departure.kind')}
        onChange={(kind) => say({ kind: kind as DepartureKind | null })}
      />
      {(['urgent', 'confidential', 'hold'] as const).map((name) => (
        <Checkbox
          key={name}
          label={t(name)}
          description={t(`${name}About`)}
          checked={draft[name]}
          onChange={(event) => say({ [name]: event.currentTarget.checked })}
        />
      ))}
      {useMay('case.read-confidential') && (
        <Textarea
          label={t('reason')}
          description={t('reasonAbout')}
          rows={2}
          value={draft.reason}
          error={problemAt(error, 'departure.reason')}
          onChange={(event) => say({ reason: event.currentTarget.value })}
        />
      )}
    </>
  );
}

function Dates({ draft, say, error }: { draft: Draft; say: Say; error: unknown }) {
  const t = useWords('request');
  const { company } = useSession();
  const place = placeOf(draft.person?.zone ?? company.zone);
  return (
    <div className="four-dates">
      {dateNames.map((name) => (
        <TextInput
          key={name}
          type={name === 'accessEnds' ? 'datetime-local' : 'date'}
          max={name === 'accessEnds' ? `${lastDay}T23:59` : lastDay}
          label={t(name)}
          description={t(`${name}About`, { place })}
          value={name === 'accessEnds' && draft.urgent ? '' : draft[name]}
          disabled={name === 'accessEnds' && draft.urgent}
          error={problemAt(error, `departure.${name}`)}
          onChange={(event) => say({ [name]: event.currentTarget.value })}
        />
      ))}
    </div>
  );
}
