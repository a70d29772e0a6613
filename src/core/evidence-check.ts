import { z } from 'zod';
import { approvalsOf } from './approval-proof.ts';
import { CaseLeaf, caseSummary, summaryText } from './case-summary.ts';
import { signersBy } from './cosigned.ts';
import { eventFiles, eventOf } from './event-rows.ts';
import { gradeProblem } from './grade-proof.ts';
import {
  base64url,
  type Checkpoint,
  hex,
  NoteProblem,
  readCheckpoint,
  readNote,
  type Verify,
} from './note.ts';
import { bracketOf, type Stamp } from './outside-time.ts';
import { type CheckStamp, stampsIn, stampsSaid, statedBrackets } from './pack-times.ts';
import { leafHash, type Sha256 } from './proof.ts';
import { readTlogProof } from './tlog-proof.ts';
import { provesInclusion } from './tree-proof.ts';
import { keysFor, Trust } from './trust.ts';

/** The files of an evidence pack by their names. */
export type PackFiles = ReadonlyMap<string, Uint8Array>;

/** Where the facts of a pack lie: those of the case, and those of no case that it relies on. */
export type PackFolder = 'events' | 'context';

export interface Check {
  readonly name: string;
  /** What was found, in a sentence. */
  readonly detail: string;
}

/** What the check of a pack came to. */
export interface Verdict {
  /** What holds, in the order in which it was looked at. */
  readonly holds: readonly Check[];
  /** The first that does not; null: everything holds. */
  readonly fails: Check | null;
  /** Whether the keys came from the pack itself: that it is whole is shown, whose it is is not. */
  readonly keysFromPack: boolean;
  /** Of the keys that signed, to be compared with what was received elsewhere. */
  readonly signedBy: readonly string[];
}

/** What a check is made with. */
export interface Parts {
  readonly sha256: Sha256;
  readonly verify: Verify;
  /** What whoever checks knows of the keys; null: they take those in the pack. */
  readonly trust: Trust | null;
  /** Null: time stamps are not looked at, and the summary may say of them what it likes. */
  readonly checkStamp: CheckStamp | null;
}

const Disclosures = z.array(z.tuple([z.string(), z.string()]));

/** What a pack says does not hold; the message is for whoever checks it. */
export class Fails extends Error {}

export const textOf = (bytes: Uint8Array): string =>
  new TextDecoder('utf-8', { fatal: true }).decode(bytes);

/**
 * Checks an evidence pack by itself: signature, inclusion of every fact, that none was left out, every
 * disclosed value, the approvals, and that the summary is what the facts come to. Knows neither server
 * nor network.
 */
export async function checkPack(files: PackFiles, parts: Parts): Promise<Verdict> {
  const holds: Check[] = [];
  let signedBy: readonly string[] = [];
  const keysFromPack = parts.trust === null;
  let name = 'pack';
  const check = async <T>(now: string, work: () => Promise<[T, string]> | [T, string]) => {
    name = now;
    const [found, detail] = await work();
    holds.push({ name, detail });
    return found;
  };
  try {
    const { checkpoint, note, known } = await check('signature', async () => {
      const signed = await signatureOf(files, parts);
      signedBy = signed.signedBy;
      const { checkpoint, witnesses } = signed;
      const also = witnesses.length > 0 ? `, signed by ${witnesses.join(' and ')} as well` : '';
      return [signed, `${checkpoint.origin} at ${checkpoint.size} facts${also}`];
    });
    const facts = await check('inclusion', () => {
      const all = factsIn(files, 'events');
      for (const it of all) demandInclusion(it, files, { checkpoint, note }, parts.sha256);
      if (all.length === 0) throw new Fails('There are no facts in it.');
      return [all, `${all.length} facts are in the signed tree`];
    });
    const context = await check('context', () => {
      const all = factsIn(files, 'context');
      for (const it of all) {
        demandInclusion(it, files, { checkpoint, note }, parts.sha256);
        if (it.leaf.case !== undefined) throw new Fails(`Fact ${it.index} is of a case.`);
      }
      return [all, `${all.length} facts of no case that it relies on are in the signed tree`];
    });
    const leaves = facts.map(({ leaf }) => leaf);
    await check('completeness', () => {
      const count = demandChain(facts, parts.sha256);
      return [null, `${count} facts of the case, none left out, up to its last seal`];
    });
    await check('values', () => {
      const count = demandDisclosures(files, leaves, parts.sha256);
      const detail = `${count} values are those whose digests stand in the facts`;
      return [null, `${detail}${missingValues(files, leaves, context)}`];
    });
    await check('grades', () => {
      const problem = gradeProblem(leaves, namesOf(files));
      if (problem !== null) throw new Fails(problem);
      return [
        null,
        'each grade rests on what it needs, and the seal counts no more than there are',
      ];
    });
    await check('approvals', async () => {
      const fileOf = (hash: string) => files.get(`blobs/${hash}`);
      const approved = await approvalsOf({ facts, context, fileOf, ...parts });
      if (!approved.ok) throw new Fails(approved.because);
      return [
        null,
        `acts that needed one: ${approved.count}, each approved before, for that very plan, by the passkey of another person`,
      ];
    });
    const { checkStamp, sha256 } = parts;
    let stamps: readonly Stamp[] | null = null;
    if (checkStamp) {
      const parts = { signed: checkpoint, context, trust: known, sha256, checkStamp };
      stamps = await check('time stamps', () => {
        const found = stampsIn(files, parts);
        return [found, stampsSaid(found)];
      });
    }
    await check('summary', () => {
      const indexOf = new Map(facts.map(({ leaf, index }) => [leaf, index]));
      const bracketFor = stamps
        ? (leaf: CaseLeaf) => bracketOf(indexOf.get(leaf)!, stamps)
        : statedBrackets(textOf(fileIn(files, 'case.json')));
      const stated = textOf(fileIn(files, 'case.json'));
      if (stated !== summaryText(caseSummary(leaves, bracketFor))) {
        throw new Fails('case.json is not what the facts come to.');
      }
      return [null, 'case.json is what the facts come to'];
    });
    await check('copies', () => {
      demandCopies(files, facts, parts.sha256);
      return [null, 'events.csv and events.jsonl say what the facts and the values say'];
    });
    return { holds, fails: null, keysFromPack, signedBy };
  } catch (error) {
    const said = error instanceof Fails || error instanceof NoteProblem;
    const detail = said ? error.message : 'It cannot be read.';
    return { holds, fails: { name, detail }, keysFromPack, signedBy };
  }
}

