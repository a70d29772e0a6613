import { TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import type { Person, PersonPage } from '#api/contract/people.ts';
import type { CaseKind } from '#core/arrival.ts';
import { useRead } from '../../lib/queries.ts';
import { useWords } from '../../lib/words.ts';
import { Rehearsal } from '../people/rehearsal.tsx';

/** What this version, or a draft of one's own, would do with somebody; nothing is changed anywhere. */
export function TryOut({
  of,
  tried,
}: {
  of: CaseKind;
  tried: { readonly playbook: string } | { readonly draft: string };
}) {
  const t = useWords('playbooks');
  const [text, setText] = useState('');
  const [wanted] = useDebouncedValue(text.trim(), 200);
  const [person, setPerson] = useState<Person | null>(null);
  const found = useRead<PersonPage>(
    '/people',
    { text: wanted, limit: 8 },
    { enabled: wanted !== '' },
  );
  return (
    <>
      <section className="card panel">
        <p className="part-about spaced">{t('tryAbout')}</p>
        <TextInput
          className="narrow"
          label={t('tryOn')}
          placeholder={t('tryPlaceholder')}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        {wanted !== '' && (
          <ul className="plain-list picks">
            {found.data?.items.map((it) => (
              <li key={it.id}>
                <button
                  type="button"
                  className="pick"
                  aria-pressed={person?.id === it.id}
                  onClick={() => setPerson(it)}
                >
                  {it.name}
                  <span className="under">
                    {[it.title, it.department, it.personId].filter(Boolean).join(' · ')}
                  </span>
                </button>
              </li>
            ))}
            {found.data?.items.length === 0 && <li>{t('tryNobody', { text: wanted })}</li>}
          </ul>
        )}
      </section>
      {person && <Rehearsal key={person.id} person={person} tried={tried} of={of} />}
    </>
  );
}
