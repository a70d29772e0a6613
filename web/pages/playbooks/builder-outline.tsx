import { Button, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { type RefObject, useState } from 'react';
import type { Finding } from '#api/contract/playbooks.ts';
import type { Playbook, PlaybookEdit, PlaybookStep } from '#core/playbook.ts';
import { useWords } from '../../lib/words.ts';
import { conditionWords, outlineOf, stepWords } from './sentences.ts';
import { behindFor } from './step-changes.ts';

/** The steps of a draft by layer and moment; each opens beside, and says what is to be mended about it. */
export function BuilderOutline({
  of,
  findings,
  current,
  search,
  onOpen,
  onAdd,
  onEdit,
}: {
  of: Playbook;
  findings: readonly Finding[];
  current: string | undefined;
  search: RefObject<HTMLInputElement | null>;
  onOpen: (id: string) => void;
  onAdd: () => void;
  onEdit: (edits: readonly PlaybookEdit[]) => void;
}) {
  const t = useWords('builder');
  const words = useWords('playbooks');
  const [wanted, setWanted] = useState('');
  const titleOf = (it: PlaybookStep) => it.title ?? stepWords(words, it);
  const titles = new Map(of.steps.map((it) => [it.id, titleOf(it)]));
  const nameOf = (id: string) => titles.get(id) ?? words(`waits.${id}`, { defaultValue: id });
  const text = wanted.trim().toLowerCase();
  const isFound = (it: PlaybookStep) =>
    [titleOf(it), stepWords(words, it), it.id].some((word) => word.toLowerCase().includes(text));
  const layers = outlineOf(words, of)
    .map(({ layer, groups }) => ({
      layer,
      groups: groups
        .map((it) => ({ ...it, shown: it.steps.filter(isFound) }))
        .filter(({ shown }) => shown.length > 0),
    }))
    .filter(({ groups }) => groups.length > 0);
  return (
    <>
      <div className="builder-bar">
        <TextInput
          ref={search}
          aria-label={t('find')}
          placeholder={t('find')}
          value={wanted}
          onChange={(event) => setWanted(event.currentTarget.value)}
        />
        <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={onAdd}>
          {t('add')}
        </Button>
      </div>
      {layers.length === 0 && <p className="part-about">{t('findNone', { text: wanted })}</p>}
      {layers.map(({ layer, groups }) => (
        <section key={layer} className="card panel" aria-labelledby={`layer-${layer}`}>
          <h2 id={`layer-${layer}`}>{words(`layers.${layer}`)}</h2>
          {groups.map(({ when, steps, shown }) => (
            <div key={when} className="outline-group">
              <h3 className="outline-when">{when}</h3>
              <ul className="plain-list">
                {shown.map((it) => (
                  <li key={it.id} className="built-step" data-open={it.id === current || undefined}>
                    <button
                      type="button"
                      className="built-open"
                      data-step={it.id}
                      aria-expanded={it.id === current}
                      onClick={() => onOpen(it.id)}
                    >
                      <strong>{titleOf(it)}</strong>
                      {it.title !== null && <span className="under">{stepWords(words, it)}</span>}
                      {it.after.length > 0 && (
                        <span className="under">
                          {words('startsAfter', { steps: it.after.map(nameOf).join(', ') })}
                        </span>
                      )}
                      {it.when && (
                        <span className="under">
                          {words('onlyWhen', { condition: conditionWords(words, it.when) })}
                        </span>
                      )}
                      {it.kind === 'action' && it.approval && (
                        <span className="under strong">{words('needsApproval')}</span>
                      )}
                    </button>
                    {it.id === current && (
                      <StepActs of={of} neighbours={steps} step={it} onEdit={onEdit} />
                    )}
                    <Problems
                      findings={findings.filter(({ step }) => step === it.id)}
                      isOpen={it.id === current}
                      nameOf={nameOf}
                      onEdit={onEdit}
                    />
                  </li>
                ))}
              </ul>
            </div>
          ))}
        </section>
      ))}
    </>
  );
}

function StepActs({
  of,
  neighbours,
  step: { id },
  onEdit,
}: {
  of: Playbook;
  neighbours: readonly PlaybookStep[];
  step: PlaybookStep;
  onEdit: (edits: readonly PlaybookEdit[]) => void;
}) {
  const t = useWords('builder');
  const move = (way: 'up' | 'down') => {
    const behind = behindFor(of, neighbours, id, way);
    return (
      <Button
        variant="default"
        size="compact-sm"
        disabled={behind === undefined}
        onClick={() => behind !== undefined && onEdit([{ do: 'move', step: id, behind }])}
      >
        {t(way)}
      </Button>
    );
  };
  return (
    <div className="form-acts built-acts">
      {move('up')}
      {move('down')}
      <Button
        variant="default"
        size="compact-sm"
        disabled={of.steps.length === 1}
        onClick={() => onEdit([{ do: 'remove', step: id }])}
      >
        {t('remove')}
      </Button>
    </div>
  );
}

/** What is wrong, with the button that mends it where one can. */
export function Problems({
  findings,
  isOpen = true,
  nameOf,
  onEdit,
}: {
  findings: readonly Finding[];
  /** Whether somebody looks at what it is about; what is only to be expected is said in short otherwise. */
  isOpen?: boolean;
  nameOf: (id: string) => string;
  onEdit: (edits: readonly PlaybookEdit[]) => void;
}) {
  const t = useWords('builder');
  const words = useWords('playbooks');
  if (findings.length === 0) return null;
  return (
    <ul className="plain-list built-problems">
      {findings.map(({ severity, problem, mend, remedy }) => (
        <li key={problem} data-severity={severity}>
          <span>
            <strong>{words(`severities.${severity}`)}</strong> {problem}{' '}
            {!remedy && (severity === 'error' || isOpen) && <em>{mend}</em>}
          </span>
          {remedy && (
            <Button
              variant="default"
              size="compact-sm"
              onClick={() => onEdit(remedy.edits as readonly PlaybookEdit[])}
            >
              {t(`remedies.${remedy.verb}`, {
                title: remedy.other === null ? '' : nameOf(remedy.other),
              })}
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}
