import type { Trust } from '#core/trust.ts';
import type { Db } from '#store/sql.ts';
import { tsasOf } from './evidence-times.ts';
import { logKeysOf } from './log-keys.ts';
import type { WitnessPolicy } from './witnesses.ts';

/** The keys of a log with the sizes they signed. */
export async function trustOf(
  db: Db,
  origin: string,
  { witnesses, quorum }: WitnessPolicy,
): Promise<Trust> {
  const keys = await logKeysOf(db, origin);
  const ranges = keys.map(({ vkey, fromSize, toSize }) => ({
    vkey,
    from_size: fromSize,
    to_size: toSize,
  }));
  return {
    v: 1,
    logs: [{ origin, keys: ranges }],
    tsas: await tsasOf(db),
    witnesses: [...witnesses],
    quorum: quorum > 0 ? quorum : 'none',
  };
}