export function fileIn(files: PackFiles, name: string): Uint8Array {
  const found = files.get(name);
  if (found) return found;
  throw new Fails(`${name} is missing.`);
}

/** The checkpoint, once somebody who may has signed it. */
export async function signatureOf(files: PackFiles, { sha256, verify, trust }: Parts) {
  const note = textOf(fileIn(files, 'checkpoint'));
  const read = readNote(note);
  const checkpoint = readCheckpoint(read.body);
  const known = trust ?? Trust.parse(JSON.parse(textOf(fileIn(files, 'trust.json'))));
  const signedBy = keysFor(known, checkpoint);
  const { signed, witnesses, needed } = await signersBy(read, signedBy, known, { sha256, verify });
  if (!signed.some(({ key }) => key.name === checkpoint.origin && key.type === 'ed25519')) {
    throw new Fails(`No known key of ${checkpoint.origin} has signed it.`);
  }
  if (witnesses.length < needed) {
    throw new Fails(
      `Of the ${needed} witnesses that have to have signed it, ${witnesses.length} have.`,
    );
  }
  return { note, checkpoint, signedBy, known, witnesses };
}

/** A fact of a pack with its place in the log. */
export interface Fact {
  readonly folder: PackFolder;
  readonly index: number;
  readonly bytes: Uint8Array;
  readonly leaf: CaseLeaf;
}

/** The facts in a folder of a pack, by their place in the log. */
export function factsIn(files: PackFiles, folder: PackFolder): readonly Fact[] {
  const facts: Fact[] = [];
  for (const [name, bytes] of files) {
    const [, inFolder, index] = /^(\w+)\/(\d{1,15})\.json$/.exec(name) ?? [];
    if (inFolder !== folder) continue;
    const leaf = CaseLeaf.safeParse(JSON.parse(textOf(bytes)));
    if (!leaf.success) throw new Fails(`${name} is no fact.`);
    facts.push({ folder, index: Number(index), bytes, leaf: leaf.data });
  }
  return facts.toSorted((a, b) => a.index - b.index);
}

export function demandInclusion(
  { folder, index, bytes }: Fact,
  files: PackFiles,
  signed: { checkpoint: Checkpoint; note: string },
  sha256: Sha256,
): void {
  const proof = readTlogProof(textOf(fileIn(files, `${folder}/${index}.tlog-proof`)));
  if (proof.checkpoint !== signed.note)
    throw new Fails(`The proof of fact ${index} is of another tree.`);
  const { size, root } = signed.checkpoint;
  const it = { index: proof.index, size, root, leafHash: leafHash(sha256, bytes) };
  if (proof.index !== index || !provesInclusion(sha256, it, proof.hashes)) {
    throw new Fails(`Fact ${index} is not in the signed tree.`);
  }
}

