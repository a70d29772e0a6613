import { useWords } from '../../lib/words.ts';
import type { FormField } from '../../ui/form-fields.ts';
import { type Change, shownValue } from './changes.ts';

/** What would be different, before and after. */
export function ReviewList({
  changes,
  fields,
}: {
  changes: readonly Change[];
  fields: readonly FormField[];
}) {
  const t = useWords('settings');
  const words = { yes: t('yes'), no: t('no'), nothing: t('notSet') };
  const lines = (value: unknown) =>
    shownValue(value, words).map((it) => <span key={it}>{it}</span>);
  return (
    <dl className="review">
      {changes.map((it) => (
        <div key={it.name}>
          <dt>{fields.find(({ name }) => name === it.name)?.title ?? it.name}</dt>
          <dd>
            <span className="under">{t('before')}</span>
            {lines(it.before)}
          </dd>
          <dd>
            <span className="under">{t('after')}</span>
            {lines(it.after)}
          </dd>
        </div>
      ))}
    </dl>
  );
}
