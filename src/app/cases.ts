import { setTimeout as wait } from 'node:timers/promises';
import {
  type ArrivalFacts,
  aOf,
  type CaseKind,
  caseKindOf,
  inRole,
  type NewRole,
} from '#core/arrival.ts';
import { type CaseState, endStates, isHeld } from '#core/case.ts';
import type { DepartureFacts } from '#core/departure.ts';
import { confirmationOf, type LifecycleEvent } from '#core/lifecycle.ts';
import type { PersonFacts } from '#core/person.ts';
import { changeArrival } from '#intake/arrive.ts';
import { changeDeparture } from '#intake/change.ts';
import { rescind } from '#intake/rescind.ts';
import { type Fact, record } from '#ledger/record.ts';
import { type CheckRow, checksOf } from '#store/access-checks.ts';
import { resolveAlerts } from '#store/alerts.ts';
import { bulkStartsOf } from '#store/bulk-starts.ts';
import { type CaseProgress, progressOfCases } from '#store/case-progress.ts';
import { noteCaseReading } from '#store/case-readings.ts';
import {
  type CaseChange,
  type CaseFilter,
  type CaseRow,
  changeCase,
  isArrivalCase,
  isDepartureCase,
  listCases as listStoredCases,
  loadCase,
  lockCase,
  openArrivalOf,
  openDepartureOf,
  wakeCase,
} from '#store/cases.ts';
import { databaseNow } from '#store/clock.ts';
import { type DeliveryRow, keepDelivery, loadDelivery } from '#store/deliveries.ts';
import { stepsOfUnknownOutcome, stepsSent } from '#store/leases.ts';
import { type LegalHoldRow, openHoldFor } from '#store/legal-holds.ts';
import { employmentsOf } from '#store/people.ts';
import { type QuarantineRow, quarantineOf } from '#store/quarantines.ts';
import { newId } from '#store/random.ts';
import { type Db, inSnapshot, inTransaction } from '#store/sql.ts';
import { releaseSteps, type StepRow, stepsOfCase, wakeOpenSteps } from '#store/steps.ts';
import type { App, Caller } from './app.ts';
import { authorize, demandSight, may, maySee } from './authorize.ts';
import { stepsToHold } from './holding.ts';
import { changedMeanwhile, notFound, Problem } from './problem.ts';
import { userNames } from './users.ts';

export type { CaseProgress, CaseRow, CheckRow, DeliveryRow, StepRow };

export interface CaseWithSteps {
  readonly case: CaseRow;
  readonly steps: readonly StepRow[];
  /** Steps whose last call may or may not have had its effect. */
  readonly unknownOutcome: ReadonlySet<string>;
  /** Steps whose system took the order, and whose effect does not show yet. */
  readonly sent: ReadonlySet<string>;
  /** Steps that a person may take out of the queue, since their system does not answer. */
  readonly toHold: ReadonlySet<string>;
  /** Keeps what destroys from being carried out. */
  readonly legalHold: LegalHoldRow | null;
  /** Later looks at what was ended, and for accounts that the plan does not know. */
  readonly checks: readonly CheckRow[];
  /** Why a guard holds it back; null: none does. */
  readonly quarantine: QuarantineRow | null;
}

/** What a person can do about a whole case. */
export type CaseAct = 'pause' | 'resume' | 'cancel' | 'change' | 'bring-back' | 'release';

/** What the caller may do about a case now; the acts themselves check once more. */
export function possibleCaseActs(caller: Caller, it: CaseRow): readonly CaseAct[] {
  if (it.state === 'complete') return may(caller, 'case.change') ? ['cancel'] : [];
  if (endStates.includes(it.state)) return [];
  const possible: Record<CaseAct, boolean> = {
    pause: it.state !== 'paused' && may(caller, 'case.change'),
    resume: it.state === 'paused' && may(caller, 'case.change'),
    cancel: it.direction === 'forward' && may(caller, 'case.change'),
    change: it.direction === 'forward' && may(caller, 'case.change'),
    'bring-back': isWayBackPlanned(it) && may(caller, 'case.bring-back'),
    release:
      it.state === 'quarantined'
        ? it.openedBy !== caller.user.id && may(caller, 'case.release')
        : it.state !== 'paused' && isHeld(it) && may(caller, 'case.change'),
  };
  return caseActs.filter((act) => possible[act]);
}

const caseActs = ['pause', 'resume', 'cancel', 'change', 'bring-back', 'release'] as const;

