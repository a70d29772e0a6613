import { z } from 'zod';
import type { CaseLeaf } from './case-summary.ts';
import type { PackFiles } from './evidence-check.ts';
import {
  base64url,
  type Checkpoint,
  fromBase64,
  NoteProblem,
  readCheckpoint,
  readNote,
} from './note.ts';
import type { Bracket, Stamp } from './outside-time.ts';
import type { Sha256 } from './proof.ts';
import { provesConsistency } from './tree-proof.ts';
import type { Trust } from './trust.ts';

/** Checks a time stamp at the moment that it states; answers that, or what does not hold. */
export type CheckStamp = (
  tsr: Uint8Array,
  it: {
    /** What it has to be over. */
    readonly data: Uint8Array;
    /** The certificates above the one that signed it. */
    readonly chainPem: string;
    /** SHA-256 (hex) of the certificates that it may lead to. */
    readonly roots: readonly string[];
  },
) => CheckedStamp | Promise<CheckedStamp>;

export type CheckedStamp = { readonly at: Date } | { readonly because: string };

interface Parts {
  /** The state that all proofs of the pack lead to. */
  readonly signed: Checkpoint;
  /** The facts outside the case, which are in that state. */
  readonly context: readonly { readonly index: number; readonly leaf: CaseLeaf }[];
  readonly trust: Trust;
  readonly sha256: Sha256;
  readonly checkStamp: CheckStamp;
}

const kinds = {
  token: /^tsa\/(\d{1,15})\.([a-z0-9-]{1,32})\.(\d{1,3})\.tsr$/,
  state: /^tsa\/(\d{1,15})\.checkpoint$/,
  other: /^tsa\/(\d{1,15}\.consistency|[a-z0-9-]{1,32}\.chain\.pem)$/,
};

const textOf = (bytes: Uint8Array): string =>
  new TextDecoder('utf-8', { fatal: true }).decode(bytes);

/**
 * The time stamps of a pack, once each holds: it is over a state that the signed one has grown from, a
 * fact in the record names it, and an authority that is trusted made it. Throws a NoteProblem.
 */
export async function stampsIn(files: PackFiles, parts: Parts): Promise<readonly Stamp[]> {
  const stamps: Stamp[] = [];
  for (const [name, bytes] of files) {
    if (!name.startsWith('tsa/')) continue;
    const [, state] = kinds.state.exec(name) ?? [];
    const [, size = '', by = '', generation = ''] = kinds.token.exec(name) ?? [];
    if (state !== undefined) demandGrowth(files, state, parts);
    else if (size !== '') {
      stamps.push(await stampIn(files, { name, bytes, size, by, generation }, parts));
    } else if (!kinds.other.test(name)) throw new NoteProblem(`${name} is no file of a pack.`);
  }
  return stamps;
}

function fileIn(files: PackFiles, name: string): Uint8Array {
  const found = files.get(name);
  if (found) return found;
  throw new NoteProblem(`${name} is missing.`);
}

/**
 * The signed tree has grown from the one that was stamped: nothing was put in its place since. One of an earlier
 * epoch had another name; a fact in the record says so, and what it had grown to by then is in the tree.
 */
function demandGrowth(files: PackFiles, size: string, { signed, context, sha256 }: Parts): void {
  const name = `tsa/${size}.checkpoint`;
  const stamped = readCheckpoint(readNote(textOf(fileIn(files, name))).body);
  const lines = textOf(fileIn(files, `tsa/${size}.consistency`)).split('\n');
  const proof = lines.slice(0, -1).flatMap((line) => fromBase64(line) ?? []);
  const isWhole = lines.at(-1) === '' && proof.length === lines.length - 1;
  const isOurs =
    stamped.origin === signed.origin ||
    context.some(
      ({ index, leaf: { type, data } }) =>
        type === 'log.continued' &&
        data?.['prev_origin'] === stamped.origin &&
        index >= stamped.size,
    );
  const isSame = isOurs && String(stamped.size) === size;
  if (!isWhole || !isSame || !provesConsistency(sha256, stamped, signed, proof)) {
    throw new NoteProblem(`${name} is no earlier state of this record.`);
  }
}

interface Token {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly size: string;
  readonly by: string;
  readonly generation: string;
}

async function stampIn(
  files: PackFiles,
  { name, bytes, size, by, generation }: Token,
  { context, trust, sha256, checkStamp }: Parts,
): Promise<Stamp> {
  const digest = base64url(sha256(bytes));
  const anchor = context.find(
    ({ leaf: { type, data } }) =>
      type === 'anchor.received' &&
      data?.['digest'] === digest &&
      data['name'] === by &&
      String(data['size']) === size,
  );
  if (!anchor) throw new NoteProblem(`No fact of the record names ${name}.`);

  const authority = trust.tsas?.find((it) => it.name === by);
  if (!authority) throw new NoteProblem(`trust.json knows no authority ${by}, which made ${name}.`);
  const covered =
    Number(generation) === 0
      ? `tsa/${size}.checkpoint`
      : `tsa/${size}.${by}.${Number(generation) - 1}.tsr`;
  const checked = await checkStamp(bytes, {
    data: fileIn(files, covered),
    chainPem: textOf(fileIn(files, `tsa/${by}.chain.pem`)),
    roots: authority.ca_sha256,
  });
  if ('because' in checked) throw new NoteProblem(`${name} ${checked.because}.`);
  const numbers = { size: Number(size), generation: Number(generation), anchor: anchor.index };
  return { by, at: checked.at.toISOString(), ...numbers };
}

/** What was found of time stamps, in a sentence. */
export function stampsSaid(stamps: readonly Stamp[]): string {
  const names = [...new Set(stamps.map(({ by }) => by))].toSorted();
  return names.length === 0
    ? 'none; every time is that of the clock of the database'
    : `${stamps.length} of ${names.join(' and ')} hold, at the moments that they state`;
}

const OutsideTimes = z.array(z.strictObject({ by: z.string(), at: z.iso.datetime() }));
const Summary = z.looseObject({
  steps: z.array(
    z.looseObject({
      step: z.string(),
      graded: z.looseObject({ after: OutsideTimes, before: OutsideTimes }).nullable(),
    }),
  ),
});

/** The outside times as `case.json` states them, for whoever cannot check them. */
export function statedBrackets(summary: string): (leaf: CaseLeaf) => Bracket {
  const { steps } = Summary.parse(JSON.parse(summary));
  const byStep = new Map(steps.map(({ step, graded }) => [step, graded]));
  return ({ step }) => byStep.get(step?.id ?? '') ?? { after: [], before: [] };
}
