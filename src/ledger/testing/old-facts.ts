import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { loadPruning, type PruningRow } from '#store/prunings.ts';
import { inTransaction, sql } from '#store/sql.ts';
import { type Pruned, prune } from '../prune.ts';
import type { SignedLog } from './signed-log.ts';

/** Has the facts below a size been recorded so many months ago, as only whoever gets around all triggers can. */
export async function makeOld(admin: pg.Pool, size: number, months: number): Promise<void> {
  await behindTheGuards(
    admin,
    `update ledger.entry set integrated_at = integrated_at - make_interval(months => ${months}) where idx < ${size}`,
  );
}

/** Puts a pruning there that two people have approved, without their signatures, and carries it out. */
export async function pruneApproved(log: SignedLog, size: number): Promise<Pruned> {
  const { admin, scribe } = log.ledger.pools;
  const it = await approved(admin, log.origin, size);
  return inTransaction(scribe, (tx) => prune(tx, it));
}

export async function approved(admin: pg.Pool, origin: string, size: number): Promise<PruningRow> {
  const id = randomUUID();
  await behindTheGuards(
    admin,
    `insert into prunings (id, version, state, origin, before_size, newest_at, months, digest, requested_by, requested_at,
                           expires_at, first_by, first_at, first_assertion, second_by, second_at, second_assertion)
     select '${id}', 3, 'approved', '${origin}', ${size}, max(integrated_at), 84, sha256(''), 'u_a', clock_timestamp(),
            clock_timestamp() + interval '7 days', 'u_b', clock_timestamp(), '{}', 'u_c', clock_timestamp(), '{}'
       from ledger.entry where idx < ${size}`,
  );
  return (await loadPruning(admin, id))!;
}

export async function behindTheGuards(admin: pg.Pool, text: string): Promise<void> {
  await inTransaction(admin, async (tx) => {
    await tx.query(sql`set local session_replication_role = replica`);
    for (const one of text.split(';')) await tx.query({ name: '', text: one, values: [] });
  });
}