const isWayBackPlanned = (it: CaseRow): boolean =>
  it.direction === 'back' && it.state === 'waiting-for-approval' && it.planDigest !== null;

/** What somebody asks for: that a person leaves, arrives, or changes their role. */
export type CaseRequest = { readonly personId: string } & (
  | { readonly departure: Omit<DepartureFacts, 'id'> }
  | { readonly arrival: ArrivalRequest }
);

export interface ArrivalRequest extends Omit<ArrivalFacts, 'id' | 'former' | 'becomes'> {
  /** For a change of role: what changes about the person. */
  readonly role?: NewRole | undefined;
}

/**
 * Starts a case by hand. It takes the same way as an event of the HR system; waits a
 * moment for the case to be opened, and answers with what became of the request.
 */
export async function requestCase(app: App, caller: Caller, it: CaseRequest): Promise<DeliveryRow> {
  authorize(caller, 'case.open');
  const [person] = await employmentsOf(app.pool, it.personId);
  if (!person) {
    throw new Problem(
      'not found',
      `Nobody with the HR id ${it.personId} is known. Import the person first (gatehouse import people FILE.csv).`,
    );
  }
  const open =
    'arrival' in it
      ? await openArrivalOf(app.pool, { person: person.id, kind: caseKindOf(factsOf(it.arrival)) })
      : await openDepartureOf(app.pool, person.id);
  if (open && !maySee(caller, open)) {
    // Asking again changes it, and this one is not for the caller to change.
    throw forOthers();
  }
  if (open && 'departure' in it && it.departure.hold && !isHeld(open)) {
    throw new Problem(
      'not possible',
      `This departure is open already and not held. Stop it (gatehouse case pause ${open.id}).`,
    );
  }
  const now = await databaseNow(app.pool);
  const id = newId();
  await keepDelivery(app.pool, {
    id,
    source: 'api',
    messageId: id,
    body: Buffer.from(JSON.stringify(eventOf(it, person.facts, now))),
    askedBy: caller.user.id,
  });
  const taken = await waitForDelivery(app, id);
  const found = taken.caseId === null ? null : await loadCase(app.pool, taken.caseId);
  if (found && !maySee(caller, found)) throw forOthers();
  return taken;
}

/** Says nothing of what stands in the way: it may be a case that the caller need not know of. */
const forOthers = () =>
  new Problem('not possible', 'This has to be requested by somebody of HR or Security. Ask them.');

function eventOf(it: CaseRequest, person: PersonFacts, now: Date): LifecycleEvent {
  const who = `${person.personId}:${person.employmentId}`;
  const [departure, arrival] =
    'departure' in it
      ? [{ id: `api:${who}`, ...it.departure }, null]
      : [null, { ...factsOf(it.arrival), id: `api:${who}:${it.arrival.startDay}` }];
  return {
    type: confirmationOf(arrival),
    occurredAt: now.toISOString(),
    version: null,
    person: 'arrival' in it ? inRole(person, it.arrival.role) : person,
    departure,
    arrival,
  };
}

const factsOf = ({ kind, confidential, startDay }: ArrivalRequest): ArrivalFacts => ({
  id: 'api',
  kind,
  confidential,
  startDay,
  former: null,
});

/** What became of something we were told; waits a little for a worker to take it in. */
export async function waitForDelivery(app: App, id: string): Promise<DeliveryRow> {
  const until = performance.now() + app.patienceMs;
  for (;;) {
    const found = await loadDelivery(app.pool, id);
    if (!found) throw notFound(`request ${id}`);
    if (found.outcome !== 'received' || performance.now() > until) return found;
    await wait(20);
  }
}

/** Newest first; confidential ones only for those who need to know. */
export async function listCases(
  app: App,
  caller: Caller,
  it: Omit<CaseFilter, 'withoutConfidential' | 'window'>,
): Promise<readonly CaseRow[]> {
  authorize(caller, 'case.read');
  return listStoredCases(app.pool, {
    ...it,
    withoutConfidential: !may(caller, 'case.read-confidential'),
    window: caller.user.window,
  });
}

/** What a list says of a case beside the case itself. */
export interface Beside {
  /** The bulk start that it belongs to; null: none. */
  readonly bulkStart: string | null;
  /** Null: there are no steps yet. */
  readonly progress: CaseProgress | null;
  /** The name of whoever opened it; null: it was no user. */
  readonly openedByName: string | null;
}

