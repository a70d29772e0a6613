import type { Failure } from '#core/failure.ts';
import type { Work } from '#store/steps.ts';
import type { Claimed } from './call.ts';
import type { Engine } from './engine.ts';
import { settle } from './settle.ts';

/** Nobody has set up how mail leaves the house. */
export const noMailSet: Failure = {
  kind: 'rejected',
  detail: 'no mail connection is set; set one (gatehouse settings set alerts), then try again',
};

/** Settles a step whose letters the mail server has taken. `claim` null: they went out in an earlier pass. */
export async function acknowledgeLetters(
  engine: Engine,
  work: Work,
  it: {
    readonly receipts: readonly string[];
    readonly because: string;
    readonly claim: Claimed | null;
  },
): Promise<void> {
  const { receipts, because, claim } = it;
  await settle(engine, work, {
    type: 'step.acknowledged',
    grade: 'acknowledged',
    after: { receipts },
    because,
    summary: claim?.summary ?? null,
    fence: claim?.fence ?? null,
    applied: true,
    ...(claim ? { attempt: claim.attempt } : {}),
  });
}
