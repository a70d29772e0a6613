import { readFileSync } from 'node:fs';
import { CaseLeaf, caseSummary, summaryText } from '#core/case-summary.ts';
import { keysFor } from '#core/cosigned.ts';
import { eventFiles } from '#core/event-rows.ts';
import type { PackFiles, PackFolder } from '#core/evidence-check.ts';
import type { Language } from '#core/language.ts';
import { tlogProofText } from '#core/tlog-proof.ts';
import { hashOf, inclusionRanges, type Range, tilesOf } from '#core/tree-proof.ts';
import type { Trust } from '#core/trust.ts';
import type { Db } from '#store/sql.ts';
import { openBlob, readOpenBlob } from './blob.ts';
import { cosignedCheckpoint } from './cosignatures.ts';
import { type ContextFact, contextOf } from './evidence-context.ts';
import { type PackTimes, timesOf } from './evidence-times.ts';
import type { newestCheckpoint } from './fork-guard.ts';
import { sha256 } from './hash.ts';
import { headOf } from './head.ts';
import { vkeyLines } from './log-keys.ts';
import { trustOf } from './log-trust.ts';
import { policyText } from './policy.ts';
import { prunedAt } from './pruned.ts';
import type { SubjectKeys } from './record.ts';
import { type ReportNames, reportNames, reportOf } from './report/case-report.ts';
import { type ExportedEvent, exportEvents } from './search.ts';
import { loadTiles } from './tiles.ts';
import { verifyPage } from './verify-page.ts';
import { type WitnessPolicy, witnessPolicy } from './witnesses.ts';
import type { PackEntry } from './zip.ts';

/** An evidence pack, or why there is none yet. */
export type Evidence =
  | { readonly kind: 'pack'; readonly files: PackFiles }
  | { readonly kind: 'not complete' }
  | { readonly kind: 'not signed yet' }
  /** The facts of the case are gone since then. */
  | { readonly kind: 'pruned'; readonly at: Date };

const script = readFileSync(new URL('verify.sh', import.meta.url));

/** The newest signed state, which every proof in a pack leads to. */
export type SignedTree = NonNullable<Awaited<ReturnType<typeof newestCheckpoint>>>;

/** What every part of a pack is made with: one snapshot of the record, and what its reader may see. */
export interface Press {
  readonly db: Db;
  /** Null: no personal values. */
  readonly keys: SubjectKeys | null;
  readonly signed: SignedTree;
  /** How many witnesses should have signed and have not, as the pack was not to wait; 0: nothing is missing. */
  readonly quorumMissed: number;
  readonly trust: Trust;
  readonly names: ReportNames;
}

/** One case up to its last seal, with the facts as they stand in the record. */
export interface SealedCase {
  readonly caseId: string;
  readonly events: readonly ExportedEvent[];
  readonly leaves: readonly CaseLeaf[];
}

/**
 * Everything that proves one case up to its last seal, as files: the facts to the byte, a proof for each, the
 * values that the reader may see (`keys` null: none), and what is needed to check it without Gatehouse.
 * To be run on one snapshot. `language` is that of the report; null: that of the company.
 */
export async function evidenceOf(
  db: Db,
  keys: SubjectKeys | null,
  caseId: string,
  language: Language | null = null,
  withoutQuorum = false,
): Promise<Evidence> {
  const pruned = await prunedAt(db, caseId);
  if (pruned) return { kind: 'pruned', at: pruned };
  const found = await sealedCase(db, keys, caseId);
  if (!found) return { kind: 'not complete' };
  const press = await openPress(db, keys, language, withoutQuorum);
  if (!press || found.events.at(-1)!.idx >= press.signed.size) return { kind: 'not signed yet' };
  const context = await contextOf(db, found.leaves, press.signed.size);
  const times = await timesFor(press, [found]);
  const entries = [
    ['README.txt', readme(found, press, times)] as const,
    ...(await caseEntries(press, found, times)),
    ...(await sharedEntries(press, context, times)),
  ];
  const bytes = entries.map(([name, it]) => [name, Buffer.from(it as string)] as const);
  return { kind: 'pack', files: new Map(bytes) };
}

