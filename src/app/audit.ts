import { createHash, type Hash } from 'node:crypto';
import { factTypes, isFactType } from '#core/event.ts';
import { csvHeader, csvRow, jsonLine } from '#core/event-rows.ts';
import { Reference } from '#core/fact.ts';
import { recordReport } from '#core/record-report.ts';
import type { Result } from '#core/result.ts';
import { settingsFrom } from '#core/settings.ts';
import type { EventFilter } from '#ledger/event-filter.ts';
import { type LastPruning, lastPruning } from '#ledger/pruned.ts';
import { type Fact, record } from '#ledger/record.ts';
import { reportPdf } from '#ledger/report/pdf.ts';
import {
  type Counted,
  countEvents,
  type ExportedEvent,
  eventsBetween,
  exportEvents,
  type FoundEvent,
  searchEvents,
} from '#ledger/search.ts';
import { confidentialCases } from '#store/cases.ts';
import { databaseNow } from '#store/clock.ts';
import { namesOfRefs, refsOfPeople } from '#store/people.ts';
import { loadSettings } from '#store/settings.ts';
import { inTransaction } from '#store/sql.ts';
import { linkHolders } from '#store/task-links.ts';
import type { App, Caller } from './app.ts';
import { authorize, demandStepUp, may, windowOf } from './authorize.ts';
import { notFound, Problem } from './problem.ts';
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
  /** Facts that are gone, and since when; null: none are. */
  readonly pruned: LastPruning | null;
  /** How many there are in all, where that was asked; else null. */
  readonly total: Counted | null;
}

/** Counting ends here. */
const mostCounted = 100_000;

/** What the record can state tells nothing of what it does state, and yet is for its readers. */
export const authorizeReading = (caller: Caller): void => authorize(caller, 'audit.read');

/** The newest facts first. Looking is itself a fact, stated before anything is shown. */
export async function searchAudit(
  app: App,
  caller: Caller,
  query: AuditQuery,
  page: { cursor: string | null; limit: number; isCounted?: boolean },
): Promise<AuditPage> {
  authorize(caller, 'audit.read');
  const { filter, withheldCases } = await filterFor(app, caller, query);
  const { events, next } = await searchEvents(app.pool, filter, page.cursor, page.limit);
  await noteSearch(app, caller, criteriaOf(query), events.length);
  return {
    events: await named(app, events),
    next,
    withheldCases,
    pruned: await lastPruning(app.pool),
    total: page.isCounted ? await countEvents(app.pool, filter, mostCounted) : null,
  };
}

/** Facts with the names of the people and users in them. */
async function named(app: App, events: readonly FoundEvent[]): Promise<readonly AuditEvent[]> {
  const people = await namesOfRefs(app.pool, refsIn(events));
  const names = await actorNames(
    app,
    events.flatMap((it) => it.actorId ?? []),
  );
  return events.map((it) => ({
    ...it,
    title: isFactType(it.type) ? factTypes[it.type].title : it.type,
    result: isFactType(it.type) ? factTypes[it.type].result : null,
    personName: (it.personRef && people.get(it.personRef)) ?? null,
    actorName: (it.actorId && names.get(it.actorId)) ?? null,
  }));
}

/** One fact with those on both sides of it; null: not there, or not for the reader. */
export interface AuditEntry {
  readonly entry: AuditEvent;
  readonly previous: AuditEvent | null;
  readonly next: AuditEvent | null;
}

export async function showEntry(app: App, caller: Caller, idx: number): Promise<AuditEntry> {
  authorize(caller, 'audit.read');
  const { filter } = await filterFor(app, caller, {});
  const found = await eventsBetween(app.pool, filter, { from: idx - 1, to: idx + 2 });
  await noteSearch(app, caller, [`entry:${idx}`], found.length);
  const events = await named(app, found);
  const at = (wanted: number) => events.find((it) => it.idx === wanted) ?? null;
  const entry = at(idx);
  if (!entry) throw notFound(`entry ${idx} of the record`);
  return { entry, previous: at(idx - 1), next: at(idx + 1) };
}

