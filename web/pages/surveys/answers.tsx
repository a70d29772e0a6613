import type { SurveyResults } from '#api/contract/surveys.ts';
import { currentLanguage, useWords } from '../../lib/words.ts';
import { sharesOf } from './shares.ts';

/** What was answered to one question: figures with bars, or what people wrote. */
export function Answers({ it }: { it: SurveyResults['questions'][number] }) {
  const t = useWords('survey-results');
  const id = `question-${it.id}`;
  const mean =
    it.average !== null &&
    new Intl.NumberFormat(currentLanguage(), { maximumFractionDigits: 2 }).format(it.average);
  return (
    <section className="card answers" aria-labelledby={id}>
      <h2 id={id}>{it.text}</h2>
      {mean && <p className="aside">{t('average', { mean })}</p>}
      {it.kind === 'text' ? <Texts it={it} /> : <Bars it={it} labelledBy={id} />}
    </section>
  );
}

type Of = { it: SurveyResults['questions'][number] };

function Bars({ it, labelledBy }: Of & { labelledBy: string }) {
  const t = useWords('survey-results');
  const percent = new Intl.NumberFormat(currentLanguage(), { style: 'percent' });
  return (
    <table className="bars" aria-labelledby={labelledBy}>
      <thead className="hidden-words">
        <tr>
          <th scope="col">{t('answer')}</th>
          <th scope="col">{t('people')}</th>
          <th scope="col">{t('share')}</th>
        </tr>
      </thead>
      <tbody>
        {sharesOf(it).map(({ text, people, share }) => (
          <tr key={text ?? ''} {...(text === null ? { className: 'quiet' } : {})}>
            <th scope="row">{text ?? t('blank')}</th>
            <td className="numbers">{people}</td>
            <td>
              <span className="bar" style={{ inlineSize: `${share * 100}%` }} />
              <span className="percent numbers">{percent.format(share)}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Somebody may be recognised by what they wrote: it lies folded, and says so before it is opened. */
function Texts({ it }: Of) {
  const t = useWords('survey-results');
  if (it.texts.length === 0) return <p className="aside">{t('noTexts')}</p>;
  return (
    <details className="texts">
      <summary>{t('read', { count: it.texts.length })}</summary>
      <p className="aside">{t('beforeSharing')}</p>
      <ul>
        {it.texts.map((text, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two people may have written the same
          <li key={i}>{text}</li>
        ))}
      </ul>
    </details>
  );
}
