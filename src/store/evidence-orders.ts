import type { Language } from '#core/language.ts';
import { type Db, sql } from './sql.ts';

/** A pack that somebody asked for; without the file. */
export interface EvidenceOrder {
  readonly id: string;
  /** Null: it is for a period. */
  readonly caseId: string | null;
  /** Days in UTC, both included; null: it is for a case. */
  readonly from: string | null;
  readonly to: string | null;
  /** Whether whoever asked may know the confidential cases of others. */
  readonly secret: boolean;
  /** What the key of its file is called; null: that of the person whom the case is about. */
  readonly subject: string | null;
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
  id, case_id as "caseId", to_char(from_day, 'YYYY-MM-DD') as "from", to_char(to_day, 'YYYY-MM-DD') as "to", secret, subject,
  asked_by as "askedBy", personal, language, asked_at as "askedAt",
  expires_at as "expiresAt", status, because, digest, size`;

export async function orderEvidence(
  db: Db,
  it: Pick<
    EvidenceOrder,
    'id' | 'caseId' | 'from' | 'to' | 'secret' | 'subject' | 'askedBy' | 'personal' | 'language'
  >,
): Promise<EvidenceOrder> {
  const { rows } = await db.query<EvidenceOrder>(sql`
    insert into evidence_orders (id, case_id, from_day, to_day, secret, subject, asked_by, personal, language)
    values (${it.id}, ${it.caseId}, ${it.from}, ${it.to}, ${it.secret}, ${it.subject}, ${it.askedBy}, ${it.personal}, ${it.language})
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

/** Those for a period hold many people: the erasure of any of them takes all along. */
export async function forgetPeriodEvidence(tx: Db): Promise<void> {
  await tx.query(sql`delete from evidence_orders where case_id is null and ct is not null`);
}
