import { record } from '#ledger/record.ts';
import { raiseAlert, resolveAcknowledged, resolveAlerts } from '#store/alerts.ts';
import { keepSampleComment, type SampleComment, sampleComments } from '#store/sample-comments.ts';
import { inTransaction } from '#store/sql.ts';
import type { App, Caller } from './app.ts';
import { authorize } from './authorize.ts';
import { leaverIn, type Period } from './population.ts';

export type { SampleComment };

/** One who left in a period, by the id that stands for them in a sample. */
interface About extends Period {
  readonly item: string;
}

/** What was said of one who left, the oldest first. */
export async function listSampleComments(
  app: App,
  caller: Caller,
  it: About,
): Promise<readonly SampleComment[]> {
  authorize(caller, 'audit.read');
  const { ref } = await leaverIn(app, caller, it);
  return sampleComments(app.pool, ref);
}

/**
 * Says something of one who left. Who asks for more has the company told, until somebody who is no auditor answers or
 * sees to it.
 */
export async function commentOnSample(
  app: App,
  caller: Caller,
  it: About & { readonly text: string; readonly asks: boolean },
): Promise<void> {
  authorize(caller, 'sample.comment');
  const { ref, caseId, confidential } = await leaverIn(app, caller, it);
  const { id: author, name, roles } = caller.user;
  const condition = `sample:${ref}`;
  await inTransaction(app.pool, async (tx) => {
    const { text, asks } = it;
    const { id, subject } = await keepSampleComment(tx, { ref, author, asks, text });
    await record(tx, app.keys, [
      {
        type: 'sample.commented',
        actor: caller.actor,
        ...(caseId === null ? {} : { caseId }),
        target: { ref },
        data: { comment: id, asks },
        personal: { subject, values: { reason: text } },
      },
    ]);
    if (!asks && !roles.includes('auditor')) await resolveAlerts(tx, condition);
    if (!asks) return;
    await resolveAcknowledged(tx, condition);
    const whom = caseId === null ? 'somebody who left without a departure' : 'a departure';
    await raiseAlert(tx, {
      condition,
      kind: 'audit.asked',
      title: 'More is asked for about a sample',
      body: `${name} asks for more about ${whom}. It is read and answered on the page For auditors, from ${it.from} to ${it.to}.`,
      caseId,
      stepId: null,
      connectionId: null,
      confidential,
    });
  });
}
