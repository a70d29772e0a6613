import { readDay } from '#connector-kit/facts.ts';
import type { ArrivalFacts, FormerRole } from '#core/arrival.ts';
import { type Employee, hidden, type JobRow } from './api.ts';
import { type Employment, textIn } from './employments.ts';

/** A job that somebody has had, has, or will have. */
interface Job {
  readonly id: string;
  /** The day from which it holds. */
  readonly on: string;
  readonly role: FormerRole;
}

interface About {
  /** What holds today. */
  readonly current: Employee;
  /** What holds once everything entered for later has taken effect. */
  readonly future: Employee;
  readonly employment: Pick<Employment, 'startsOn' | 'endsOn'>;
  /** UTC, such as 2026-12-01. */
  readonly today: string;
}

/**
 * The change of role that somebody is told of: the nearest that lies ahead, else the last one. Another
 * department, title or place within one employment is one; another manager or division alone is not.
 */
export function roleChangeIn(
  rows: readonly JobRow[],
  { current, future, employment: { startsOn, endsOn }, today }: About,
): ArrivalFacts | null {
  const jobs = jobsIn(rows);
  const changes = jobs.flatMap((job, i) => {
    const former = jobs[i - 1]?.role;
    const isWithin =
      (startsOn === null || job.on > startsOn) && (endsOn === null || job.on <= endsOn);
    return former && isWithin && !isSame(former, job.role) ? [{ ...job, former }] : [];
  });
  const told = changes.find(({ on }) => on > today) ?? changes.at(-1);
  if (!told) return null;
  // Rows name the manager in words only; the record names the one of the last job by number.
  const managed = told.id === jobs.at(-1)?.id ? future : current;
  return {
    id: `job-${told.id}`,
    kind: 'role change',
    confidential: false,
    startDay: told.on,
    former: told.former,
    becomes: { ...told.role, managerId: textIn(managed, 'reportsToId') },
  };
}

/** In their order. A row without its date, or without anything about the job, is one that we may not see. */
export function jobsIn(rows: readonly JobRow[] | null): readonly Job[] {
  return (rows ?? [])
    .map((row) => ({ id: row.id, on: dayOf(row), role: roleIn(row) }))
    .toSorted((a, b) => a.on.localeCompare(b.on) || Number(a.id) - Number(b.id));
}

function dayOf(row: JobRow): string {
  const day = readDay(textIn(row, 'date') ?? '');
  if (day.kind === 'value') return day.value;
  throw hidden(row.employeeId ?? '(unknown)', 'the dates of the table jobInfo');
}

function roleIn(row: JobRow): FormerRole {
  const missing = ['department', 'jobTitle', 'location'].filter((name) => !(name in row));
  if (missing.length > 0) {
    const what = `${missing.join(', ')} of the table jobInfo`;
    throw hidden(row.employeeId ?? '(unknown)', what);
  }
  return {
    department: textIn(row, 'department'),
    title: textIn(row, 'jobTitle'),
    location: textIn(row, 'location'),
  };
}

const isSame = (a: FormerRole, b: FormerRole): boolean =>
  a.department === b.department && a.title === b.title && a.location === b.location;
