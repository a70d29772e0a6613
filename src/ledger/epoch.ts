import type pg from 'pg';
import { inTransaction, type Pool, sql } from '#store/sql.ts';
import { newestCheckpoint } from './fork-guard.ts';
import { headOf } from './head.ts';
import { markIn } from './mark.ts';
import { aboutNobody, record } from './record.ts';

export interface NewEpoch {
  readonly from: string;
  readonly to: string;
  /** How many facts had been signed that this database does not have. */
  readonly lost: number;
}

/**
 * Begins a new epoch: the record goes on as this database has it, under another name and with new keys,
 * and its next fact says so, with the last note of the old name and what was lost. What was signed before
 * stays good as far as somebody outside holds it.
 *
 * `admin` may rename the log, which no process of the program may; `scribe` states the fact.
 */
export async function beginEpoch(
  { admin, scribe }: { admin: pg.Pool; scribe: Pool },
  markFolder: string,
  reason: string,
): Promise<NewEpoch> {
  const mark = markIn(markFolder);
  const marked = await mark.read().catch(() => null);
  const head = await headOf(admin);
  const newest = await newestCheckpoint(scribe, head.origin);
  const to = nextOrigin(head.origin);
  const signed = Math.max(marked?.size ?? 0, newest?.size ?? 0);
  const lost = Math.max(0, signed - head.size);
  await inTransaction(scribe, (tx) =>
    record(tx, aboutNobody, [
      {
        type: 'log.continued',
        actor: { kind: 'system', id: 'scribe', auth: 'none' },
        data: {
          prev_origin: head.origin,
          prev_note: newest?.note ?? '',
          reason,
          lost_from: lost > 0 ? head.size : null,
          lost_to: lost > 0 ? signed : null,
        },
      },
    ]),
  );
  // Cut off between these, the guard still refuses, and the command is run again.
  await mark.write({ origin: to, size: head.size, root: head.root });
  await admin.query(sql`update ledger.head set origin = ${to}`);
  await admin.query(sql`delete from ledger.fork`);
  return { from: head.origin, to, lost };
}

/** The last element of an origin counts the epochs: `…/01` is followed by `…/02`. */
export function nextOrigin(origin: string): string {
  const [, name = '', epoch = ''] = /^(.*\/)(\d+)$/.exec(origin) ?? [];
  if (epoch === '') return `${origin}/02`;
  return `${name}${(Number(epoch) + 1).toString().padStart(epoch.length, '0')}`;
}
