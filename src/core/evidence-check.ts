import { z } from 'zod';
import { approvalsOf } from './approval-proof.ts';
import { CaseLeaf, caseSummary, summaryText } from './case-summary.ts';
import { isSignedBy, keysFor, signersBy } from './cosigned.ts';
import { eventFiles, eventOf } from './event-rows.ts';
import { gradeProblem } from './grade-proof.ts';
import { inclusionIn } from './inclusion.ts';
import {
  base64url,
  type Checkpoint,
  fromBase64url,
  hex,
  NoteProblem,
  readCheckpoint,
  readNote,
  type Verify,
} from './note.ts';
import { bracketOf, type Stamp } from './outside-time.ts';
import { type CheckStamp, stampsIn, stampsSaid, statedBrackets } from './pack-times.ts';
import { leafHash, type Sha256 } from './proof.ts';
import { proofLines } from './tlog-proof.ts';
import { equalBytes } from './tree-proof.ts';
import { Trust } from './trust.ts';

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

/** A personal value of a fact, and the text that its digest is over. */
interface Disclosed {
  readonly name: string;
  readonly value: unknown;
  readonly text: string;
}
/** The values of a pack by the id of their fact. */
type ValuesOf = ReadonlyMap<string, readonly Disclosed[]>;

/** What a pack says does not hold; the message is for whoever checks it. */
export class Fails extends Error {}

