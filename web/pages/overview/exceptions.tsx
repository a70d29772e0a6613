import { Button } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { Fragment, type ReactNode } from 'react';
import type { ExceptionGroup } from '#api/contract/overview.ts';
import { act } from '../../lib/api.ts';
import { useNow } from '../../lib/clock.ts';
import { clockText, distanceText } from '../../lib/moments.ts';
import { queries } from '../../lib/queries.ts';
import { useSession } from '../../lib/session.ts';
import { currentLanguage, useWords } from '../../lib/words.ts';
import { Go } from '../../ui/go.tsx';
import { say } from '../../ui/notices.tsx';
import type { ToldGroup } from './alerts.ts';
import { type Remedy, remedyFor, sentenceFor } from './exceptions.ts';
import { SeenTo } from './seen-to.tsx';

/** What needs a person, one row for each cause, with what resolves it. */
export function Exceptions({
  groups,
  filter,
}: {
  groups: readonly ToldGroup[];
  /** A way to see less of them, where there is one. */
  filter?: ReactNode;
}) {
  const t = useWords('overview');
  return (
    <section aria-labelledby="needs-title">
      <div className="part-head">
        <h2 id="needs-title" className="part">
          {t('needsYou')}
        </h2>
        {filter}
      </div>
      {groups.length === 0 ? (
        <p className="calm">{t('noneOfMine')}</p>
      ) : (
        <ul className="exceptions card">
          {groups.map(({ group: it, alerts }) => (
            <Exception
              key={[it.cause, it.connection?.id, it.failure, it.title].join('/')}
              it={it}
              alerts={alerts}
            />
          ))}
        </ul>
      )}
    </section>
  );
}

function Exception({ it, alerts }: { it: ExceptionGroup; alerts: ToldGroup['alerts'] }) {
  const t = useWords('overview');
  const { rights } = useSession();
  const remedy = remedyFor(it, rights);
  const system = it.connection?.name ?? '';
  return (
    <li>
      <IconAlertTriangle size={18} aria-hidden className="mark" />
      <div className="what">
        <p className="sentence">
          {t(`causes.${sentenceFor(it)}`, { system, title: it.title ?? '' })}
          {it.cases > 1 && <span className="quiet"> · {t('cases', { count: it.cases })}</span>}
        </p>
        <People it={it} mayOpen={rights.includes('case.read')} />
        {it.detail && <p className="detail">{it.detail}</p>}
      </div>
      <Clock it={it} />
      <div className="remedy">
        {remedy && <RemedyButton remedy={remedy} system={system} />}
        <SeenTo alerts={alerts} />
      </div>
    </li>
  );
}

/** Whom it is about, by name; each leads to their departure. */
function People({ it, mayOpen }: { it: ExceptionGroup; mayOpen: boolean }) {
  const t = useWords('overview');
  const more = it.cases - it.people.length;
  return (
    <p className="people">
      {it.people.map(({ caseId, name }, place) => (
        <Fragment key={caseId}>
          {place > 0 && ', '}
          {mayOpen ? <Go to={`/departures/${caseId}`}>{name}</Go> : name}
        </Fragment>
      ))}
      {more > 0 && ` ${t('more', { count: more })}`}
    </p>
  );
}

/** By how much access is over, or how long is left; where no access is at stake, since when it waits. */
function Clock({ it }: { it: ExceptionGroup }) {
  const t = useWords('overview');
  const now = useNow();
  if (!it.accessEndsAt) {
    const since = distanceText(it.since, currentLanguage(), now);
    return <span className="clock quiet">{t('since', { since })}</span>;
  }
  const ms = Date.parse(it.accessEndsAt) - now.getTime();
  return (
    <span
      role="timer"
      aria-live="off"
      className="clock"
      data-tone={ms < 0 ? 'attention' : 'due-soon'}
    >
      {t(ms < 0 ? 'over' : 'left', { time: clockText(ms) })}
    </span>
  );
}

function RemedyButton({ remedy, system }: { remedy: Remedy; system: string }) {
  const t = useWords('overview');
  if (remedy.kind === 'try again') return <TryAgain stepIds={remedy.stepIds} />;
  return (
    <Go to={remedy.to} className="button plain">
      {t(`remedies.${remedy.kind}`, { system })}
    </Go>
  );
}

/** Each step by itself: one that somebody else was faster with does not keep the others from it. */
function TryAgain({ stepIds }: { stepIds: readonly string[] }) {
  const t = useWords('overview');
  const trying = useMutation({
    mutationFn: async () => {
      const tried = await Promise.allSettled(
        stepIds.map((id) => act('POST', `/steps/${encodeURIComponent(id)}/retry`)),
      );
      const refused = tried.filter((it) => it.status === 'rejected');
      return { count: tried.length - refused.length, because: refused[0]?.reason as unknown };
    },
    onSuccess({ count, because }) {
      void say({
        message: [
          ...(count > 0 ? [t('triedAgain', { count })] : []),
          ...(because instanceof Error ? [because.message] : []),
        ].join(' '),
        ...(because ? { color: 'red' } : {}),
      });
    },
    onSettled: () => queries.invalidateQueries(),
  });
  return (
    <Button variant="default" loading={trying.isPending} onClick={() => trying.mutate()}>
      {t('remedies.try again', { count: stepIds.length })}
    </Button>
  );
}
