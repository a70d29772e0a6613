import { textIn } from '#connector-kit/employments.ts';
import { readDay } from '#connector-kit/facts.ts';
import type { Job } from '#connector-kit/role-change.ts';
import type { FormerRole } from '#core/arrival.ts';
import { hidden, type JobRow } from './api.ts';

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
