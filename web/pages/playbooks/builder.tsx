import { Button } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import type { PlaybookParts } from '#api/contract/playbooks.ts';
import type { Playbook, PlaybookEdit } from '#core/playbook.ts';
import { useRead } from '../../lib/queries.ts';
import { useShortcuts } from '../../lib/shortcuts.ts';
import { useWords } from '../../lib/words.ts';
import { AddStep } from './add-step.tsx';
import { BuilderOutline, Problems } from './builder-outline.tsx';
import { beginning, freeId, type NewStep } from './new-steps.ts';
import type { BuilderView } from './search.ts';
import { stepWords } from './sentences.ts';
import { changedWords, type EnteredStep, onto } from './step-changes.ts';
import { StepForm } from './step-form.tsx';
import type { DraftWork } from './use-draft.ts';
import { WholeForm } from './whole-form.tsx';

const BuilderMap = lazy(() => import('./builder-map.tsx'));

const isBeside = () => matchMedia('(min-width: 1101px)').matches;

const noParts: PlaybookParts = { systems: [], surveys: [], rulePacks: [] };

/** What was entered and not applied yet, by the ids of steps. */
export type Entered = Readonly<Record<string, EnteredStep>>;

/** A draft by its steps: outline or map on the one side, the step that is open on the other. */
export function Builder({
  work,
  document: of,
  view,
  current,
  entered,
  onEnter,
}: {
  work: DraftWork;
  document: Playbook;
  view: Extract<BuilderView, 'outline' | 'map'>;
  /** Id of the step that is open. */
  current: string | undefined;
  entered: Entered;
  onEnter: (it: (before: Entered) => Entered) => void;
}) {
  const t = useWords('builder');
  const words = useWords('playbooks');
  const navigate = useNavigate({ from: '/playbooks/$name/draft' });
  const parts = useRead<PlaybookParts>('/playbook-parts').data ?? noParts;
  const [isAdding, setAdding] = useState(false);
  const [refused, setRefused] = useState<string | null>(null);
  const search = useRef<HTMLInputElement>(null);
  const panel = useRef<HTMLElement>(null);
  const open = (step: string | undefined) =>
    void navigate({ search: (now) => ({ ...now, step }), replace: true });
  const close = () => {
    // On a phone the step lies below the outline; whoever closes it is back where they came from.
    document.querySelector<HTMLElement>(`[data-step="${current}"]`)?.focus();
    open(undefined);
  };
  useShortcuts({
    a: () => setAdding(true),
    // The map finds by itself.
    ...(view === 'outline' && { '/': () => search.current?.focus() }),
    Escape: close,
  });

  const step = of.steps.find(({ id }) => id === current);
  const begun = step && entered[step.id];
  const shown = step && begun ? onto(step, begun) : step;
  const letGo = (id: string) => onEnter(({ [id]: _, ...others }) => others as Entered);
  const edit = (edits: readonly PlaybookEdit[]) => void work.edit(edits);

  const add = async (it: NewStep, title: string) => {
    const id = freeId(
      title,
      of.steps.map((known) => known.id),
    );
    const behind = step?.id ?? of.steps.at(-1)?.id ?? null;
    const made = beginning(it, { id, title, of: of.for, parts });
    setAdding(false);
    if (await work.edit([{ do: 'add', step: made, behind }])) open(id);
  };
  const apply = async () => {
    if (!step || !shown) return;
    const set = changedWords(step, shown);
    if (await work.edit([{ do: 'change', step: step.id, set }])) letGo(step.id);
    else setRefused(step.id);
  };
  useEffect(() => {
    if (current) panel.current?.focus({ preventScroll: isBeside() });
  }, [current]);

  const titles = new Map(of.steps.map((it) => [it.id, it.title ?? stepWords(words, it)]));
  const nameOf = (id: string) => titles.get(id) ?? words(`waits.${id}`, { defaultValue: id });
  const whole = work.draft.findings.filter(
    ({ step: at }) => at === null || !of.steps.some(({ id }) => id === at),
  );
  return (
    <div className="beside builder">
      <div>
        <Problems findings={whole} nameOf={nameOf} onEdit={edit} />
        {view === 'map' ? (
          <Suspense fallback={null}>
            <BuilderMap of={of} findings={work.draft.findings} current={current} onOpen={open} />
          </Suspense>
        ) : (
          <BuilderOutline
            of={of}
            findings={work.draft.findings}
            current={current}
            search={search}
            onOpen={(id) => open(id === current ? undefined : id)}
            onAdd={() => setAdding(true)}
            onEdit={edit}
          />
        )}
      </div>
      <section
        ref={panel}
        tabIndex={-1}
        className="card panel step-panel"
        aria-label={shown ? (titles.get(shown.id) ?? shown.id) : t('whole')}
      >
        {step && shown ? (
          <>
            <div className="step-head">
              <h2>{titles.get(step.id)}</h2>
              <Button variant="subtle" color="gray" size="compact-sm" onClick={close}>
                {t('common:close')}
              </Button>
            </div>
            <StepForm
              key={step.id}
              of={of}
              parts={parts}
              step={shown}
              isChanged={begun !== undefined}
              isBusy={work.isBusy}
              error={refused === step.id ? work.error : null}
              onChange={(now) => onEnter((all) => ({ ...all, [step.id]: { base: step, now } }))}
              onApply={() => void apply()}
              onLeave={() => letGo(step.id)}
            />
          </>
        ) : (
          <WholeForm of={of} isBusy={work.isBusy} onEdit={work.edit} />
        )}
      </section>
      {isAdding && (
        <AddStep
          parts={parts}
          of={of.for}
          onAdd={(it, title) => void add(it, title)}
          onClose={() => setAdding(false)}
        />
      )}
    </div>
  );
}