/** Null: nothing was signed yet, or not by enough witnesses. */
export async function openPress(
  db: Db,
  keys: SubjectKeys | null,
  language: Language | null,
  withoutQuorum = false,
): Promise<Press | null> {
  const policy = await witnessPolicy(db);
  const needed = withoutQuorum ? { ...policy, quorum: 0 } : policy;
  const signed = await cosignedCheckpoint(db, (await headOf(db)).origin, needed);
  if (!signed) return null;
  const trust = await trustOf(db, signed.origin, policy);
  const names = await reportNames(db, { personal: keys !== null, language });
  const whole = withoutQuorum ? await cosignedCheckpoint(db, signed.origin, policy) : signed;
  const quorumMissed = whole?.size === signed.size ? 0 : policy.quorum;
  return { db, keys, signed, quorumMissed, trust, names };
}

/** The facts of a case up to its last seal in a tree of this size; null: it has none. */
export async function sealedCase(
  db: Db,
  keys: SubjectKeys | null,
  caseId: string,
  size = Number.POSITIVE_INFINITY,
): Promise<SealedCase | null> {
  const all: ExportedEvent[] = [];
  for await (const event of exportEvents(db, { caseIds: [caseId] }, keys)) {
    if (event.idx < size) all.push(event);
  }
  const events = all.slice(0, all.findLastIndex(({ type }) => type === 'case.sealed') + 1);
  const leaves = events.map(({ leaf }) => CaseLeaf.parse(JSON.parse(leaf)));
  return events.length === 0 ? null : { caseId, events, leaves };
}

/** Between which outside times the steps of these cases got their grades. */
export const timesFor = ({ db, signed }: Press, cases: readonly SealedCase[]): Promise<PackTimes> =>
  timesOf(
    db,
    cases.flatMap(({ events }) =>
      events.flatMap(({ grade, idx }) => (grade === null ? [] : [idx])),
    ),
    signed,
  );

/** What belongs to one case alone. In a pack for a period it lies in a folder of its own. */
export async function caseEntries(
  { db, keys, signed, trust, names }: Press,
  { events, leaves }: SealedCase,
  times: PackTimes,
): Promise<readonly PackEntry[]> {
  const indexOf = new Map(leaves.map((leaf, i) => [leaf, events[i]!.idx]));
  const summary = caseSummary(leaves, (leaf) => times.bracketOf(indexOf.get(leaf)!));
  const opened = events.flatMap(({ id, disclosures }) =>
    disclosures.flatMap((it) => (it.state === 'open' ? [{ ...it, id }] : [])),
  );
  const { csv, jsonl } = eventFiles(events);
  const vkeys = keysFor(trust, signed);
  const personal = keys !== null;
  return [
    ['report.pdf', await reportOf(db, names, { summary, events, personal, signed, vkeys, jsonl })],
    ['events.csv', csv],
    ['events.jsonl', jsonl],
    ['case.json', summaryText(summary)],
    ...(await proven(db, 'events', events, signed)),
    ['disclosures.json', `${JSON.stringify(opened.map(({ id, text }) => [id, text]))}\n`],
    ...(keys ? await blobsOf(db, keys, opened) : []),
    ...(await openBlobsOf(db, leaves)),
  ];
}

/** What every case in a pack shares: the facts they rely on, the signed state, and what it is checked with. */
export async function sharedEntries(
  { db, signed, trust }: Press,
  context: readonly ContextFact[],
  times: PackTimes,
): Promise<readonly PackEntry[]> {
  return [
    ...(await proven(db, 'context', [...context, ...times.context], signed)),
    ...times.entries,
    ['checkpoint', signed.note],
    ['trust.json', `${JSON.stringify(trust, null, 2)}\n`],
    ['log.vkey', vkeyLines(vkeysIn(trust))],
    ['policy.txt', policyText(vkeysIn(trust), policyIn(trust))],
    ['verify.html', await verifyPage()],
    ['verify.sh', script],
  ];
}