/** What a list says of these cases beside them; few statements, however many they are. */
export async function besideCases(
  app: Pick<App, 'pool' | 'keys'>,
  cases: readonly Pick<CaseRow, 'id' | 'openedBy'>[],
): Promise<(it: Pick<CaseRow, 'id' | 'openedBy'>) => Beside> {
  const ids = cases.map((it) => it.id);
  const [bulkStarts, progress, names] = await Promise.all([
    bulkStartsOf(app.pool, ids),
    progressOfCases(app.pool, ids),
    userNames(
      app,
      cases.map((it) => it.openedBy),
    ),
  ]);
  return ({ id, openedBy }) => ({
    bulkStart: bulkStarts.get(id) ?? null,
    progress: progress.get(id) ?? null,
    openedByName: names.get(openedBy) ?? null,
  });
}

export async function showCase(app: App, caller: Caller, id: string): Promise<CaseWithSteps> {
  authorize(caller, 'case.read');
  return wholeCase(app, caller, id);
}

/** {@link showCase} where something else says whether the caller may see it: `sees` is asked of what is shown. */
export async function wholeCase(
  app: App,
  caller: Caller,
  id: string,
  sees?: (it: CaseRow) => boolean,
): Promise<CaseWithSteps> {
  await noteReading(app, caller, id);
  return inSnapshot(app.pool, async (tx) => {
    const found = demandSight(caller, await loadCase(tx, id), notFound(`departure ${id}`), sees);
    const steps = await stepsOfCase(tx, id);
    return {
      case: found,
      steps,
      toHold: await stepsToHold(tx, steps),
      unknownOutcome: await stepsOfUnknownOutcome(tx, id),
      sent: await stepsSent(tx, id),
      checks: await checksOf(tx, id),
      legalHold: await openHoldFor(tx, found.personId),
      quarantine: found.state === 'quarantined' ? await quarantineOf(tx, id) : null,
    };
  });
}

/** That somebody opens a confidential case is a fact, once an hour, before anything of it is shown. */
async function noteReading(app: App, caller: Caller, id: string): Promise<void> {
  const it = await loadCase(app.pool, id);
  if (!it?.departure.confidential || !maySee(caller, it)) return;
  await inTransaction(app.pool, async (tx) => {
    if (!(await noteCaseReading(tx, { caseId: id, userId: caller.user.id }))) return;
    await record(tx, app.keys, [
      {
        type: 'read.case',
        actor: caller.actor,
        caseId: id,
        target: { ref: it.ref },
        data: { object: id },
      },
    ]);
  });
}

/** Locks a case for a decision of the caller; answers as if it did not exist when they may not see it. */
export async function caseForDecision(
  tx: Db,
  caller: Caller,
  id: string,
  ended: readonly CaseState[] = endStates,
): Promise<CaseRow> {
  const found = demandSight(caller, await lockCase(tx, id), notFound(`departure ${id}`));
  if (ended.includes(found.state)) {
    throw new Problem('not possible', `This ${found.kind} is ${found.state} already.`);
  }
  return found;
}

/** States what the caller decided about a case, and changes it. */
export async function decide(
  tx: Db,
  app: App,
  caller: Caller,
  it: CaseRow,
  change: CaseChange,
  fact: Pick<Fact, 'type' | 'data'> & { reason?: string },
): Promise<void> {
  await record(tx, app.keys, [
    {
      type: fact.type,
      data: fact.data ?? {},
      actor: caller.actor,
      caseId: it.id,
      row: { table: 'cases', id: it.id, version: it.version + 1 },
      target: { ref: it.ref },
      ...(fact.reason
        ? { personal: { subject: it.subject, values: { reason: fact.reason } } }
        : {}),
    },
  ]);
  if (!(await changeCase(tx, it, change))) throw changedMeanwhile('The departure');
}

/** Stops a case where it stands; nothing is lost, timers included. */
export async function pauseCase(
  app: App,
  caller: Caller,
  id: string,
  reason: string,
): Promise<void> {
  authorize(caller, 'case.change');
  await inTransaction(app.pool, async (tx) => {
    const it = await caseForDecision(tx, caller, id);
    if (it.state === 'paused') return;
    await decide(
      tx,
      app,
      caller,
      it,
      { state: 'paused', stateBeforePause: it.state },
      { type: 'case.held', data: { reason: 'paused' }, reason },
    );
  });
}