export const exportFormats = ['csv', 'jsonl', 'pdf'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** A table on paper is for reading; what is longer than this nobody reads. */
export const mostFactsOnPaper = 2_000;

/**
 * Every fact of the choice as a file, oldest first, in pieces. Personal values are opened for Security
 * only. What was handed out is stated when the reader has got it: its digest, and how many values were opened.
 */
export async function exportAudit(
  app: App,
  caller: Caller,
  query: AuditQuery,
  format: ExportFormat,
): Promise<AsyncIterable<string | Uint8Array>> {
  authorize(caller, 'audit.read');
  demandStepUp(caller);
  const { filter, withheldCases } = await filterFor(app, caller, query);
  await noteSearch(app, caller, ['export', `format:${format}`, ...criteriaOf(query)]);
  const keys = caller.user.roles.includes('security') ? app.keys : null;
  const events = exportEvents(app.pool, filter, keys);
  const out: HandedOut = { hash: createHash('sha256'), size: 0, events: 0, values: 0 };
  if (format !== 'pdf')
    return handingOut(app, caller, format, out, texts(app, events, format, out));

  const paper = await onPaper(app, caller, query, { events, withheldCases, out });
  return handingOut(app, caller, format, out, [paper]);
}

/** What a reader has got so far. */
interface HandedOut {
  readonly hash: Hash;
  size: number;
  events: number;
  values: number;
}

const pieceSize = 200;

async function* texts(
  app: App,
  events: AsyncIterable<ExportedEvent>,
  format: 'csv' | 'jsonl',
  out: HandedOut,
): AsyncIterable<string> {
  if (format === 'csv') yield csvHeader;
  for await (const piece of inPieces(events)) {
    count(out, piece);
    if (format === 'jsonl') {
      yield piece.map(jsonLine).join('');
      continue;
    }
    const names = await namesOfRefs(app.pool, refsIn(piece));
    yield piece.map((it) => csvRow(it, (ref) => names.get(ref) ?? ref)).join('');
  }
}

function count(out: HandedOut, events: readonly ExportedEvent[]): void {
  out.events += events.length;
  out.values += events.reduce((sum, it) => sum + it.disclosures.length, 0);
}

/** The same as a table for people, with what was asked for above it. */
async function onPaper(
  app: App,
  caller: Caller,
  query: AuditQuery,
  it: { events: AsyncIterable<ExportedEvent>; withheldCases: number; out: HandedOut },
): Promise<Uint8Array> {
  const found: ExportedEvent[] = [];
  for await (const event of it.events) {
    if (found.length === mostFactsOnPaper) {
      throw new Problem(
        'not possible',
        `This choice has more than ${mostFactsOnPaper.toLocaleString('en')} facts, which is what fits on paper. ` +
          'Narrow it, or take CSV or JSONL, which have no limit.',
      );
    }
    found.push(event);
  }
  count(it.out, found);
  const names = await namesOfRefs(app.pool, refsIn(found));
  const actors = await actorNames(
    app,
    found.flatMap((one) => one.actorId ?? []),
  );
  const jsonl = Buffer.from(found.map(jsonLine).join(''));
  const { company } = settingsFrom(await loadSettings(app.pool));
  const report = recordReport({
    ...{ facts: found, people: names, actors, company: company.name },
    ...{ recipient: caller.user.name, withheldCases: it.withheldCases, asked: inWords(query) },
    madeAt: await databaseNow(app.pool),
    digest: createHash('sha256').update(jsonl).digest('hex'),
  });
  const about = 'Every fact of this export, byte for byte, with its hash';
  return reportPdf(report, [
    { name: 'events.jsonl', type: 'application/jsonl', about, bytes: jsonl },
  ]);
}

/** Hands pieces on, and states what was handed out, also when the reader hangs up half-way. */
async function* handingOut(
  app: App,
  caller: Caller,
  format: ExportFormat,
  out: HandedOut,
  pieces: AsyncIterable<string> | Iterable<Uint8Array>,
): AsyncIterable<string | Uint8Array> {
  try {
    for await (const piece of pieces) {
      out.hash.update(piece);
      out.size += Buffer.byteLength(piece);
      yield piece;
    }
  } finally {
    const { size, events, values } = out;
    const digest = out.hash.digest('base64url');
    const created: Fact = {
      type: 'export.created',
      actor: caller.actor,
      data: { kind: `audit-${format}`, recipient: caller.user.id, digest, size, events },
    };
    const opened: Fact = {
      type: 'disclosure.opened',
      actor: caller.actor,
      data: { object: 'export', values },
    };
    await inTransaction(app.pool, (tx) =>
      record(tx, app.keys, values > 0 ? [created, opened] : [created]),
    );
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

const actorNames = async (app: App, ids: readonly string[]) =>
  new Map([...(await userNames(app, ids)), ...(await linkHolders(app.pool, ids))]);

const refsIn = (events: readonly FoundEvent[]) => [
  ...new Set(events.flatMap((it) => it.personRef ?? [])),
];

/** What the caller may find; of what lies outside of an auditor's window, nothing. */
export async function filterFor(
  app: Pick<App, 'pool'>,
  caller: Caller,
  query: Partial<AuditQuery>,
): Promise<{ filter: EventFilter; withheldCases: number }> {
  const withheld = may(caller, 'case.read-confidential')
    ? []
    : await confidentialCases(app.pool, { exceptOpenedBy: caller.user.id });
  const people = query.person ? await refsOfPeople(app.pool, query.person) : null;
  const window = windowOf(caller);
  const from = latest(query.from, window?.from);
  const to = earliest(query.to, window?.to);
  return {
    withheldCases: withheld.length,
    filter: {
      ...(withheld.length > 0 ? { exceptCaseIds: withheld } : {}),
      ...(people ? { personRefs: people } : {}),
      ...(query.caseId ? { caseIds: [query.caseId] } : {}),
      ...(query.system ? { systems: [query.system] } : {}),
      ...(query.actor ? { actors: [query.actor] } : {}),
      ...(query.type ? { types: [query.type] } : {}),
      ...(query.grade ? { grades: [query.grade] } : {}),
      ...(query.result ? { results: [query.result] } : {}),
      ...(from ? { from } : {}),
      ...(to ? { to } : {}),
      ...(query.text ? { text: query.text } : {}),
    },
  };
}

type Maybe = Date | null | undefined;
const latest = (a: Maybe, b: Maybe): Maybe => (a && b ? (a > b ? a : b) : (a ?? b));
const earliest = (a: Maybe, b: Maybe): Maybe => (a && b ? (a < b ? a : b) : (a ?? b));

/** What was asked for, as its reader typed it. */
const inWords = (query: AuditQuery): readonly (readonly [string, string])[] =>
  Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === null ? [] : [[name, value instanceof Date ? value.toISOString() : value]],
  );

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

/** That somebody looked is itself a fact. */
export async function noteSearch(
  app: Pick<App, 'pool' | 'keys'>,
  caller: Caller,
  criteria: readonly string[],
  found?: number,
): Promise<void> {
  const data = { criteria, ...(found === undefined ? {} : { found }) };
  await inTransaction(app.pool, (tx) =>
    record(tx, app.keys, [{ type: 'read.search', actor: caller.actor, data }]),
  );
}
