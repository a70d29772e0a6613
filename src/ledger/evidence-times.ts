import { base64 } from '#core/note.ts';
import { type Bracket, bracketOf, type Stamp } from '#core/outside-time.ts';
import { consistencyRanges, hashOf, tilesOf } from '#core/tree-proof.ts';
import type { Trust } from '#core/trust.ts';
import { type Db, sql } from '#store/sql.ts';
import { certificateDigest } from './certificate-chain.ts';
import type { SignedTree } from './evidence.ts';
import type { ContextFact } from './evidence-context.ts';
import { sha256 } from './hash.ts';
import { certificatesIn } from './pack-stamp.ts';
import { loadTiles } from './tiles.ts';
import type { PackEntry } from './zip.ts';

/** Between which outside times facts came into the record, with all that shows it. */
export interface PackTimes {
  /** The facts that name the time stamps. */
  readonly context: readonly ContextFact[];
  readonly entries: readonly PackEntry[];
  /** The bracket of the fact with this index. */
  bracketOf(index: number): Bracket;
}

/**
 * The time stamps next to these facts on both sides, as far as the signed tree names them: what it does not
 * name could be exchanged for another.
 */
export async function timesOf(
  db: Db,
  indices: readonly number[],
  signed: SignedTree,
): Promise<PackTimes> {
  const tokens = await tokensAround(db, indices, signed);
  const renamed = await renamingsOf(db, tokens, signed);
  const stamps: readonly Stamp[] = tokens.map(({ tsa, at, size, generation, idx }) => {
    return { by: tsa, at: at.toISOString(), size, generation, anchor: idx };
  });
  return {
    context: [...renamed, ...tokens].map(({ idx, leaf }) => ({
      idx,
      leaf: leaf.toString('utf8'),
    })),
    entries: await entriesOf(db, tokens, signed),
    bracketOf: (index) => bracketOf(index, stamps),
  };
}

interface Token {
  /** The name of the record when it was stamped: that of now, or of an earlier epoch. */
  readonly origin: string;
  readonly size: number;
  readonly tsa: string;
  readonly generation: number;
  readonly tsr: Buffer;
  readonly at: Date;
  readonly chainPem: string;
  /** Of the state that was stamped. */
  readonly note: string;
  /** Of the fact that names it. */
  readonly idx: number;
  readonly leaf: Buffer;
}

/**
 * For each authority and fact the newest time stamp before it and the earliest after it, with all newer ones over
 * these. Those of an earlier epoch count up to where the record was continued: what came after that was lost.
 */
async function tokensAround(
  db: Db,
  indices: readonly number[],
  { origin, size }: SignedTree,
): Promise<readonly Token[]> {
  const { rows } = await db.query<Token & { tsa: string }>(sql`
    with epoch as (
      select ${origin}::text as origin, ${size}::bigint as upto
      union all
      select body -> 'data' ->> 'prev_origin', min(idx)
        from ledger.event_ix
       where type = 'log.continued'
         and idx < ${size}
         and body -> 'data' ->> 'prev_origin' <> ${origin}
       group by 1
    ), authority as (
      select distinct tsa from ledger.tsa_token join epoch using (origin)
    ), wanted as (
      select tsa, earlier.size
        from authority, unnest(${indices}::bigint[]) as fact (idx), lateral (
             select (body -> 'data' ->> 'size')::bigint as size
               from ledger.event_ix
              where type = 'anchor.received'
                and body -> 'data' ->> 'name' = tsa
                and ledger.event_ix.idx < fact.idx
                and exists (select from epoch
                              join ledger.tsa_token as token using (origin)
                             where token.tsa = authority.tsa
                               and token.size = (body -> 'data' ->> 'size')::bigint
                               and token.size <= upto)
              order by ledger.event_ix.idx desc
              limit 1) as earlier
      union
      select tsa, later.size
        from authority, unnest(${indices}::bigint[]) as fact (idx), lateral (
             select min(one.size) as size
               from epoch, lateral (
                    select token.size
                      from ledger.tsa_token as token
                     where token.origin = epoch.origin
                       and token.tsa = authority.tsa
                       and generation = 0
                       and token.size > fact.idx
                       and token.size <= upto
                     order by token.size
                     limit 1) as one) as later
    )
    select token.origin, token.size::float8 as size, tsa, generation, tsr, gen_time as at, chain_pem as "chainPem", note,
           named.idx::float8 as idx, named.leaf
      from wanted
      join ledger.tsa_token as token using (tsa, size)
      join epoch on epoch.origin = token.origin and token.size <= upto
      join ledger.checkpoint on checkpoint.origin = token.origin and checkpoint.size = token.size
      join lateral (
             select event.idx, leaf
               from ledger.event_ix as event
               join ledger.entry using (idx)
              where type = 'anchor.received'
                and event.idx >= token.size
                and event.idx < ${size}
                and body -> 'data' ->> 'digest'
                    = translate(rtrim(encode(sha256(tsr), 'base64'), '='), '+/', '-_')
              order by event.idx
              limit 1) as named on true
     order by token.size, tsa, generation
  `);
  return rows;
}

