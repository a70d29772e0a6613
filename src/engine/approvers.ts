import { type Approver, approversNeeded, whyNotApprover } from '#core/approval.ts';
import { isCapability } from '#core/capability.ts';
import { raiseAlert } from '#store/alerts.ts';
import {
  type ApprovalRow,
  approvalMatter,
  loadApproval,
  noteApprovalTold,
} from '#store/approvals.ts';
import { listUsers, type UserRow } from '#store/users.ts';
import type { Engine } from './engine.ts';
import { sendLetter } from './messages.ts';

/** Every user who may decide about a step, and how many of them have to grant it. */
export async function approversOf(
  engine: Engine,
  { caseId, stepId, action }: Pick<ApprovalRow, 'caseId' | 'stepId' | 'action'>,
): Promise<{ users: readonly UserRow[]; needed: 1 | 2 }> {
  const capability = isCapability(action) ? action : null;
  const matter = await approvalMatter(engine.pool, { caseId, stepId, capability });
  const users: readonly (UserRow & Approver)[] = await listUsers(engine.pool);
  return {
    users: users.filter((user) => whyNotApprover(user, matter) === null),
    needed: approversNeeded(matter),
  };
}

/** Writes to everybody who may decide; an alert says so when that reached nobody. */
export async function tellApprovers(engine: Engine, approvalId: string): Promise<void> {
  const it = await loadApproval(engine.pool, approvalId);
  if (it?.decision !== null || it.endedAt !== null) return;
  let reached = 0;
  for (const [i, user] of (await approversOf(engine, it)).users.entries()) {
    const sent = await sendLetter(engine, {
      to: user.email,
      subject: `Gatehouse: ${it.confidential ? 'something waits for you' : `approve: ${it.title}`}`,
      text: letterText(engine, it, user.name),
      id: `approval-${it.id}-${i}`,
    });
    if (sent.kind === 'sent') reached += 1;
    else engine.log.warn({ stepId: it.stepId, kind: sent.kind }, 'an approver was not mailed');
  }
  if (reached === 0) {
    await raiseAlert(engine.pool, {
      condition: `step:${it.stepId}:approval:untold`,
      kind: 'approval.untold',
      title: 'Nobody could be mailed about an approval',
      body: `It waits until ${whenText(it.expiresAt)}. Tell somebody who may decide (gatehouse approvals).`,
      caseId: it.caseId,
      stepId: it.stepId,
      connectionId: it.shown.connection,
      confidential: it.confidential,
    });
  }
  await noteApprovalTold(engine.pool, it.id);
}

/** A moment as letters and reasons write it. */
export const whenText = (at: Date): string =>
  `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** Of a confidential departure a letter says nothing: mail is read by others too. */
function letterText(engine: Engine, it: ApprovalRow, name: string): string {
  const where = it.shown.connection ? ` in ${it.shown.connection}` : '';
  const what = it.confidential
    ? 'Something waits for your approval.'
    : `“${it.title}”${where} for ${it.person} waits for your approval:\n${it.shown.summary}`;
  return (
    `${name},\n\n${what}\n\nUntil ${whenText(it.expiresAt)}, with your passkey.` +
    `${it.approvers === 2 ? ' It takes two people.' : ''}\n` +
    `Look at it first: gatehouse approvals ${it.id}\n${engine.publicUrl}\n`
  );
}
