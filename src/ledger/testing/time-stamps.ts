import { X509Certificate } from 'node:crypto';
import type { TimeStampAuthority } from '../../../practice/servers/time-stamp-authority.ts';
import type { Authority } from '../time-stamp-authority.ts';
import { openTimeStamps, type TimeStampOptions } from '../time-stamps.ts';
import type { SignedLog } from './signed-log.ts';

/** An authority on this machine as it would be configured. */
export const asAuthority = (name: string, { url, keys }: TimeStampAuthority): Authority => ({
  name,
  url,
  roots: [new X509Certificate(keys.caPem)],
  others: [],
});

/** Has what is signed stamped by each of them now, if it is not yet, and what says so signed. */
export async function stampNow(
  log: SignedLog,
  authorities: readonly Authority[],
  more: Partial<TimeStampOptions> = {},
): Promise<void> {
  const { scribe } = log.ledger.pools;
  const onError = (error: unknown) => {
    throw error;
  };
  const stamps = openTimeStamps({ authorities, onError, everyMs: 0, ...more });
  await stamps.look(scribe);
  await stamps.stop();
  await log.ledger.sequenceAll();
  await log.signer.sign(scribe);
}