/** The facts that say by which earlier names the record went when these were stamped. */
async function renamingsOf(
  db: Db,
  tokens: readonly Token[],
  { origin, size }: SignedTree,
): Promise<readonly { readonly idx: number; readonly leaf: Buffer }[]> {
  const names = tokens.map((it) => it.origin).filter((it) => it !== origin);
  if (names.length === 0) return [];
  const { rows } = await db.query<{ idx: number; leaf: Buffer }>(sql`
    select distinct on (body -> 'data' ->> 'prev_origin') idx::float8 as idx, leaf
      from ledger.event_ix
      join ledger.entry using (idx)
     where type = 'log.continued'
       and idx < ${size}
       and body -> 'data' ->> 'prev_origin' = any (${[...new Set(names)]})
     order by body -> 'data' ->> 'prev_origin', idx
  `);
  return rows.toSorted((a, b) => a.idx - b.idx);
}

async function entriesOf(
  db: Db,
  tokens: readonly Token[],
  signed: SignedTree,
): Promise<readonly PackEntry[]> {
  const notes = new Map(tokens.map(({ size, note }) => [size, note]));
  const ranges = [...notes.keys()].flatMap((size) => consistencyRanges(size, signed.size));
  const hashesAt = await loadTiles(db, tilesOf(ranges));
  const states = [...notes].flatMap(([size, note]): PackEntry[] => {
    const proof = consistencyRanges(size, signed.size).map((it) => hashOf(sha256, it, hashesAt));
    return [
      [`tsa/${size}.checkpoint`, note],
      [`tsa/${size}.consistency`, proof.map((hash) => `${base64(hash)}\n`).join('')],
    ];
  });
  const replies = tokens.map(({ size, tsa, generation, tsr }): PackEntry => {
    return [`tsa/${size}.${tsa}.${generation}.tsr`, tsr];
  });
  const chains = [...Map.groupBy(tokens, ({ tsa }) => tsa)].map(([tsa, own]): PackEntry => {
    const certificates = own.flatMap(({ chainPem }) => certificatesIn(chainPem).map(String));
    return [`tsa/${tsa}.chain.pem`, [...new Set(certificates)].join('')];
  });
  return [...states, ...replies, ...chains];
}

/** Everybody who ever stamped this installation's record, with what their certificates led to. */
export async function tsasOf(db: Db): Promise<NonNullable<Trust['tsas']>> {
  const { rows } = await db.query<{ tsa: string; chains: string[] }>(sql`
    select tsa, array_agg(distinct chain_pem) as chains from ledger.tsa_token group by tsa order by tsa
  `);
  return rows.map(({ tsa, chains }) => {
    const roots = chains.map((pem) => certificateDigest(certificatesIn(pem).at(-1)!));
    return { name: tsa, ca_sha256: [...new Set(roots)].toSorted() };
  });
}