/** Each fact to the byte, and the proof that it is in the signed tree. */
async function proven(
  db: Db,
  folder: PackFolder,
  facts: readonly ContextFact[],
  { size, note }: { size: number; note: string },
): Promise<[string, string][]> {
  const hashesAt = await loadTiles(
    db,
    tilesOf(facts.flatMap(({ idx }) => inclusionRanges(idx, size))),
  );
  // Neighbours share most of their proofs, and a hash over 128 facts takes 127 others to compute.
  const known = new Map<string, Uint8Array>();
  const once = (range: Range): Uint8Array => {
    const key = `${range.start} ${range.end}`;
    const hash = known.get(key) ?? hashOf(sha256, range, hashesAt);
    known.set(key, hash);
    return hash;
  };
  return facts.flatMap(({ idx, leaf }): [string, string][] => {
    const hashes = inclusionRanges(idx, size).map(once);
    return [
      [`${folder}/${idx}.json`, leaf],
      [`${folder}/${idx}.tlog-proof`, tlogProofText({ index: idx, hashes, checkpoint: note })],
    ];
  });
}

const policyIn = ({ witnesses = [], quorum }: Trust): WitnessPolicy => ({
  witnesses,
  quorum: typeof quorum === 'number' ? quorum : 0,
});

const vkeysIn = ({ logs }: Trust): readonly string[] =>
  logs.flatMap(({ keys }) => keys.map(({ vkey }) => vkey));

/** The files that values of the facts name, as far as they are kept. */
async function blobsOf(
  db: Db,
  keys: SubjectKeys,
  opened: readonly { readonly name: string; readonly value: unknown }[],
): Promise<[string, Uint8Array][]> {
  const blobs = new Map<string, Uint8Array>();
  for (const { name, value } of opened) {
    if (!/^evidence\.\d+$/.test(name) || typeof value !== 'object' || value === null) continue;
    const hash: unknown = Reflect.get(value, 'sha256');
    if (typeof hash !== 'string' || !/^[0-9a-f]{64}$/.test(hash)) continue;
    const bytes = await openBlob(db, keys, hash);
    if (bytes) blobs.set(`blobs/${hash}`, bytes);
  }
  return [...blobs];
}

/** The files that the facts themselves name, which are about nobody: whoever may see the case may see them. */
async function openBlobsOf(db: Db, leaves: readonly CaseLeaf[]): Promise<[string, Uint8Array][]> {
  const blobs = new Map<string, Uint8Array>();
  for (const { sha256: hash } of leaves.flatMap(({ evidence = [] }) => evidence)) {
    const bytes = await readOpenBlob(db, hash);
    if (bytes) blobs.set(`blobs/${hash}`, bytes);
  }
  return [...blobs];
}

/** What the README says when it was issued before enough witnesses had signed. */
export const quorumWords = ({ quorumMissed }: Pick<Press, 'quorumMissed'>): string =>
  quorumMissed === 0
    ? ''
    : `
Issued before enough witnesses had signed: ${quorumMissed} of those in trust.json have to, and their quorum is missing here.
gatehouse verify says so, and fails. Ask for the pack again once they have signed.
`;

const readme = (
  { caseId, events }: SealedCase,
  press: Pick<Press, 'keys' | 'quorumMissed'>,
  times: PackTimes,
): string => `Evidence of the case ${caseId}

${events.length} facts, each in events/ as it was recorded, byte for byte, with a proof that it is in the signed log.
context/ holds in the same way what they rely on and is of no case.
report.pdf is for reading. case.json is what the facts come to, without anything personal. ${press.keys ? 'disclosures.json holds the personal values.' : 'The personal values were left out.'}
${quorumWords(press)}
To check one fact with bash and openssl 3, and nothing of ours:

  bash verify.sh events/N.json events/N.tlog-proof log.vkey
${
  times.entries.length > 0
    ? `
To check one time stamp of an outside authority with openssl; T is the moment that it states, in seconds since 1970:

  openssl ts -verify -data tsa/SIZE.checkpoint -in tsa/SIZE.NAME.0.tsr -CAfile tsa/NAME.chain.pem -attime T
`
    : ''
}
To check all of it, whether any fact was left out, and the summary:  gatehouse verify PACK.zip
The same in a browser, without a network: open verify.html from a Gatehouse that you trust, and drop the pack on it.
Compare log.vkey with the keys that you received another way: a pack shows that it is whole, not whose it is.
`;
