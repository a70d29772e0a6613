import { factTypes, isFactType } from '#core/event.ts';
import { csvHeader, csvRow, jsonLine } from '#core/event-rows.ts';
import { Reference, type Result } from '#core/fact.ts';
import { record } from '#ledger/record.ts';
import {
  type EventFilter,
  type ExportedEvent,
  exportEvents,
  type FoundEvent,
  searchEvents,
} from '#ledger/search.ts';
import { confidentialCases } from '#store/cases.ts';
import { listPeople, namesOfRefs } from '#store/people.ts';
import { inTransaction } from '#store/sql.ts';
import { linkHolders } from '#store/task-links.ts';
import type { App, Caller } from './app.ts';
import { authorize, may } from './authorize.ts';
import { userNames } from './users.ts';

/** What is looked for in the record. Null: it does not matter. */
export interface AuditQuery {
  readonly caseId: string | null;
  /** Part of a name, an address or an HR id. */
  readonly person: string | null;
  /** A connection. */
  readonly system: string | null;
  readonly actor: string | null;
  /** A type of fact. */
  readonly type: string | null;
  readonly grade: string | null;
  readonly result: Result | null;
  readonly from: Date | null;
  /** Exclusive. */
  readonly to: Date | null;
  /** Every word must occur. */
  readonly text: string | null;
}

/** One fact with the names that its reader may see. */
export interface AuditEvent extends FoundEvent {
  /** In plain words. */
  readonly title: string;
  readonly result: Result | null;
  readonly personName: string | null;
  readonly actorName: string | null;
}

export interface AuditPage {
  readonly events: readonly AuditEvent[];
  /** Where to go on; null at the end. */
  readonly next: string | null;
  /** Confidential departures whose facts are left out, as the reader may not know of them. */
  readonly withheldCases: number;
}

/** The newest facts first. Looking is itself a fact, stated before anything is shown. */
export async function searchAudit(
  app: App,
  caller: Caller,
  query: AuditQuery,
  page: { cursor: string | null; limit: number },
): Promise<AuditPage> {
  authorize(caller, 'audit.read');
  const { filter, withheldCases } = await filterFor(app, caller, query);
  const { events, next } = await searchEvents(app.pool, filter, page.cursor, page.limit);
  await noteSearch(app, caller, criteriaOf(query), events.length);

  const people = await namesOfRefs(app.pool, refsIn(events));
  const actors = events.flatMap((it) => it.actorId ?? []);
  const names = new Map([
    ...(await userNames(app, actors)),
    ...(await linkHolders(app.pool, actors)),
  ]);
  return {
    events: events.map((it) => ({
      ...it,
      title: isFactType(it.type) ? factTypes[it.type].title : it.type,
      result: isFactType(it.type) ? factTypes[it.type].result : null,
      personName: (it.personRef && people.get(it.personRef)) ?? null,
      actorName: (it.actorId && names.get(it.actorId)) ?? null,
    })),
    next,
    withheldCases,
  };
}

/**
 * Every fact of the choice as text, oldest first, in pieces. Personal values are opened for
 * Security only; how many is stated when the reader has got them.
 */
export async function exportAudit(
  app: App,
  caller: Caller,
  query: AuditQuery,
  format: 'csv' | 'jsonl',
): Promise<AsyncIterable<string>> {
  authorize(caller, 'audit.read');
  const { filter } = await filterFor(app, caller, query);
  await noteSearch(app, caller, ['export', `format:${format}`, ...criteriaOf(query)]);
  const keys = caller.user.roles.includes('security') ? app.keys : null;
  return texts(app, caller, exportEvents(app.pool, filter, keys), format);
}

const pieceSize = 200;

async function* texts(
  app: App,
  caller: Caller,
  events: AsyncIterable<ExportedEvent>,
  format: 'csv' | 'jsonl',
): AsyncIterable<string> {
  let values = 0;
  try {
    if (format === 'csv') yield csvHeader;
    for await (const piece of inPieces(events)) {
      values += piece.reduce((sum, it) => sum + it.disclosures.length, 0);
      if (format === 'jsonl') {
        yield piece.map(jsonLine).join('');
        continue;
      }
      const names = await namesOfRefs(app.pool, refsIn(piece));
      yield piece.map((it) => csvRow(it, (ref) => names.get(ref) ?? ref)).join('');
    }
  } finally {
    // Also when the reader hangs up half-way: what was opened was opened.
    if (values > 0) {
      await inTransaction(app.pool, (tx) =>
        record(tx, app.keys, [
          { type: 'disclosure.opened', actor: caller.actor, data: { object: 'export', values } },
        ]),
      );
    }
  }
}

async function* inPieces<T>(items: AsyncIterable<T>): AsyncIterable<readonly T[]> {
  let piece: T[] = [];
  for await (const item of items) {
    piece.push(item);
    if (piece.length < pieceSize) continue;
    yield piece;
    piece = [];
  }
  if (piece.length > 0) yield piece;
}

const refsIn = (events: readonly FoundEvent[]) => [
  ...new Set(events.flatMap((it) => it.personRef ?? [])),
];

async function filterFor(
  app: App,
  caller: Caller,
  query: AuditQuery,
): Promise<{ filter: EventFilter; withheldCases: number }> {
  const withheld = may(caller, 'case.read-confidential')
    ? []
    : await confidentialCases(app.pool, { exceptOpenedBy: caller.user.id });
  const people =
    query.person === null
      ? null
      : await listPeople(app.pool, { text: query.person, afterName: null, limit: 100 });
  return {
    withheldCases: withheld.length,
    filter: {
      ...(withheld.length > 0 ? { exceptCaseIds: withheld } : {}),
      ...(people ? { personRefs: people.map((it) => it.ref) } : {}),
      ...(query.caseId ? { caseIds: [query.caseId] } : {}),
      ...(query.system ? { systems: [query.system] } : {}),
      ...(query.actor ? { actors: [query.actor] } : {}),
      ...(query.type ? { types: [query.type] } : {}),
      ...(query.grade ? { grades: [query.grade] } : {}),
      ...(query.result ? { results: [query.result] } : {}),
      ...(query.from ? { from: query.from } : {}),
      ...(query.to ? { to: query.to } : {}),
      ...(query.text ? { text: query.text } : {}),
    },
  };
}

/** What was asked for, without anything personal: of names and free text only that they were used. */
function criteriaOf(query: AuditQuery): string[] {
  const { person, text, ...open } = query;
  return [
    ...(person === null ? [] : ['person']),
    ...(text === null ? [] : ['text']),
    ...Object.entries(open).flatMap(([name, value]) => {
      if (value === null) return [];
      // The id of a case stays out: who reads the record need not know of a confidential one.
      if (name === 'caseId') return ['case'];
      const criterion = `${name}:${value instanceof Date ? value.toISOString() : value}`;
      return [Reference.safeParse(criterion).success ? criterion : name];
    }),
  ];
}

async function noteSearch(
  app: App,
  caller: Caller,
  criteria: readonly string[],
  found?: number,
): Promise<void> {
  const data = { criteria, ...(found === undefined ? {} : { found }) };
  await inTransaction(app.pool, (tx) =>
    record(tx, app.keys, [{ type: 'read.search', actor: caller.actor, data }]),
  );
}
