import { useNow } from '../lib/clock.ts';
import { useConnectionNames } from '../lib/connections.ts';
import { momentText } from '../lib/moments.ts';
import { addWords, currentLanguage, useWords } from '../lib/words.ts';
import de from '../words/de/plan.json' with { type: 'json' };
import en from '../words/en/plan.json' with { type: 'json' };
import './plan-view.css';
import {
  canBeUndone,
  type PlanLine,
  type PlanMoment,
  planMoments,
  waitsFor,
} from './plan-moments.ts';

addWords('plan', { en, de });

/** The steps of a plan, grouped by the moment in which they begin. */
export function PlanView({ lines, zone }: { lines: readonly PlanLine[]; zone: string }) {
  const titles = new Map(lines.map(({ key, title }) => [key, title]));
  return (
    <div className="plan">
      {planMoments(lines).map((moment) => (
        <Moment key={`${moment.when} ${moment.due}`} moment={moment} zone={zone} titles={titles} />
      ))}
    </div>
  );
}

function Moment({
  moment: { when, due, lines },
  zone,
  titles,
}: {
  moment: PlanMoment;
  zone: string;
  titles: ReadonlyMap<string, string>;
}) {
  const t = useWords('plan');
  const now = useNow();
  return (
    <section className="card moment">
      <h3>{due === null ? t(`when.${when}`) : momentText(due, zone, currentLanguage(), now)}</h3>
      <ul>
        {lines.map((line) => (
          <Line key={line.key} line={line} titles={titles} />
        ))}
      </ul>
    </section>
  );
}

const mostNamed = 2;

function Line({ line, titles }: { line: PlanLine; titles: ReadonlyMap<string, string> }) {
  const t = useWords('plan');
  const nameOf = useConnectionNames();
  const isUndoable = canBeUndone(line);
  const after = waitsFor(line, titles);
  const where = [
    ...(line.connection === null ? [t(`kind.${line.kind}`)] : [nameOf(line.connection)]),
    ...(line.login === null ? [] : [line.login]),
    ...(line.isPrivileged ? [t('privileged')] : []),
  ];
  return (
    <li>
      <div>
        <span className="line-title">{line.title}</span>{' '}
        <span className="aside">{where.join(' · ')}</span>
        {after.length > 0 && (
          <div className="aside">
            {after.length > mostNamed
              ? t('afterMany', { first: after[0], count: after.length - 1 })
              : t('after', { what: after.join(', ') })}
          </div>
        )}
      </div>
      <span className="line-marks">
        {line.isLate && <span data-tone="due-soon">{t('isLate')}</span>}
        {isUndoable === true && <span className="aside">{t('canBeUndone')}</span>}
        {isUndoable === false && <strong data-tone="attention">{t('cannotBeUndone')}</strong>}
        {line.needsApproval && <span data-tone="set-aside">{t('needsApproval')}</span>}
      </span>
    </li>
  );
}
