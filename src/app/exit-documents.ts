import { endStates } from '#core/case.ts';
import { factTypes, isFactType } from '#core/event.ts';
import {
  type ExitCase,
  type ExitDocument,
  type ExitDocumentKind,
  type ExitRecord,
  exitDocument,
  whyNoDocument,
} from '#core/exit-document.ts';
import { type Language, languageOf } from '#core/language.ts';
import { settingsFrom } from '#core/settings.ts';
import type { Right } from '#core/user.ts';
import { record } from '#ledger/record.ts';
import { exportEvents, type FoundEvent } from '#ledger/search.ts';
import { type DepartureRow, isDepartureCase } from '#store/cases.ts';
import { listConnections } from '#store/connections.ts';
import { loadSettings } from '#store/settings.ts';
import { inTransaction } from '#store/sql.ts';
import type { StepRow } from '#store/steps.ts';
import type { App, Caller } from './app.ts';
import { authorize } from './authorize.ts';
import { showCase } from './cases.ts';
import { Problem } from './problem.ts';

const rightFor: Record<ExitDocumentKind, Right> = {
  letter: 'document.read',
  duties: 'document.read',
  equipment: 'document.read',
  revocation: 'certificate.read',
};

/**
 * Writes a document of a departure. The same state of the case gives the same document. Null for the language:
 * that of the person, or for the certificate, which is for others, that of the company.
 */
export async function makeExitDocument(
  app: App,
  caller: Caller,
  id: string,
  it: { kind: ExitDocumentKind; language: Language | null },
): Promise<ExitDocument> {
  authorize(caller, rightFor[it.kind]);
  const { case: found, steps } = await showCase(app, caller, id);
  if (!isDepartureCase(found)) {
    const detail = `Exit documents are for people who leave; this is about ${found.kind === 'arrival' ? 'an arrival' : 'a change of role'}.`;
    throw new Problem('not possible', detail);
  }
  if (found.direction === 'back' || found.state === 'cancelled') {
    throw new Problem(
      'not possible',
      'This departure was taken back, so it has no exit documents.',
    );
  }
  const why = whyNoDocument(it.kind, found.departure.kind);
  if (why !== null) throw new Problem('not possible', `There is no such document here. ${why}`);

  const { company } = settingsFrom(await loadSettings(app.pool));
  const recorded = it.kind === 'revocation' ? await recordOf(app, found, steps) : null;
  await noteDocument(app, caller, found, it.kind);
  const ofPerson = languageOf(found.personFacts.country, company.language);
  const usual = it.kind === 'revocation' ? company.language : ofPerson;
  const connections = await listConnections(app.pool);
  const systems = new Map(connections.map(({ id: connection, name }) => [connection, name]));
  const facts = exitCaseOf(found, { steps, company: company.name, record: recorded, systems });
  return exitDocument(it.kind, facts, it.language ?? usual);
}

const exitCaseOf = (
  it: DepartureRow,
  more: Pick<ExitCase, 'company' | 'record' | 'systems'> & { steps: readonly StepRow[] },
): ExitCase => ({
  caseId: it.id,
  person: { name: it.name, email: it.email, personId: it.personId },
  departureKind: it.departure.kind,
  isContractor: it.personFacts.employmentType === 'contractor',
  zone: it.zone,
  confirmedAt: it.confirmedAt,
  accessEndsAt: it.accessEndsAt,
  lastWorkingDay: it.lastWorkingDay,
  employmentEnds: it.employmentEnds,
  payEnds: it.payEnds,
  accessRemovedAt: it.accessRemovedAt,
  isComplete: it.state === 'complete',
  question: it.question,
  ...more,
  steps: more.steps.filter((step) => step.undoOf === null),
});

/**
 * Where the record stands: at the seal of a case that is complete, else at the last fact. That somebody read
 * does not count, or making a document would change the next one.
 */
async function recordOf(
  app: App,
  it: DepartureRow,
  steps: readonly StepRow[],
): Promise<ExitRecord> {
  const events: FoundEvent[] = [];
  for await (const event of exportEvents(app.pool, { caseIds: [it.id] }, null)) events.push(event);
  const isComplete = endStates.includes(it.state);
  const last = events.findLastIndex(({ type }) =>
    isComplete ? type === 'case.sealed' : isFactType(type) && factTypes[type].result !== 'noted',
  );
  const found = events[last];
  if (!found) return null;
  // A seal from before the case was opened again says nothing of what came after it.
  const settledLater = steps.some(({ settledAt }) => settledAt !== null && settledAt > found.at);
  if (isComplete && settledLater) return null;
  return { facts: last + 1, leafHash: found.leafHash, at: found.at };
}

/** That somebody made a document of a case is a fact, stated before they get it. */
async function noteDocument(
  app: App,
  caller: Caller,
  it: DepartureRow,
  kind: ExitDocumentKind,
): Promise<void> {
  await inTransaction(app.pool, (tx) =>
    record(tx, app.keys, [
      {
        type: 'read.case',
        actor: caller.actor,
        caseId: it.id,
        target: { ref: it.ref },
        data: { object: `document:${kind}` },
      },
    ]),
  );
}
