import { Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Case } from '#api/contract/cases.ts';
import { endStates } from '#core/case.ts';
import { useNow } from '../../lib/clock.ts';
import { useConnectionNames } from '../../lib/connections.ts';
import { clockText, dayText, momentText, placeOf } from '../../lib/moments.ts';
import { currentLanguage, useWords } from '../../lib/words.ts';
import { caseLooks, looks, StandingBadge } from '../../ui/standing.tsx';
import { saidOf, systemsOf, unprovenOf, weakOf } from './step-words.ts';

/** Who leaves and how it stands: its state and its dates. */
export function CaseHead({ it }: { it: Case }) {
  const t = useWords('departure');
  // Filled green stands for what was read back, of a whole departure as of a step.
  const isWeak = isRemoved(it) && weakOf(it).length > 0;
  return (
    <div className="case-head">
      <div className="chips">
        <StandingBadge look={isWeak ? looks.acknowledged : caseLooks[it.state]}>
          {t(`common:caseStates.${it.state}`)}
        </StandingBadge>
        {it.direction === 'back' && <span className="chip">{t('wayBack')}</span>}
        {it.urgent && (
          <span className="chip" data-tone="attention">
            {t('urgent')}
          </span>
        )}
        {it.confidential && <span className="chip">{t('confidential')}</span>}
        <Weak it={it} />
      </div>
      <p className="about">
        <About it={it} />
      </p>
      <Dates it={it} />
    </div>
  );
}

const isRemoved = ({ state }: Case) => state === 'access-removed' || state === 'complete';

/** "Access removed" never stands alone where some of it could not be read back. */
function Weak({ it }: { it: Case }) {
  const t = useWords('departure');
  const nameOf = useConnectionNames();
  if (!isRemoved(it)) return null;
  const weak = weakOf(it);
  if (weak.length === 0) return null;
  return (
    <span className="weak">
      {weak
        .map((one) => {
          const { key, values } = saidOf(one, it, false);
          const where = one.step.connection === null ? one.step.title : nameOf(one.step.connection);
          return `${where}: ${t(key, values ?? {})}`;
        })
        .join(' · ')}
    </span>
  );
}

function About({ it }: { it: Case }) {
  const t = useWords('departure');
  const kind = it.departureKind ?? it.arrivalKind;
  const parts = [
    ...(kind
      ? [t(it.departureKind ? `common:departureKinds.${kind}` : `common:arrivalKinds.${kind}`)]
      : []),
    t('confirmed', {
      when: momentText(it.confirmedAt, it.zone, currentLanguage(), new Date()),
      who: it.openedBy.name ?? t('source', { name: it.source }),
    }),
    ...(it.playbook
      ? [t('playbook', { title: it.playbook.title, number: it.playbook.number })]
      : [t('noPlaybook')]),
    ...(it.successor
      ? [t(it.successor.isNamed ? 'takesOver' : 'managerTakesOver', { name: it.successor.name })]
      : []),
  ];
  return parts.join(' · ');
}

function Dates({ it }: { it: Case }) {
  const t = useWords('departure');
  const now = useNow();
  const day = (of: string | null) =>
    of === null ? t('noDate') : `${dayText(of, currentLanguage(), now)} ${placeOf(it.zone)}`;
  const access =
    it.accessEndsAt === null
      ? t('noDate')
      : momentText(it.accessEndsAt, it.zone, currentLanguage(), now);
  const dates: readonly (readonly [string, string, string | null])[] = it.startDay
    ? [['startDay', day(it.startDay), null]]
    : [
        ['lastWorkingDay', day(it.lastWorkingDay), null],
        ['accessEnds', access, it.accessEndsAt],
        ['employmentEnds', day(it.employmentEnds), null],
        ['payEnds', day(it.payEnds), null],
      ];
  return (
    <dl className="dates">
      {dates.map(([name, text, at]) => (
        <div key={name}>
          <dt>{t(`date.${name}`)}</dt>
          <dd>{at === null ? text : <OwnTime at={at}>{text}</OwnTime>}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A moment where somebody works; the viewer's own time on hover and focus. */
function OwnTime({ at, children }: { at: string; children: ReactNode }) {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <Tooltip label={momentText(at, own, currentLanguage(), new Date())}>
      <time dateTime={at}>{children}</time>
    </Tooltip>
  );
}

/** Since when, how long still or how much too long, and where access is still open. */
export function Clocks({ it }: { it: Case }) {
  const t = useWords('departure');
  const nameOf = useConnectionNames();
  const systems = systemsOf(it);
  const { steps, proven } = it.progress;
  const isOver = endStates.includes(it.state);
  return (
    <dl className="clocks">
      <SinceConfirmed it={it} />
      {!isOver && it.direction === 'forward' && it.kind === 'departure' && <UntilCut it={it} />}
      {systems.all > 0 && (
        <Clock name={t('clock.systems')}>
          {t('clock.closed', { closed: systems.closed, all: systems.all })}
        </Clock>
      )}
      {systems.open.length > 0 && !isOver && (
        <Clock name={t('clock.stillOpen')}>{systems.open.map(nameOf).join(', ')}</Clock>
      )}
      <Clock name={t('clock.proven')} more={unprovenText(it, t)}>
        {t('clock.provenOf', { proven, all: steps })}
      </Clock>
    </dl>
  );
}

const unprovenText = (it: Case, t: ReturnType<typeof useWords>): string =>
  unprovenOf(it.progress)
    .map(({ name, count }) => t(`unproven.${name}`, { count }))
    .join(', ');

function SinceConfirmed({ it }: { it: Case }) {
  const t = useWords('departure');
  const now = useNow();
  const from = Date.parse(it.confirmedAt);
  const end = it.accessRemovedAt ?? it.endedAt;
  return (
    <Clock
      name={t(
        it.accessRemovedAt ? 'clock.removedAfter' : end ? 'clock.tookUntilEnd' : 'clock.since',
      )}
    >
      <span role="timer" aria-live="off">
        {clockText((end === null ? now.getTime() : Date.parse(end)) - from)}
      </span>
    </Clock>
  );
}

/** Until access ends; after that, how long it is open too long. */
function UntilCut({ it }: { it: Case }) {
  const t = useWords('departure');
  const now = useNow();
  if (it.accessEndsAt === null || it.accessRemovedAt !== null) return null;
  const leftMs = Date.parse(it.accessEndsAt) - now.getTime();
  const tone = leftMs < 0 ? 'attention' : leftMs < 86_400_000 ? 'due-soon' : 'quiet';
  return (
    <Clock name={t(leftMs < 0 ? 'clock.overBy' : 'clock.left')} tone={tone}>
      <span role="timer" aria-live="off">
        {clockText(leftMs)}
      </span>
    </Clock>
  );
}

function Clock({
  name,
  tone,
  more,
  children,
}: {
  name: string;
  tone?: string;
  more?: string;
  children: ReactNode;
}) {
  return (
    <div {...(tone ? { 'data-tone': tone } : {})}>
      <dt>{name}</dt>
      <dd>
        {children}
        {more && <span className="aside"> {more}</span>}
      </dd>
    </div>
  );
}
