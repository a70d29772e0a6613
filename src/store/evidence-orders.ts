import type { Language } from '#core/language.ts';
import { type Db, sql } from './sql.ts';

/** A pack that somebody asked for; without the file. */
export interface EvidenceOrder {
  readonly id: string;
  readonly caseId: string;
  readonly askedBy: string;
  readonly personal: boolean;
  readonly language: Language | null;
  readonly askedAt: Date;
  /** Then the file goes. */
  readonly expiresAt: Date;
  readonly status: 'waiting' | 'made' | 'failed';
  readonly because: string | null;
  readonly digest: string | null;
  readonly size: number | null;
}

const columns = sql`
  id, case_id as "caseId", asked_by as "askedBy", personal, language, asked_at as "askedAt",
  expires_at as "expiresAt", status, because, digest, size`;

export async function orderEvidence(
  db: Db,
  it: Pick<EvidenceOrder, 'id' | 'caseId' | 'askedBy' | 'personal' | 'language'>,
): Promise<EvidenceOrder> {
  const { rows } = await db.query<EvidenceOrder>(sql`
    insert into evidence_orders (id, case_id, asked_by, personal, language)
    values (${it.id}, ${it.caseId}, ${it.askedBy}, ${it.personal}, ${it.language})
    returning ${columns}
  `);
  return rows[0]!;
}

/** Null also once it has expired. */
export async function loadEvidenceOrder(db: Db, id: string): Promise<EvidenceOrder | null> {
  const { rows } = await db.query<EvidenceOrder>(sql`
    select ${columns} from evidence_orders where id = ${id} and expires_at > clock_timestamp()
  `);
  return rows[0] ?? null;
}

/** The sealed file of an order that was made. */
export async function sealedEvidence(db: Db, id: string): Promise<Buffer | null> {
  const { rows } = await db.query<{ ct: Buffer | null }>(sql`
    select ct from evidence_orders where id = ${id} and expires_at > clock_timestamp()
  `);
  return rows[0]?.ct ?? null;
}

/** The oldest order that nobody works on; held until the end of the transaction. */
export async function nextEvidenceOrder(tx: Db): Promise<EvidenceOrder | null> {
  const { rows } = await tx.query<EvidenceOrder>(sql`
    select ${columns}
      from evidence_orders
     where status = 'waiting'
       and expires_at > clock_timestamp()
     order by asked_at
     limit 1
       for update skip locked
  `);
  return rows[0] ?? null;
}

export async function keepEvidence(
  tx: Db,
  id: string,
  it: { digest: string; size: number; ct: Uint8Array },
): Promise<void> {
  await tx.query(sql`
    update evidence_orders
       set status = 'made', digest = ${it.digest}, size = ${it.size}, ct = ${it.ct}
     where id = ${id}
  `);
}

export async function failEvidence(tx: Db, id: string, because: string): Promise<void> {
  await tx.query(sql`
    update evidence_orders set status = 'failed', because = ${because} where id = ${id}
  `);
}

export async function forgetOldEvidence(db: Db): Promise<void> {
  await db.query(sql`delete from evidence_orders where expires_at <= clock_timestamp()`);
}
