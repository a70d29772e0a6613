import { caseFolder, type PeriodCases, periodText } from '#core/period.ts';
import { type Db, sql } from '#store/sql.ts';
import { caseEntries, type Press, quorumWords, sealedCase, sharedEntries } from './evidence.ts';
import { type ContextFact, contextOf } from './evidence-context.ts';
import { timesOf } from './evidence-times.ts';
import { type LastPruning, lastPruning } from './pruned.ts';
import type { PackEntry } from './zip.ts';

export interface Period {
  readonly from: Date;
  /** Exclusive. */
  readonly to: Date;
}

/** Every case that was sealed in a period, as far as the signed tree holds all of it, in the order of the first seal there. */
export async function casesSealedIn(
  { db, signed }: Pick<Press, 'db' | 'signed'>,
  { from, to }: Period,
): Promise<PeriodCases['cases']> {
  const { rows } = await db.query<{ caseId: string; sealedAt: string[]; facts: number }>(sql`
    select case_id as "caseId",
           array_agg(body ->> 'at' order by idx) filter (where at >= ${from} and at < ${to}) as "sealedAt",
           max((body -> 'data' ->> 'count')::integer) as facts
      from ledger.event_ix
     where type = 'case.sealed'
       and idx < ${signed.size}
       and case_id not in (select chain.case_id from ledger.chain where pruned_at is not null)
     group by case_id
    having bool_or(at >= ${from} and at < ${to})
     order by min(idx) filter (where at >= ${from} and at < ${to})
  `);
  return rows.map((it) => ({ case: it.caseId, sealed_at: it.sealedAt, facts: it.facts }));
}

/**
 * A pack for a period, entry by entry, so that no more than one case lies in memory: every case that was sealed in
 * it, and that the record was alive. `withheld` are those whose reader may not know them; they are counted.
 */
export async function* periodEntries(
  press: Press,
  period: Period,
  withheld: ReadonlySet<string>,
): AsyncGenerator<PackEntry> {
  const { db, keys, signed } = press;
  const all = await casesSealedIn(press, period);
  const cases = all.filter((it) => !withheld.has(it.case));
  const list: PeriodCases = {
    v: 1,
    from: period.from.toISOString(),
    to: period.to.toISOString(),
    cases,
    withheld: all.length - cases.length,
  };
  yield ['README.txt', readme(list, press, await lastPruning(db))];
  yield ['cases.json', periodText(list)];
  const times = await timesOf(db, await gradedIn(press, cases), signed);
  const context = new Map<number, ContextFact>();
  for (const it of cases) {
    const found = await sealedCase(db, keys, it.case, signed.size);
    if (!found) throw new Error(`The case ${it.case} is listed as sealed, and has no facts.`);
    for (const fact of await contextOf(db, found.leaves, signed.size)) context.set(fact.idx, fact);
    for (const [name, content] of await caseEntries(press, found, times)) {
      yield [`${caseFolder(it.case)}${name}`, content];
    }
  }
  for (const fact of await signsOfLife(db, period, signed.size)) context.set(fact.idx, fact);
  // Those of the time stamps come with them.
  for (const { idx } of times.context) context.delete(idx);
  const inOrder = [...context.values()].toSorted((a, b) => a.idx - b.idx);
  yield* await sharedEntries(press, inOrder, times);
}

/** The places of all facts that gave a grade. */
async function gradedIn(
  { db, signed }: Press,
  cases: PeriodCases['cases'],
): Promise<readonly number[]> {
  const ids = cases.map((it) => it.case);
  const { rows } = await db.query<{ idx: number }>(sql`
    select idx::float8 as idx
      from ledger.event_ix
     where case_id = any (${ids})
       and grade is not null
       and idx < ${signed.size}
     order by idx
  `);
  return rows.map(({ idx }) => idx);
}

/** The heartbeats of the period with the nearest before and after, so that its edges are shown as well. */
async function signsOfLife(
  db: Db,
  { from, to }: Period,
  size: number,
): Promise<readonly ContextFact[]> {
  const { rows } = await db.query<{ idx: number; leaf: Buffer }>(sql`
    select idx::float8 as idx, leaf
      from ledger.event_ix
      join ledger.entry using (idx)
     where type = 'log.heartbeat'
       and idx < ${size}
       and at >= coalesce((select max(at) from ledger.event_ix where type = 'log.heartbeat' and at < ${from}), ${from})
       and at <= coalesce((select min(at) from ledger.event_ix where type = 'log.heartbeat' and at >= ${to}), ${to})
     order by idx
  `);
  return rows.map(({ idx, leaf }) => ({ idx, leaf: leaf.toString('utf8') }));
}

const prunedWords = (from: string, it: LastPruning | null): string =>
  it === null || it.newest < new Date(from)
    ? ''
    : `Facts that were recorded until ${it.newest.toISOString()} were pruned on ${it.at.toISOString()}, as their time was over: cases whose
facts all went are not in here.\n`;

const readme = (
  { from, to, cases, withheld }: PeriodCases,
  press: Press,
  pruning: LastPruning | null,
): string => `Evidence of every case that was sealed from ${from} until before ${to}

${cases.length} cases, each in cases/ID/ with its report.pdf, its facts as they were recorded, byte for byte, and a proof for
each that it is in the signed log. cases.json lists them. ${press.keys ? 'disclosures.json holds the personal values of each.' : 'The personal values were left out.'}
${withheld === 0 ? '' : `${withheld} confidential cases of the period were left out: whoever asked may not know which.\n`}${prunedWords(from, pruning)}${quorumWords(press)}
To check one fact with bash and openssl 3, and nothing of ours:

  bash verify.sh cases/ID/events/N.json cases/ID/events/N.tlog-proof log.vkey

To check all of it, case by case:  gatehouse verify PACK.zip
That no case is missing from the list no pack can show by itself. Hold it against the list of the HR system, or against
the whole record (gatehouse ledger export). Compare log.vkey with the keys that you received another way.
`;
