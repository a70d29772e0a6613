import { Button, Checkbox, Select, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Person } from '#api/contract/people.ts';
import type { PlanPreview as Preview } from '#api/contract/plans.ts';
import type { ArrivalFacts, CaseKind } from '#core/arrival.ts';
import { departureKinds } from '#core/departure-kind.ts';
import { lastDay } from '../../lib/moments.ts';
import { useAct } from '../../lib/queries.ts';
import { useWords } from '../../lib/words.ts';
import { PlanPreview } from '../../ui/plan-preview.tsx';
import { Refused } from '../../ui/refused.tsx';
import './people.css';
import './words.ts';

// That of arrivals comes with the shapes that the server checks; a page names its words alone.
const kindsOf = {
  departure: departureKinds,
  arrival: ['arrival', 'rehire'] satisfies ArrivalFacts['kind'][],
  'role change': ['role change'] satisfies ArrivalFacts['kind'][],
} as const satisfies Record<CaseKind, readonly string[]>;

/** What would happen if this person left, or came. Nothing is changed anywhere. */
export function Rehearsal({
  person,
  tried,
  of = 'departure',
}: {
  person: Person;
  /** Id of a version to try, or the playbook of which to try one's draft. Default: the version that applies. */
  tried?: { readonly playbook: string } | { readonly draft: string };
  of?: CaseKind;
}) {
  const t = useWords('people');
  const [kind, setKind] = useState<string>(kindsOf[of][0] ?? '');
  const [day, setDay] = useState('');
  const [urgent, setUrgent] = useState(false);
  const preview = useAct<Preview>();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const occasion =
      of === 'departure'
        ? { departure: { kind, urgent, lastWorkingDay: day || null } }
        : { arrival: { kind, startDay: day } };
    const body = { person: person.id, ...occasion, ...tried };
    preview.mutate({ method: 'POST', path: '/plans', body });
  };
  return (
    <section className="card panel rehearsal" aria-labelledby="rehearsal">
      <h2 id="rehearsal">{t(`rehearsalOf.${of}`, { name: person.name })}</h2>
      <form className="asked" noValidate onSubmit={submit}>
        <Select
          label={t('kindOf')}
          allowDeselect={false}
          data={kindsOf[of].map((value) => ({ value, label: t(`kinds.${value}`) }))}
          value={kind}
          onChange={(it) => setKind(it ?? kind)}
        />
        <TextInput
          type="date"
          max={lastDay}
          label={of === 'departure' ? t('lastWorkingDay') : t('firstDay')}
          value={day}
          onChange={(event) => setDay(event.currentTarget.value)}
        />
        {of === 'departure' && (
          <Checkbox
            label={t('urgent')}
            checked={urgent}
            onChange={(event) => setUrgent(event.currentTarget.checked)}
          />
        )}
        <Button type="submit" loading={preview.isPending}>
          {t('seeWhat')}
        </Button>
      </form>
      {preview.isPending && <p role="status">{t('askingEverywhere')}</p>}
      <Refused error={preview.error} />
      {preview.data && (
        <>
          {!('question' in preview.data) && (
            <p role="status" className="aside">
              {t('nothingChanged')}
            </p>
          )}
          <PlanPreview of={preview.data} isUrgent={urgent} />
        </>
      )}
    </section>
  );
}
