import type { Playbook } from '#core/playbook.ts';
import { useWords } from '../../lib/words.ts';
import { Empty } from '../../ui/loaded.tsx';
import { conditionWords, outlineOf, stepWords } from './sentences.ts';

/** What a playbook does, in words: by layer, and in it by moment. */
export function Outline({ of }: { of: Playbook | null }) {
  const t = useWords('playbooks');
  if (of === null) return <Empty>{t('unreadable')}</Empty>;
  const titles = new Map(of.steps.map((it) => [it.id, it.title ?? stepWords(t, it)]));
  const nameOf = (id: string) => titles.get(id) ?? t(`waits.${id}`, { defaultValue: id });
  return (
    <>
      <p className="part-about spaced">
        {t(`for.${of.for}`)}: {conditionWords(t, of.appliesWhen)}
      </p>
      {outlineOf(t, of).map(({ layer, groups }) => (
        <section key={layer} className="card panel" aria-labelledby={`layer-${layer}`}>
          <h2 id={`layer-${layer}`}>{t(`layers.${layer}`)}</h2>
          {groups.map(({ when, steps }) => (
            <div key={when} className="outline-group">
              <h3 className="outline-when">{when}</h3>
              <ul className="plain-list">
                {steps.map((it) => (
                  <li key={it.id} className="outline-step">
                    <strong>{it.title ?? stepWords(t, it)}</strong>
                    {it.title !== null && <span className="under">{stepWords(t, it)}</span>}
                    {it.after.length > 0 && (
                      <span className="under">
                        {t('startsAfter', { steps: it.after.map(nameOf).join(', ') })}
                      </span>
                    )}
                    {it.when && (
                      <span className="under">
                        {t('onlyWhen', { condition: conditionWords(t, it.when) })}
                      </span>
                    )}
                    {it.kind === 'action' && it.approval && (
                      <span className="under strong">{t('needsApproval')}</span>
                    )}
                    {it.why && <span className="outline-why">{it.why}</span>}
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
