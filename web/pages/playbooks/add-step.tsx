import { Modal, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { PlaybookParts } from '#api/contract/playbooks.ts';
import type { Playbook } from '#core/playbook.ts';
import { useWords } from '../../lib/words.ts';
import { type NewStep, newSteps } from './new-steps.ts';

/** What a step could do: what connected systems offer first, then what needs none of them. */
export function AddStep({
  parts,
  of,
  onAdd,
  onClose,
}: {
  parts: PlaybookParts;
  of: Playbook['for'];
  onAdd: (it: NewStep, title: string) => void;
  onClose: () => void;
}) {
  const t = useWords('builder');
  const [text, setText] = useState('');
  const wanted = text.trim().toLowerCase();
  const named = newSteps(parts, of).map((it) => ({
    it,
    title:
      it.capability === null
        ? t(`kinds.${it.kind}`)
        : t(`playbooks:capabilities.${it.capability.replace('.', ' ')}`),
  }));
  const found = named.filter(({ it, title }) =>
    [title, it.kind, it.capability, ...it.systems, ...it.about].some((word) =>
      word?.toLowerCase().includes(wanted),
    ),
  );
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t('add')}
      closeButtonProps={{ 'aria-label': t('common:close') }}
    >
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          const [first] = found;
          if (first) onAdd(first.it, first.title);
        }}
      >
        <TextInput
          data-autofocus
          label={t('addFind')}
          description={t('addAbout')}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      </form>
      <ul className="plain-list picks offers">
        {found.map(({ it, title }) => (
          <li key={`${it.kind} ${it.capability}`}>
            <button type="button" className="pick" onClick={() => onAdd(it, title)}>
              {title}
              <span className="under">
                {it.systems.length > 0 ? it.systems.join(', ') : t(`about.${it.kind}`)}
              </span>
              {it.about.slice(0, 2).map((about) => (
                <span key={about} className="under">
                  {about}
                </span>
              ))}
            </button>
          </li>
        ))}
        {found.length === 0 && <li>{t('addNone', { text })}</li>}
      </ul>
    </Modal>
  );
}
