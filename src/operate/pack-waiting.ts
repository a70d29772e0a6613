import { setTimeout as pause } from 'node:timers/promises';
import type { MadePack } from '#ledger/exported.ts';

/** How long a pack waits for witnesses, and how often it looks. */
export interface Patience {
  readonly patienceMs: number;
  readonly lookMs: number;
}

const usual: Patience = { patienceMs: 10 * 60_000, lookMs: 2_000 };

/**
 * Makes a pack as soon as enough witnesses have signed, and without them when they do not in time: better one whose
 * check says what it lacks than none. `quorum` 0: there is nobody to wait for.
 */
export async function madeWhenSigned(
  make: (withoutQuorum: boolean) => Promise<MadePack>,
  { quorum, say, patience = usual }: Waiting,
): Promise<MadePack> {
  let made = await make(false);
  if (made.kind !== 'not signed yet' || quorum === 0) return made;
  say(`It waits, ten minutes at most, until ${quorum} of the witnesses have signed.`);
  for (const end = performance.now() + patience.patienceMs; performance.now() < end; ) {
    await pause(patience.lookMs);
    made = await make(false);
    if (made.kind !== 'not signed yet') return made;
  }
  made = await make(true);
  if (made.kind === 'made') {
    say('Not enough witnesses have signed: the pack lacks their quorum, and its check says so.');
  }
  return made;
}

interface Waiting {
  readonly quorum: number;
  readonly say: (line: string) => void;
  readonly patience?: Patience;
}
