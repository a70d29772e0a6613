import { type Db, sql } from '#store/sql.ts';

/** A fact of no case that a pack relies on. */
export interface ContextFact {
  /** Its place in the record, from 0. */
  readonly idx: number;
  /** The exact leaf. */
  readonly leaf: string;
}

/** What of a case's facts points outside of the case. */
interface Pointing {
  readonly data?: Readonly<Record<string, unknown>> | undefined;
  readonly target?: { readonly ref?: string | undefined } | undefined;
}

/**
 * The facts outside a case that its own facts rely on, as far as the tree of this size holds them: which
 * passkey whoever decided had registered, and that the person was erased. In the order of the record.
 */
export async function contextOf(
  db: Db,
  leaves: readonly Pointing[],
  size: number,
): Promise<readonly ContextFact[]> {
  const credentials = leaves
    .map(({ data }) => data?.['credential_id'])
    .filter((it) => typeof it === 'string');
  const refs = [...new Set(leaves.flatMap(({ target }) => target?.ref ?? []))];
  const { rows } = await db.query<{ idx: number; leaf: Buffer }>(sql`
    select idx::float8 as idx, leaf
      from ledger.event_ix
      join ledger.entry using (idx)
     where type in ('passkey.registered', 'subject.erased')
       and (body -> 'data' ->> 'credential_id' = any (${[...new Set(credentials)]})
            or person_ref = any (${refs}))
       and ledger.event_ix.idx < ${size}
     order by ledger.event_ix.idx
  `);
  return rows.map(({ idx, leaf }) => ({ idx, leaf: leaf.toString('utf8') }));
}
