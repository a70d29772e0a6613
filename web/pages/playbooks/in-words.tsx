import { Switch, VisuallyHidden } from '@mantine/core';
import { useState } from 'react';
import type { Playbook, PlaybookStep } from '#core/playbook.ts';
import { useWords } from '../../lib/words.ts';
import { conditionWords, differenceOf, stepWords } from './sentences.ts';
import { aspectChanges, aspectsOf } from './step-aspects.ts';

/** What is different between two versions by what it means; where a step stands in the text never counts. */
export function InWords({ before, after }: { before: Playbook | null; after: Playbook | null }) {
  const t = useWords('playbooks');
  const [isOnlyChanges, setOnlyChanges] = useState(true);
  if (!before || !after) return <p className="part-about">{t('unreadable')}</p>;
  const { added, removed, changed, isForOthers, isCalledOtherwise } = differenceOf(before, after);
  const isSame =
    added.length + removed.length + changed.length === 0 && !isForOthers && !isCalledOtherwise;
  if (isSame) return <p role="status">{t('sameInWords')}</p>;
  return (
    <div className="card panel difference">
      {isCalledOtherwise && (
        <p>{t('calledOtherwise', { before: before.title, after: after.title })}</p>
      )}
      {isForOthers && (
        <p>
          {t('forOthers', {
            before: conditionWords(t, before.appliesWhen),
            after: conditionWords(t, after.appliesWhen),
          })}
        </p>
      )}
      <Steps name="added" steps={added} />
      <Steps name="removed" steps={removed} />
      {changed.length > 0 && (
        <section>
          <div className="difference-head">
            <h2>{t('difference.changed', { count: changed.length })}</h2>
            <Switch
              label={t('onlyChanges')}
              checked={isOnlyChanges}
              onChange={(event) => setOnlyChanges(event.currentTarget.checked)}
            />
          </div>
          {changed.map((it) => (
            <Changed
              key={it.now.id}
              {...it}
              versions={{ before, after }}
              isOnlyChanges={isOnlyChanges}
            />
          ))}
        </section>
      )}
    </div>
  );
}

/** One step before and after, aspect by aspect. */
function Changed({
  before,
  now,
  versions,
  isOnlyChanges,
}: {
  before: PlaybookStep;
  now: PlaybookStep;
  versions: { readonly before: Playbook; readonly after: Playbook };
  isOnlyChanges: boolean;
}) {
  const t = useWords('playbooks');
  const namesIn = ({ steps }: Playbook) => {
    const titles = new Map(steps.map((it) => [it.id, it.title ?? stepWords(t, it)]));
    return (id: string) => titles.get(id) ?? t(`waits.${id}`, { defaultValue: id });
  };
  const rows = aspectChanges(
    aspectsOf(t, before, namesIn(versions.before)),
    aspectsOf(t, now, namesIn(versions.after)),
    isOnlyChanges,
  );
  return (
    <div className="changed-step">
      <h3>{now.title ?? stepWords(t, now)}</h3>
      {rows.length === 0 && <p className="under">{t('onlyInText')}</p>}
      <dl>
        {rows.map((it) => (
          <div key={it.name} data-same={it.before === it.now || undefined}>
            <dt>{t(`aspects.${it.name}`)}</dt>
            <dd>
              {it.before !== it.now && (
                <del>
                  <VisuallyHidden>{t('was')} </VisuallyHidden>
                  {it.before || t('nothing')}
                </del>
              )}
              <ins>
                {it.before !== it.now && <VisuallyHidden>{t('isNow')} </VisuallyHidden>}
                {it.now || t('nothing')}
              </ins>
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function Steps({ name, steps }: { name: 'added' | 'removed'; steps: readonly PlaybookStep[] }) {
  const t = useWords('playbooks');
  if (steps.length === 0) return null;
  return (
    <section>
      <h2>{t(`difference.${name}`, { count: steps.length })}</h2>
      <ul className="plain-list">
        {steps.map((it) => (
          <li key={it.id} className="outline-step">
            <strong>{it.title ?? stepWords(t, it)}</strong>
            {it.title !== null && <span className="under">{stepWords(t, it)}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}
