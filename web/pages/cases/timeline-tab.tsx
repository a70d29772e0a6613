import { Switch } from '@mantine/core';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { CSSProperties } from 'react';
import type { Case } from '#api/contract/cases.ts';
import { useNow } from '../../lib/clock.ts';
import { momentText } from '../../lib/moments.ts';
import { currentLanguage, useWords } from '../../lib/words.ts';
import { Empty } from '../../ui/loaded.tsx';
import { looks } from '../../ui/standing.tsx';
import { type StandingStep, saidOf, standingSteps } from './step-words.ts';
import { type Axis, axisOf, type StepTimes, timesOf } from './timeline.ts';
import './timeline.css';

const route = getRouteApi('/inside/departures/$caseId');
/** Often enough that a bar grows; not with each second of the clock. */
const stepMs = 5_000;

/** A row for each step: when it is to be done, hollow, and when it was, filled. */
export function TimelineTab({ it }: { it: Case }) {
  const t = useWords('departure');
  const { quiet = false } = route.useSearch();
  const navigate = route.useNavigate();
  const nowMs = Math.floor(useNow().getTime() / stepMs) * stepMs;
  const isOver = it.endedAt !== null;
  const rows = standingSteps(it)
    .map((one) => ({ one, times: timesOf(one.step, nowMs) }))
    .toSorted((a, b) => beginOf(a.times) - beginOf(b.times));
  const axis = axisOf(
    [Date.parse(it.confirmedAt), ...(isOver ? [] : [nowMs]), ...rows.flatMap(momentsOf)],
    !quiet,
  );
  if (rows.length === 0) return <Empty>{t('noSteps')}</Empty>;
  return (
    <>
      <div className="timeline-head">
        <span className="aside legend">
          <i className="bar planned" /> {t('timeline.planned')} <i className="bar real" />{' '}
          {t('timeline.real')} {!isOver && <i className="now" />} {!isOver && t('timeline.now')}
        </span>
        <Switch
          label={t('timeline.quiet')}
          checked={quiet}
          onChange={(event) => {
            const wanted = event.currentTarget.checked;
            void navigate({
              search: ({ quiet: _, ...rest }) => (wanted ? { ...rest, quiet: true } : rest),
              replace: true,
            });
          }}
        />
      </div>
      <div className="card timeline">
        <Scale axis={axis} zone={it.zone} />
        <ol>
          {rows.map(({ one, times }) => (
            <Row
              key={one.step.id}
              one={one}
              times={times}
              axis={axis}
              it={it}
              nowMs={isOver ? null : nowMs}
            />
          ))}
        </ol>
      </div>
    </>
  );
}

const beginOf = ({ planned, real }: StepTimes): number =>
  real?.from ?? planned?.from ?? Number.MAX_SAFE_INTEGER;

const momentsOf = ({ times: { planned, real } }: { times: StepTimes }): readonly number[] =>
  [planned, real].flatMap((span) => (span ? [span.from, span.to] : []));

const percent = (part: number) => `${(part * 100).toFixed(2)}%`;

/** Where each stretch begins; quiet days between them are marked. */
function Scale({ axis, zone }: { axis: Axis; zone: string }) {
  const t = useWords('departure');
  return (
    <div className="scale">
      <span />
      <div className="track">
        {axis.stretches.map(({ from }, i) => (
          <span key={from} className="tick" style={{ left: percent(axis.place(from)) }}>
            {i > 0 && <span className="quiet" title={t('timeline.quietHere')} />}
            {momentText(new Date(from).toISOString(), zone, currentLanguage(), new Date())}
          </span>
        ))}
      </div>
    </div>
  );
}

function Row({
  one,
  times,
  axis,
  it,
  nowMs,
}: {
  one: StandingStep;
  times: StepTimes;
  axis: Axis;
  it: Case;
  nowMs: number | null;
}) {
  const t = useWords('departure');
  const { key, values } = saidOf(one, it, false);
  const bar = (span: { from: number; to: number } | null): CSSProperties | null => {
    if (!span) return null;
    const [left, right] = [axis.place(span.from), axis.place(span.to)];
    return { left: percent(left), width: percent(right - left) };
  };
  const [planned, real] = [bar(times.planned), bar(times.real)];
  return (
    <li className="timeline-row">
      <Link
        from="/departures/$caseId"
        to="."
        search={(now) => ({ ...now, step: one.step.id })}
        className="step-title"
      >
        {one.step.title}
      </Link>
      <div className="track" data-tone={looks[one.standing].tone}>
        {planned && <i className="bar planned" style={planned} />}
        {real && <i className="bar real" style={real} />}
        {nowMs !== null && <i className="now" style={{ left: percent(axis.place(nowMs)) }} />}
      </div>
      <span className="row-said">{t(key, values ?? {})}</span>
    </li>
  );
}
