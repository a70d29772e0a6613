import type { Command } from '#connector-kit/contract.ts';
import type { Work } from '#store/steps.ts';
import { beginCall, makeCall } from './call.ts';
import type { Opened } from './clients.ts';
import { deadline } from './deadline.ts';
import type { Engine } from './engine.ts';
import { answered, settle } from './settle.ts';

/** A command cannot be read back: sent, and graded as what it is. */
export async function send(
  engine: Engine,
  work: Work,
  opened: Opened,
  action: Omit<Command<unknown, unknown>, 'capability'>,
): Promise<void> {
  const params = action.params.parse(work.params);
  const claim = await beginCall(engine, work, opened, {
    state: null,
    planned: { summary: action.summary, change: null },
    settleMs: 0,
    windowMs: 0,
    repeatable: true,
    params,
  });
  if (!claim) return;
  const receipt = await makeCall(engine, work, opened, claim.fence, async () => {
    engine.failpoint('during the call');
    // Of an account, or the record of the case.
    const targetId = work.account?.id ?? work.caseId;
    return deadline(engine, action.send(opened.client, targetId, params));
  });
  await answered(engine, work);
  engine.failpoint('before the settlement commits');
  await settle(engine, work, {
    type: 'step.acknowledged',
    grade: 'acknowledged',
    after: { receipt: receipt.summary },
    because: receipt.summary,
    summary: claim.summary,
    fence: claim.fence,
    applied: true,
    attempt: claim.attempt,
    remote: opened.lastAnswer(),
  });
  engine.failpoint('after the settlement');
}