/** Goes on where a case was stopped; what fell due meanwhile is done now. */
export async function resumeCase(app: App, caller: Caller, id: string): Promise<void> {
  authorize(caller, 'case.change');
  await inTransaction(app.pool, async (tx) => {
    const it = await caseForDecision(tx, caller, id);
    if (it.state !== 'paused' || it.stateBeforePause === null) {
      throw new Problem('not possible', `This departure is not paused; it is ${it.state}.`);
    }
    // What fell due meanwhile is late; what may begin is planned first.
    const planStale = it.direction === 'forward' && it.planDigest !== null;
    const state = it.stateBeforePause;
    const change = { state, stateBeforePause: null, question: null, planStale };
    await decide(tx, app, caller, it, change, {
      type: 'case.released',
      data: { reason: 'resumed' },
    });
    await resolveAlerts(tx, `question:${it.id}`);
    await wakeCase(tx, { caseId: it.id, urgency: 0 });
    await wakeOpenSteps(tx, it.id);
  });
}

/**
 * Takes a departure back, a complete one as well. Nothing cut yet: cancelled. Otherwise the
 * way back is planned and waits.
 */
export async function cancelCase(
  app: App,
  caller: Caller,
  id: string,
): Promise<{ detail: string }> {
  authorize(caller, 'case.change');
  return inTransaction(app.pool, async (tx) => {
    const it = await caseForDecision(tx, caller, id, ['cancelled', 'brought-back']);
    const other = it.state === 'complete' ? await openDepartureOf(tx, it.person) : null;
    if (other) {
      throw new Problem(
        'not possible',
        maySee(caller, other)
          ? `This person leaves again: take that departure back first (gatehouse case cancel ${other.id}).`
          : 'This has to be decided by somebody of HR or Security. Ask them.',
      );
    }
    const heard = { actor: caller.actor, occurredAt: await databaseNow(tx), version: null };
    return rescind(tx, app, heard, it);
  });
}

/** What is to be different about a case; an arrival knows only `startDay` and `confidential`. */
export type CaseDatesChange = Partial<Omit<DepartureFacts, 'id'> & Pick<ArrivalFacts, 'startDay'>>;

/** Moves the dates of a case, or its kind; steps that have not begun follow. */
export async function changeDates(
  app: App,
  caller: Caller,
  id: string,
  { startDay, ...change }: CaseDatesChange,
): Promise<{ detail: string }> {
  authorize(caller, 'case.change');
  return inTransaction(app.pool, async (tx) => {
    const it = await caseForDecision(tx, caller, id);
    const heard = { occurredAt: await databaseNow(tx), version: it.sourceVersion };
    if (isArrivalCase(it)) {
      const { confidential = it.departure.confidential, ...rest } = change;
      if (Object.keys(rest).length > 0) throw notOfThisKind(it.kind, Object.keys(rest));
      const arrival = { ...it.departure, confidential, ...(startDay && { startDay }) };
      return changeArrival(tx, app, { ...heard, actor: caller.actor }, it, arrival);
    }
    if (!isDepartureCase(it) || startDay) throw notOfThisKind(it.kind, ['startDay']);
    const departure = { ...it.departure, ...change };
    return changeDeparture(
      tx,
      app,
      {
        ...heard,
        source: it.source,
        record: { person: it.personFacts, departure, changedAt: null },
        from: 'event',
        says: 'departure',
        actor: caller.actor,
        askedBy: caller.user.id,
      },
      it,
      departure,
    );
  });
}

const notOfThisKind = (kind: CaseKind, names: readonly string[]) =>
  new Problem(
    'not readable',
    `This is about ${aOf(kind).toLowerCase()}, which has no ${names.join(', ')}.`,
  );

/**
 * Starts the way back. Bound to the digest of the plan that was shown: when the plan has
 * changed since, nothing starts.
 */
export async function bringBack(
  app: App,
  caller: Caller,
  id: string,
  digest: string,
): Promise<void> {
  authorize(caller, 'case.bring-back');
  await inTransaction(app.pool, async (tx) => {
    const it = await caseForDecision(tx, caller, id);
    if (it.direction !== 'back' || it.state !== 'waiting-for-approval') {
      throw new Problem(
        'not possible',
        'There is no plan for the way back yet. Take the departure back first (gatehouse case cancel).',
      );
    }
    if (it.planDigest !== digest) throw changedMeanwhile('The plan');
    await decide(
      tx,
      app,
      caller,
      it,
      { state: 'running' },
      {
        type: 'case.released',
        data: { reason: 'way-back-approved' },
      },
    );
    await resolveAlerts(tx, `way-back:${it.id}`);
    await releaseSteps(tx, it.id);
    await wakeCase(tx, { caseId: it.id, urgency: 0 });
  });
}
