import { type Result, results } from '#core/result.ts';
import { type Grade, grades } from '#core/step.ts';

/** What the address of the audit log says: a copied link shows the same choice, drawer and all. */
export interface AuditSearch {
  readonly text?: string;
  /** Part of a name, an address or an HR id. */
  readonly person?: string;
  readonly case?: string;
  readonly system?: string;
  readonly actor?: string;
  readonly type?: string;
  readonly grade?: Grade;
  readonly result?: Result;
  /** Days at the company, both included. */
  readonly from?: string;
  readonly to?: string;
  /** The entry whose drawer is open. */
  readonly entry?: number;
}

/** What narrows the choice, in the order in which it is shown. */
export const criteria = [
  'person',
  'case',
  'system',
  'actor',
  'type',
  'grade',
  'result',
  'from',
  'to',
] as const;
export type Criterion = (typeof criteria)[number];

const isDay = (text: string) => /^\d{4}-\d\d-\d\d$/.test(text);

/** Reads an address as a person may have typed it; what it does not know counts as not said. */
export function auditSearch(it: Readonly<Record<string, unknown>>): AuditSearch {
  const text = (name: string) => {
    const value = it[name];
    return typeof value === 'string' || typeof value === 'number'
      ? String(value).trim().slice(0, 200)
      : '';
  };
  const day = (name: string) => (isDay(text(name)) ? text(name) : '');
  const grade = grades.find((known) => known === it['grade']);
  const result = results.find((known) => known === it['result']);
  const entry = Number(text('entry') || Number.NaN);
  const texts = Object.fromEntries(
    ['text', 'person', 'case', 'system', 'actor', 'type'].flatMap((name) =>
      text(name) === '' ? [] : [[name, text(name)]],
    ),
  );
  return {
    ...texts,
    ...(grade ? { grade } : {}),
    ...(result ? { result } : {}),
    ...(day('from') ? { from: day('from') } : {}),
    ...(day('to') ? { to: day('to') } : {}),
    ...(Number.isSafeInteger(entry) && entry >= 0 ? { entry } : {}),
  };
}

/** The choice alone, without the entry whose drawer is open. */
export const chosen = ({ entry: _, ...choice }: AuditSearch): Readonly<Record<string, string>> => ({
  ...choice,
});

/** The choice as the API takes it. `startOf`: when a day begins at the company, in ISO 8601. */
export function queryOf(
  search: AuditSearch,
  startOf: (day: string) => string,
): Readonly<Record<string, string>> {
  const { from, to, ...rest } = chosen(search);
  return {
    ...rest,
    ...(from ? { from: startOf(from) } : {}),
    ...(to ? { to: startOf(dayAfter(to)) } : {}),
  };
}

export function dayAfter(day: string): string {
  const at = new Date(`${day}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + 1);
  return at.toISOString().slice(0, 10);
}

/** The address without one criterion. */
export function without(search: AuditSearch, criterion: Criterion | 'text'): AuditSearch {
  const { [criterion]: _, ...rest } = search;
  return rest;
}