/** Each fact of a case names the one before it, and the seal says how many there are. */
function demandChain(facts: readonly Fact[], sha256: Sha256): number {
  const [first] = facts;
  let previous: string | undefined;
  for (const [i, { index, bytes, leaf }] of facts.entries()) {
    if (leaf.case === undefined || leaf.case !== first?.leaf.case) {
      throw new Fails(`Fact ${index} is of another case.`);
    }
    if (leaf.case_seq !== i + 1)
      throw new Fails(`Before fact ${index} one of the case is missing.`);
    if (leaf.case_prev !== previous)
      throw new Fails(`Fact ${index} does not follow the one before it.`);
    previous = base64url(leafHash(sha256, bytes));
  }
  const last = facts.at(-1)!.leaf;
  if (last.type !== 'case.sealed')
    throw new Fails('The case is not complete: its last fact is no seal.');
  if (last.data?.['count'] !== facts.length) {
    throw new Fails(
      `The seal counts ${String(last.data?.['count'])} facts, and there are ${facts.length}.`,
    );
  }
  return facts.length;
}

/** The digest of each value stands in its fact, and each file that a value names is that file. */
function demandDisclosures(files: PackFiles, leaves: readonly CaseLeaf[], sha256: Sha256): number {
  const bytes = fileIn(files, 'disclosures.json');
  const disclosures = Disclosures.safeParse(JSON.parse(textOf(bytes)));
  if (!disclosures.success) throw new Fails('disclosures.json is not a list of values.');
  const digestsOf = new Map(leaves.map(({ id, _sd = [] }) => [id, new Set(_sd)]));
  for (const [entry, text] of disclosures.data) {
    const digest = base64url(sha256(new TextEncoder().encode(text)));
    if (!digestsOf.get(entry)?.has(digest)) {
      throw new Fails(`A value of the fact ${entry} is not the one whose digest stands in it.`);
    }
  }
  for (const [name, content] of files) {
    const [, hash] = /^blobs\/(.*)$/.exec(name) ?? [];
    if (hash !== undefined && hex(sha256(content)) !== hash)
      throw new Fails(`${name} is another file.`);
  }
  return disclosures.data.length;
}

/** The same facts for spreadsheets and for programs. */
function demandCopies(files: PackFiles, facts: readonly Fact[], sha256: Sha256): void {
  const values = Disclosures.parse(JSON.parse(textOf(fileIn(files, 'disclosures.json'))));
  const events = facts.map(({ index, bytes, leaf }) =>
    eventOf({
      idx: index,
      leaf: textOf(bytes),
      leafHash: hex(leafHash(sha256, bytes)),
      disclosures: values
        .filter(([entry]) => entry === leaf.id)
        .map(([, text]) => ({ state: 'open', text, ...valueIn(text) })),
    }),
  );
  const { csv, jsonl } = eventFiles(events);
  for (const [name, text] of [
    ['events.csv', csv],
    ['events.jsonl', jsonl],
  ] as const) {
    if (textOf(fileIn(files, name)) !== text) throw new Fails(`${name} is not what the facts say.`);
  }
}

const Value = z.tuple([z.string(), z.string(), z.unknown()]);

/** Name and value of a disclosure's text. */
function valueIn(text: string): { name: string; value: unknown } {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  const bytes = Uint8Array.from(binary, (it) => it.charCodeAt(0));
  const [, name, value] = Value.parse(JSON.parse(textOf(bytes)));
  return { name, value };
}

/** In words: of how many facts no value is there, and whether that is because the person was erased. */
function missingValues(
  files: PackFiles,
  leaves: readonly CaseLeaf[],
  context: readonly Fact[],
): string {
  const shown = Disclosures.parse(JSON.parse(textOf(fileIn(files, 'disclosures.json'))));
  const withValues = new Set(shown.map(([entry]) => entry));
  const missing = leaves.filter(({ id, _sd = [] }) => _sd.length > 0 && !withValues.has(id));
  if (missing.length === 0) return '';
  const refs = new Set(missing.map(({ target }) => target?.ref));
  const erased = context.find(
    ({ leaf }) => leaf.type === 'subject.erased' && refs.has(leaf.target?.ref),
  );
  if (!erased) return `; those of ${missing.length} facts were withheld, or erased`;
  const day = erased.leaf.at.slice(0, 10);
  return `; those of ${missing.length} facts: erased ${day}; digest is in place`;
}

/** The names of the values that came with each fact. */
function namesOf(files: PackFiles): (entryId: string) => ReadonlySet<string> {
  const values = Disclosures.parse(JSON.parse(textOf(fileIn(files, 'disclosures.json'))));
  const names = Map.groupBy(values, ([entry]) => entry);
  return (entry) => new Set(names.get(entry)?.map(([, text]) => valueIn(text).name));
}
