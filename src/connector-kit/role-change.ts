import type { ArrivalFacts, FormerRole } from '#core/arrival.ts';
import type { Employment } from './employments.ts';

/** A job that somebody has had, has, or will have. */
export interface Job {
  readonly id: string;
  /** The day from which it holds. */
  readonly on: string;
  readonly role: FormerRole;
}

interface About {
  readonly employment: Pick<Employment<never>, 'startsOn' | 'endsOn'>;
  /** Such as 2026-12-01. */
  readonly today: string;
  /** HR id of whom they answer to in this job. */
  readonly managerIn: (job: Job) => string | null;
}

/**
 * The change of role that somebody is told of: the nearest that lies ahead, else the last one. Another
 * department, title or place within one employment is one; another manager alone is not. `jobs` in their order.
 */
export function roleChangeIn(
  jobs: readonly Job[],
  { employment: { startsOn, endsOn }, today, managerIn }: About,
): ArrivalFacts | null {
  const changes = jobs.flatMap((job, i) => {
    const former = jobs[i - 1]?.role;
    const isWithin =
      (startsOn === null || job.on > startsOn) && (endsOn === null || job.on <= endsOn);
    return former && isWithin && !isSame(former, job.role) ? [{ ...job, former }] : [];
  });
  const told = changes.find(({ on }) => on > today) ?? changes.at(-1);
  if (!told) return null;
  return {
    id: `job-${told.id}`,
    kind: 'role change',
    confidential: false,
    startDay: told.on,
    former: told.former,
    becomes: { ...told.role, managerId: managerIn(told) },
  };
}

const isSame = (a: FormerRole, b: FormerRole): boolean =>
  a.department === b.department && a.title === b.title && a.location === b.location;
