import { controls } from '#core/controls.ts';
import { currentLanguage, useWords } from '../../lib/words.ts';
import { Wide } from '../../ui/wide.tsx';

/** Which controls the record of a departure speaks to. That one is met is for the auditor to say. */
export function Controls() {
  const t = useWords('auditors');
  const language = currentLanguage();
  return (
    <section className="part" aria-labelledby="controls">
      <h2 id="controls">{t('controls')}</h2>
      <p className="aside">{t('controlsAbout')}</p>
      <Wide className="card" label={t('controls')}>
        <table className="table controls">
          <thead>
            <tr>
              <th scope="col">{t('control')}</th>
              <th scope="col">{t('asks')}</th>
              <th scope="col">{t('holds')}</th>
            </tr>
          </thead>
          <tbody>
            {controls.map(({ framework, id, asks, holds }) => (
              <tr key={`${framework} ${id}`}>
                <th scope="row">
                  {id}
                  <span className="under">{framework}</span>
                </th>
                <td>{asks[language]}</td>
                <td>{holds[language]}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
    </section>
  );
}
