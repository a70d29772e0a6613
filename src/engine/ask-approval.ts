import { randomUUID } from 'node:crypto';
import { approvalLastsMs } from '#core/approval.ts';
import { record } from '#ledger/record.ts';
import { raiseAlert } from '#store/alerts.ts';
import { type ApprovalRow, insertApproval, letStepWait, type Shown } from '#store/approvals.ts';
import { loadCase } from '#store/cases.ts';
import { type Db, inTransaction } from '#store/sql.ts';
import type { Work } from '#store/steps.ts';
import { approvalFact } from './approval-facts.ts';
import { approversOf, tellApprovers, whenText } from './approvers.ts';
import type { Engine } from './engine.ts';
import { hold, Stale } from './settle.ts';

/** Asks another person for exactly what was read and planned now, and lets the step wait; `why`: where it is not usual. */
export async function askForApproval(
  engine: Engine,
  work: Work,
  it: { shown: Shown; why: string | null; digest: Buffer },
): Promise<void> {
  const { caseId } = work;
  const found = await loadCase(engine.pool, caseId);
  if (!found) throw new Stale(work.id);
  const action = work.capability ?? work.kind;
  const about = { caseId, stepId: work.id, action };
  const { users, needed: approvers } = await approversOf(engine, about);
  if (users.length < approvers) {
    return hold(engine, work, {
      because:
        (it.why === null ? '' : `${it.why} `) +
        (approvers === 1
          ? 'Nobody may approve this: it takes another person than whoever opened or changed the departure. '
          : 'This is about somebody who is protected: it takes two other people than whoever opened or changed ' +
            `the departure, and there ${users.length === 0 ? 'is nobody' : 'is one'}. `) +
        'Add one (gatehouse user add), then try again; or do it by hand, or skip it with a reason.',
      failure: null,
      reason: 'no approver',
    });
  }

  const id = randomUUID();
  const { shown, why, digest } = it;
  const expiresAt = new Date(work.now.getTime() + approvalLastsMs(work.capability));
  await inTransaction(engine.pool, async (tx) => {
    const asked = { ...about, id, version: 0, digest };
    const two = approvers === 2 ? { approvers } : {};
    const data = { action, expires: expiresAt.toISOString(), ...two };
    await record(tx, engine.keys, [
      {
        ...approvalFact(asked, work.ref, 'approval.requested', data),
        personal: {
          subject: work.subject,
          key: work.subjectKey,
          values: {
            'step.summary': shown.summary,
            'step.before': shown.state ?? undefined,
            'account.login': work.account?.login,
          },
        },
      },
    ]);
    const { openedBy: requestedBy } = found;
    const stepVersion = work.version;
    await insertApproval(tx, { ...asked, stepVersion, shown, requestedBy, expiresAt, approvers });
    await letWait(tx, work, waiting(work, { approvers, expiresAt }, why));
  });
  await tellApprovers(engine, id);
}

/** An approval has been asked for already, and nobody has decided yet. */
export const waitForDecision = (
  engine: Engine,
  work: Work,
  it: ApprovalRow,
  why: string | null,
): Promise<void> => letWait(engine.pool, work, waiting(work, it, why));

/** What needs an approval only as things stand is looked at again before somebody has decided. */
const lookAgainMs = 10 * 60_000;

function waiting(
  { now }: Work,
  { approvers, expiresAt }: Pick<ApprovalRow, 'approvers' | 'expiresAt'>,
  why: string | null,
): { until: Date; because: string } {
  const whose = approvers === 2 ? 'two other people' : 'another person';
  const because = `Waits for the approval of ${whose}, until ${whenText(expiresAt)}.`;
  if (why === null) return { until: expiresAt, because };
  const again = new Date(Math.min(now.getTime() + lookAgainMs, expiresAt.getTime()));
  return { until: again, because: `${why} ${because}` };
}

/** The engine looks again at `until`, or when somebody wakes the step. */
export async function letWait(
  db: Db,
  work: Work,
  { until, because }: { until: Date; because: string },
): Promise<void> {
  const { id: stepId, version, now: since } = work;
  const waits = { stepId, version, since, wakeAt: until, because };
  if (!(await letStepWait(db, waits))) throw new Stale(work.id);
}

/** Nobody decided in time: it is asked for again, and somebody above learns of it. */
export async function tellOfExpiry(engine: Engine, work: Work): Promise<void> {
  await raiseAlert(engine.pool, {
    ...aboutStep(work),
    condition: `step:${work.id}:approval:expired`,
    kind: 'approval.expired',
    title: 'Nobody decided about an approval in time',
    body: `${nameOf(work)} was not decided about in time. It has been asked for again (gatehouse approvals).`,
  });
}

/** Something that looked like an approval was none. */
export async function tellOfRefusal(engine: Engine, work: Work, because: string): Promise<void> {
  await raiseAlert(engine.pool, {
    ...aboutStep(work),
    condition: `step:${work.id}:approval:refused`,
    kind: 'approval.refused',
    title: 'An approval did not hold',
    body: `${nameOf(work)} was approved, and nothing was done: ${because} It has been asked for again.`,
  });
}

const nameOf = ({ title, connectionId }: Work): string =>
  `“${title}”${connectionId ? ` in ${connectionId}` : ''}`;

const aboutStep = ({ id, caseId, connectionId, departure }: Work) => ({
  caseId,
  stepId: id,
  connectionId,
  confidential: departure.confidential,
});
