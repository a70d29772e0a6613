import { useWords } from '../lib/words.ts';
import { stateRows } from './state-rows.ts';

/** What a system held before and after. */
export function StateView({ before, after }: { before: unknown; after: unknown }) {
  const t = useWords();
  const rows = stateRows(before, after);
  if (rows.length === 0) return null;
  return (
    <table className="table state">
      <thead>
        <tr>
          <th scope="col">{t('stateValue')}</th>
          <th scope="col">{t('stateBefore')}</th>
          <th scope="col">{t('stateAfter')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, before: was, after: is, isChanged }) => (
          <tr key={name} {...(isChanged ? { 'data-changed': true } : {})}>
            <th scope="row">{name || t('stateWhole')}</th>
            <td>{was ?? t('stateNone')}</td>
            <td>{is ?? (after === null ? t('stateNotRead') : t('stateNone'))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
