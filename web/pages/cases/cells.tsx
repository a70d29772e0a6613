import { memo, type PointerEvent, useEffect, useRef } from 'react';
import type { CaseSummary } from '#api/contract/cases.ts';
import { useNow } from '../../lib/clock.ts';
import { clockText, dayText, distanceText, momentText } from '../../lib/moments.ts';
import { addWords, currentLanguage, useWords } from '../../lib/words.ts';
import { caseLooks, looks, StandingBadge } from '../../ui/standing.tsx';
import de from '../../words/de/cases.json' with { type: 'json' };
import en from '../../words/en/cases.json' with { type: 'json' };
import { accessClock, needsSomebody, notProven, toneOfClock } from './case-clock.ts';

addWords('cases', { en, de });

/** The state of a case; that something of it waits for a person comes before it. */
export const StateCell = memo(({ it }: { it: CaseSummary }) => {
  const t = useWords('cases');
  const state = t(`common:caseStates.${it.state}`);
  return (
    <span className="badges">
      {needsSomebody(it) && <StandingBadge look={looks.held}>{t('needsSomebody')}</StandingBadge>}
      {it.state !== 'quarantined' && (
        <StandingBadge look={caseLooks[it.state]}>{state}</StandingBadge>
      )}
      {it.urgent && <span className="tag">{t('urgent')}</span>}
      {it.confidential && <span className="tag">{t('confidential')}</span>}
    </span>
  );
});

/** "9 of 11", as a bar as well; what is not proven is named. */
export const ProgressCell = memo(({ progress }: { progress: CaseSummary['progress'] }) => {
  const t = useWords('cases');
  const { steps, proven } = progress;
  if (steps === 0) return <span className="quiet">{t('noSteps')}</span>;
  const rest = notProven(progress).map(([kind, count]) => t(`notProven.${kind}`, { count }));
  const list = rest.join(', ');
  return (
    <span className="progress" title={list}>
      <span className="bar" aria-hidden>
        <span data-part="proven" style={{ width: `${(proven / steps) * 100}%` }} />
        <span
          data-part="held"
          style={{ width: `${((progress.held + progress.unknown) / steps) * 100}%` }}
        />
      </span>
      <span className="numbers">{t('provenOf', { proven, steps })}</span>
      <span className="hidden-words">{list}</span>
    </span>
  );
});

/** Where the clock of access stands; on its own, since it ticks. */
export function ClockCell({ it }: { it: CaseSummary }) {
  const t = useWords('cases');
  const now = useNow();
  const clock = accessClock(it, now);
  /** Said to whoever asks: the words of a moment in a zone take longer to make than all else of a row. */
  const tell = ({ currentTarget }: PointerEvent<HTMLElement>) => {
    const { accessEndsAt, zone } = it;
    const moment = accessEndsAt ? momentText(accessEndsAt, zone, currentLanguage(), now) : '';
    currentTarget.title = t('accessEnds', { moment });
  };
  if (clock.kind === 'none') return <span className="quiet">{t('noClock')}</span>;
  return (
    <span
      role="timer"
      aria-live="off"
      className="clock"
      data-tone={toneOfClock(clock)}
      onPointerEnter={tell}
    >
      {t(`clock.${clock.kind}`, { time: clockText(clock.ms) })}
    </span>
  );
}

export function NextCell({ it }: { it: CaseSummary }) {
  const t = useWords('cases');
  const now = useNow();
  if (!it.next) return <span className="quiet">{t('nothingNext')}</span>;
  const moment = momentText(it.next.at, it.zone, currentLanguage(), now);
  return (
    <span className="next" title={`${it.next.title} · ${moment}`}>
      <span className="cut">{it.next.title}</span>{' '}
      <time className="quiet" dateTime={it.next.at}>
        {distanceText(it.next.at, currentLanguage(), now)}
      </time>
    </span>
  );
}

export function OwnerCell({ it }: { it: CaseSummary }) {
  const t = useWords('cases');
  return <>{it.openedBy.name ?? t('toldBy', { source: it.source })}</>;
}

/** The first day of somebody who arrives, and how far it is. */
export function FirstDayCell({ it }: { it: CaseSummary }) {
  const t = useWords('cases');
  const now = useNow();
  if (!it.startDay) return <span className="quiet">{t('noDateYet')}</span>;
  return <time dateTime={it.startDay}>{dayText(it.startDay, currentLanguage(), now)}</time>;
}

/** "Ready on day one: 6 of 9". */
export const DayOneCell = memo(({ it }: { it: CaseSummary }) => {
  const t = useWords('cases');
  const { wanted, done } = it.dayOne ?? { wanted: 0, done: 0 };
  if (wanted === 0) return <span className="quiet">{t('noSteps')}</span>;
  return (
    <span className="progress">
      <span className="bar" aria-hidden>
        <span data-part="proven" style={{ width: `${(done / wanted) * 100}%` }} />
      </span>
      <span className="numbers">{t('readyOf', { done, wanted })}</span>
    </span>
  );
});

/** Tints a row for a moment when what it says has changed; not when it first appears. */
export function useFlash<Element extends HTMLElement>(says: string) {
  const element = useRef<Element>(null);
  const before = useRef(says);
  useEffect(() => {
    if (before.current === says) return;
    before.current = says;
    if (window.matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    element.current?.animate([{ backgroundColor: 'var(--busy-tint)' }, {}], 600);
  }, [says]);
  return element;
}