const utf8 = new TextDecoder('utf-8', { fatal: true });
export const textOf = (bytes: Uint8Array): string => utf8.decode(bytes);

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
    const { checkpoint, known } = await check('signature', async () => {
      const signed = await signatureOf(files, parts);
      signedBy = signed.signedBy;
      const { checkpoint, witnesses } = signed;
      const also = witnesses.length > 0 ? `, signed by ${witnesses.join(' and ')} as well` : '';
      return [signed, `${checkpoint.origin} at ${checkpoint.size} facts${also}`];
    });
    const demandInclusion = inclusionDemand(files, checkpoint, parts.sha256);
    const facts = await check('inclusion', () => {
      const all = factsIn(files, 'events', parts.sha256);
      for (const it of all) demandInclusion(it);
      if (all.length === 0) throw new Fails('There are no facts in it.');
      return [all, `${all.length} facts are in the signed tree`];
    });
    const context = await check('context', () => {
      const all = factsIn(files, 'context', parts.sha256);
      for (const it of all) {
        demandInclusion(it);
        if (it.leaf.case !== undefined) throw new Fails(`Fact ${it.index} is of a case.`);
      }
      return [all, `${all.length} facts of no case that it relies on are in the signed tree`];
    });
    const leaves = facts.map(({ leaf }) => leaf);
    await check('completeness', () => {
      const count = demandChain(facts);
      return [null, `${count} facts of the case, none left out, up to its last seal`];
    });
    const valuesOf = await check('values', () => {
      const [values, count] = demandDisclosures(files, leaves, parts.sha256);
      const detail = `${count} values are those whose digests stand in the facts`;
      return [values, `${detail}${missingValues(values, leaves, context)}`];
    });
    await check('grades', () => {
      const namesOf = (id: string) => new Set(valuesOf.get(id)?.map(({ name }) => name));
      const problem = gradeProblem(leaves, namesOf);
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
      const two = approved.byTwo === 0 ? '' : `; ${approved.byTwo} of them by two people`;
      return [
        null,
        `acts that needed one: ${approved.count}, each approved before, for that very plan, by the passkey of another person${two}`,
      ];
    });
    const { checkStamp, sha256 } = parts;
    let stamps: readonly Stamp[] | null = null;
    if (checkStamp) {
      const parts = { signed: checkpoint, context, trust: known, sha256, checkStamp };
      stamps = await check('time stamps', async () => {
        const found = await stampsIn(files, parts);
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
      demandCopies(files, { facts, valuesOf });
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
  if (!isSignedBy(checkpoint.origin, signed)) {
    throw new Fails(`No known key of ${checkpoint.origin} has signed it.`);
  }
  if (witnesses.length < needed) {
    throw new Fails(
      `Of the ${needed} witnesses that have to have signed it, ${witnesses.length} have.`,
    );
  }
  return { checkpoint, signedBy, known, witnesses };
}

/** A fact of a pack with its place in the log. */
export interface Fact {
  readonly folder: PackFolder;
  readonly index: number;
  /** To the letter as it lies there. */
  readonly text: string;
  /** Of its bytes, as the tree has it. */
  readonly hash: Uint8Array;
  readonly leaf: CaseLeaf;
}

/** The facts in a folder of a pack, by their place in the log. */
export function factsIn(files: PackFiles, folder: PackFolder, sha256: Sha256): readonly Fact[] {
  const facts: Fact[] = [];
  for (const [name, bytes] of files) {
    if (!name.startsWith(`${folder}/`)) continue;
    const [, index] = /^\w+\/(\d{1,15})\.json$/.exec(name) ?? [];
    if (index === undefined) continue;
    const text = textOf(bytes);
    const leaf = CaseLeaf.safeParse(JSON.parse(text));
    if (!leaf.success) throw new Fails(`${name} is no fact.`);
    const hash = leafHash(sha256, bytes);
    facts.push({ folder, index: Number(index), text, hash, leaf: leaf.data });
  }
  return facts.toSorted((a, b) => a.index - b.index);
}

/**
 * Demands of a fact that it is in the signed tree. Nearly all of its proof is the checkpoint, the same in each: it is
 * compared, not read.
 */
export function inclusionDemand(
  files: PackFiles,
  checkpoint: Checkpoint,
  sha256: Sha256,
): (it: Fact) => void {
  const note = fileIn(files, 'checkpoint');
  const leadsToRoot = inclusionIn(checkpoint, sha256);
  return ({ folder, index, hash }) => {
    const file = fileIn(files, `${folder}/${index}.tlog-proof`);
    const noteAt = Math.max(0, file.length - note.length);
    const proof = proofLines(textOf(file.subarray(0, noteAt)));
    if (proof.checkpoint !== '' || !equalBytes(file.subarray(noteAt), note))
      throw new Fails(`The proof of fact ${index} is of another tree.`);
    if (proof.index !== index || !leadsToRoot({ index, leafHash: hash }, proof.lines)) {
      throw new Fails(`Fact ${index} is not in the signed tree.`);
    }
  };
}

/** Each fact of a case names the one before it, and the seal says how many there are. */
function demandChain(facts: readonly Fact[]): number {
  const [first] = facts;
  let previous: string | undefined;
  for (const [i, { index, hash, leaf }] of facts.entries()) {
    if (leaf.case === undefined || leaf.case !== first?.leaf.case) {
      throw new Fails(`Fact ${index} is of another case.`);
    }
    if (leaf.case_seq !== i + 1)
      throw new Fails(`Before fact ${index} one of the case is missing.`);
    if (leaf.case_prev !== previous)
      throw new Fails(`Fact ${index} does not follow the one before it.`);
    previous = base64url(hash);
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

/** The values, once the digest of each stands in its fact; and each file that a value names is that file. */
function demandDisclosures(
  files: PackFiles,
  leaves: readonly CaseLeaf[],
  sha256: Sha256,
): [ValuesOf, number] {
  const bytes = fileIn(files, 'disclosures.json');
  const disclosures = Disclosures.safeParse(JSON.parse(textOf(bytes)));
  if (!disclosures.success) throw new Fails('disclosures.json is not a list of values.');
  const digestsOf = new Map(leaves.map(({ id, _sd = [] }) => [id, new Set(_sd)]));
  const valuesOf = new Map<string, Disclosed[]>();
  for (const [entry, text] of disclosures.data) {
    const digest = base64url(sha256(new TextEncoder().encode(text)));
    if (!digestsOf.get(entry)?.has(digest)) {
      throw new Fails(`A value of the fact ${entry} is not the one whose digest stands in it.`);
    }
    const values = valuesOf.get(entry) ?? [];
    valuesOf.set(entry, values);
    values.push({ ...valueIn(text), text });
  }
  for (const [name, content] of files) {
    const [, hash] = /^blobs\/(.*)$/.exec(name) ?? [];
    if (hash !== undefined && hex(sha256(content)) !== hash)
      throw new Fails(`${name} is another file.`);
  }
  return [valuesOf, disclosures.data.length];
}

/** The same facts for spreadsheets and for programs. */
function demandCopies(
  files: PackFiles,
  { facts, valuesOf }: { facts: readonly Fact[]; valuesOf: ValuesOf },
): void {
  const events = facts.map(({ index, text, hash, leaf }) =>
    eventOf({
      idx: index,
      leaf: text,
      body: leaf,
      leafHash: hex(hash),
      disclosures: (valuesOf.get(leaf.id) ?? []).map((it) => ({ state: 'open', ...it })),
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
  const [, name, value] = Value.parse(JSON.parse(textOf(fromBase64url(text) ?? Uint8Array.of())));
  return { name, value };
}

/** In words: of how many facts no value is there, and whether that is because the person was erased. */
function missingValues(
  valuesOf: ValuesOf,
  leaves: readonly CaseLeaf[],
  context: readonly Fact[],
): string {
  const missing = leaves.filter(({ id, _sd = [] }) => _sd.length > 0 && !valuesOf.has(id));
  if (missing.length === 0) return '';
  const refs = new Set(missing.map(({ target }) => target?.ref));
  const erased = context.find(
    ({ leaf }) => leaf.type === 'subject.erased' && refs.has(leaf.target?.ref),
  );
  if (!erased) return `; those of ${missing.length} facts were withheld, or erased`;
  const day = erased.leaf.at.slice(0, 10);
  return `; those of ${missing.length} facts: erased ${day}; digest is in place`;
}
