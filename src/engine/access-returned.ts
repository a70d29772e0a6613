import { returnsUntilHeld } from '#core/recheck.ts';
import { type Fact, record } from '#ledger/record.ts';
import { holdReturnedStep, noteReturned, noteSeen, returnsOf } from '#store/access-checks.ts';
import { raiseAlert } from '#store/alerts.ts';
import { type CaseRow, changeCase, noteOpenAccess } from '#store/cases.ts';
import type { Db } from '#store/sql.ts';
import { reopenStep, type Work } from '#store/steps.ts';
import { type Engine, engineActor } from './engine.ts';
import { factAbout } from './facts.ts';
import { Stale, seenIn } from './settle.ts';

/** How an alert says that access came back, until a later look shows that it has ended for good. */
export const returnedCondition = (it: {
  readonly stepId: string | null;
  readonly caseId: string;
  readonly connectionId: string;
}): string =>
  it.stepId === null ? `returned:${it.caseId}:${it.connectionId}` : `step:${it.stepId}:returned`;

interface Returned {
  readonly because: string;
  /** What was read; undefined: nothing. */
  readonly state: unknown;
  readonly round?: number;
  /** Id of the user who asks for it; left out: nobody, it was found by looking. */
  readonly by?: string;
}

/**
 * Opens a settled step again, since what it ended is there once more: the next pass ends it anew, by all rules. What
 * comes back time and again is held for a person. In a transaction that has locked the case, `it`.
 */
export async function reopenReturned(
  tx: Db,
  engine: Engine,
  it: CaseRow,
  work: Work,
  seen: Returned,
): Promise<void> {
  const returned = (await returnsOf(tx, work.id)) + 1;
  const isTooOften = returned > returnsUntilHeld && seen.by === undefined;
  const isHeld = isTooOften || work.kind !== 'action'; // what people did, they do again
  const because = isTooOften
    ? `It has come back ${returned} times. Find out what brings it back, and mend that first; then try again. ${seen.because}`
    : `It has come back. ${seen.because}`;
  const facts: Fact[] = [
    factAbout(work, 'step.reopened', {
      version: work.version + 1,
      reason: because,
      after: seen.state,
      data: {
        reason: 'access-returned',
        ...(seen.round === undefined ? {} : { round: seen.round }),
      },
    }),
  ];
  if (isHeld) facts.push(factAbout(work, 'step.held', { data: { reason: 'access-returned' } }));
  if (it.state === 'complete') facts.push(caseReopened(it, 'access-returned'));
  const { by } = seen;

  const moved = isHeld
    ? await holdReturnedStep(tx, {
        stepId: work.id,
        version: work.version,
        because,
        state: seen.state,
      })
    : await reopenStep(tx, work.id, work.version);
  if (!moved) throw new Stale(work.id);
  await noteReturned(tx, work.id);
  const shown = seenIn(work, 'verified');
  if (shown) await noteSeen(tx, { ...shown, status: 'active' });
  await record(
    tx,
    engine.keys,
    by === undefined ? facts : facts.map((fact) => ({ ...fact, onBehalfOf: by })),
  );
  await openCaseAgain(tx, it);
  if (by !== undefined && !isHeld) return; // they know
  await raiseAlert(tx, {
    condition: returnedCondition({ stepId: work.id, caseId: it.id, connectionId: '' }),
    kind: 'access.returned',
    title: 'Access that was ended is back',
    body:
      `${work.title} in ${work.connectionId}${work.account ? ` (${work.account.login})` : ''}: ${because} ` +
      (isHeld
        ? 'Nothing more happens there until somebody decides.'
        : 'Gatehouse ends it again. Find out what brought it back: a synchronisation, a group rule, a restored backup.'),
    caseId: it.id,
    stepId: null, // it outlives the step's being settled again
    connectionId: work.connectionId,
    confidential: it.departure.confidential,
  });
}

/** A complete case has open ends once more. */
export async function openCaseAgain(tx: Db, it: CaseRow): Promise<void> {
  if (it.state === 'complete') await changeCase(tx, it, { state: 'access-removed' });
  await noteOpenAccess(tx, it.id);
}

export const caseReopened = (
  it: CaseRow,
  reason: 'access-returned' | 'account-appeared' | 'waiver-expired',
): Fact => ({
  type: 'case.reopened',
  actor: engineActor,
  caseId: it.id,
  row: { table: 'cases', id: it.id, version: it.version + 1 },
  target: { ref: it.ref },
  data: { reason },
});
