import { vkeyOf } from '#core/note.ts';
import { type Db, inTransaction, type Pool, type Sql, sql } from '#store/sql.ts';
import type { KnownWitness } from './cosignatures.ts';
import { sha256 } from './hash.ts';

/** Who has to cosign. */
export interface WitnessPolicy {
  readonly witnesses: readonly { readonly name: string; readonly vkey: string }[];
  /** How many of them must have signed a state before a pack stands on it; 0: none. */
  readonly quorum: number;
}

/** Leaves the configured witnesses and no others where packs and alerts look for them. */
export async function keepWitnesses(
  pool: Pool,
  witnesses: readonly KnownWitness[],
  quorum: number,
): Promise<void> {
  const names = witnesses.map(({ name }) => name);
  const vkeys = witnesses.map(({ key }) => vkeyOf(sha256, key));
  await inTransaction(pool, async (tx) => {
    await tx.query(sql`
      delete from ledger.witness
       where (name, vkey) not in (select * from unnest(${names}::text[], ${vkeys}::text[]))
    `);
    await tx.query(sql`
      insert into ledger.witness (name, vkey)
      select * from unnest(${names}::text[], ${vkeys}::text[])
          on conflict (name) do nothing
    `);
    await tx.query(sql`update ledger.quorum set needed = ${quorum} where needed <> ${quorum}`);
  });
}

/** Remembers how asking a witness went. `problem` null: well. */
export async function noteWitness(db: Db, name: string, problem: string | null): Promise<void> {
  await db.query(sql`
    update ledger.witness
       set problem = ${problem}::text,
           failing_since = case when ${problem}::text is not null
                                then coalesce(failing_since, clock_timestamp()) end
     where name = ${name}
       and problem is distinct from ${problem}::text
  `);
}

export interface SilentWitness {
  readonly name: string;
  readonly problem: string;
  readonly since: Date;
}

/** The witnesses that have not signed for longer than this, though they were asked. */
export const witnessesSilent = (longerMs: number): Sql => sql`
    select name, problem, failing_since as since
      from ledger.witness
     where failing_since < clock_timestamp() - ${longerMs} * interval '1 millisecond'
     order by name
`;

export async function silentWitnesses(db: Db, longerMs: number): Promise<readonly SilentWitness[]> {
  const { rows } = await db.query<SilentWitness>(witnessesSilent(longerMs));
  return rows;
}

export async function witnessPolicy(db: Db): Promise<WitnessPolicy> {
  const { rows: witnesses } = await db.query<{ name: string; vkey: string }>(sql`
    select name, vkey from ledger.witness order by name
  `);
  const { rows } = await db.query<{ needed: number }>(sql`select needed from ledger.quorum`);
  return { witnesses, quorum: rows[0]?.needed ?? 0 };
}
