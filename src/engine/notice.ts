import { ConnectorError } from '#core/failure.ts';
import { keepReceipt, receiptsOf } from '#store/notices.ts';
import type { Work } from '#store/steps.ts';
import { peopleFor } from './addressees.ts';
import { beginCall, makeCall } from './call.ts';
import type { Engine } from './engine.ts';
import { sendLetter } from './messages.ts';
import { hold, settle } from './settle.ts';

/**
 * A notice is mail that must not go out twice: marked before it is sent, like every such call,
 * and for each receiver remembered once the mail server has taken it.
 */
export async function tell(engine: Engine, work: Work): Promise<void> {
  const addresses = await addressesOf(engine, work);
  if (addresses.length === 0) {
    return hold(engine, work, {
      because: 'Nobody can be told: no address is known for any of its receivers.',
      failure: null,
      reason: 'nobody to tell',
    });
  }
  const told = await receiptsOf(engine.pool, work.id);
  const untold = addresses.filter((it) => !told.has(it));
  if (untold.length === 0) return acknowledge(engine, work, [...told.values()], null);

  const claim = await beginCall(engine, work, {
    state: null,
    planned: { summary: `Tell ${untold.join(', ')}.`, change: work.notice },
    settleMs: 0,
    windowMs: engine.timing.windowMs,
    repeatable: false,
    params: work.params,
  });
  if (!claim) return;
  const noSecrets = { withoutSecrets: (error: unknown) => error };
  await makeCall(engine, work, noSecrets, claim.fence, () => sendAll(engine, work, untold));
  const receipts = await receiptsOf(engine.pool, work.id);
  engine.failpoint('before the settlement commits');
  await acknowledge(engine, work, [...receipts.values()], claim);
  engine.failpoint('after the settlement');
}

/** Every receiver once, in lower case, in the order of the playbook. */
async function addressesOf(engine: Engine, work: Work): Promise<readonly string[]> {
  const found: string[] = [];
  for (const to of work.notice!.to) {
    if ('personalEmail' in to) found.push(work.personFacts.personalEmail ?? '');
    else found.push(...(await peopleFor(engine, work, to)).map((it) => it.email));
  }
  return [...new Set(found.map((it) => it.toLowerCase()))].filter((it) => it !== '');
}

/** One receiver whom the server refuses must not keep the others from being told. */
async function sendAll(engine: Engine, work: Work, addresses: readonly string[]): Promise<void> {
  const { text } = work.notice!;
  // Never a name in the subject of a confidential one: subjects are read on lock screens.
  const subject = work.departure.confidential ? 'A message for you' : work.notice!.subject;
  let refusal: ConnectorError | null = null;
  for (const [i, to] of addresses.entries()) {
    engine.failpoint('during the call');
    const sent = await sendLetter(engine, { to, subject, text, id: `notice-${work.id}-${i}` });
    switch (sent.kind) {
      case 'sent':
        await keepReceipt(engine.pool, {
          stepId: work.id,
          recipient: to,
          receipt: sent.receipt,
        });
        break;
      case 'no mail':
        throw new ConnectorError({
          kind: 'rejected',
          detail:
            'no mail connection is set; set one (gatehouse settings set alerts), then try again',
        });
      case 'failed': {
        const { failure } = sent;
        const error = new ConnectorError({ ...failure, detail: `${to}: ${failure.detail}` });
        if (failure.kind !== 'rejected') throw error;
        refusal ??= error;
      }
    }
  }
  if (refusal) throw refusal;
}

async function acknowledge(
  engine: Engine,
  work: Work,
  receipts: readonly string[],
  claim: { fence: string; attempt: number; summary: string } | null,
): Promise<void> {
  await settle(engine, work, {
    type: 'step.acknowledged',
    grade: 'acknowledged',
    after: { receipts },
    because: `The mail server took ${receipts.length === 1 ? 'it' : `all ${receipts.length}`}.`,
    summary: claim?.summary ?? null,
    fence: claim?.fence ?? null,
    applied: true,
    ...(claim ? { attempt: claim.attempt } : {}),
  });
}
