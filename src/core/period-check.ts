import type { CaseLeaf } from './case-summary.ts';
import {
  type Check,
  checkPack,
  type Fact,
  Fails,
  factsIn,
  fileIn,
  inclusionDemand,
  type PackFiles,
  type Parts,
  signatureOf,
  textOf,
  type Verdict,
} from './evidence-check.ts';
import { NoteProblem } from './note.ts';
import type { CheckStamp } from './pack-times.ts';
import { caseFolder, PeriodCases, periodText } from './period.ts';

/** Checks a pack, whether of one case or for a period. */
export const checkEvidence = (files: PackFiles, parts: Parts): Promise<Verdict> =>
  files.has('cases.json') ? checkPeriod(files, parts) : checkPack(files, parts);

/**
 * Checks a pack for a period: each case as a pack of its own, that the list names exactly those that lie in it, that
 * each was sealed in the period, and that the record was alive. Whether a case is missing from list and pack alike
 * no pack can show: that takes the whole record.
 */
async function checkPeriod(files: PackFiles, parts: Parts): Promise<Verdict> {
  const holds: Check[] = [];
  let signedBy: readonly string[] = [];
  const keysFromPack = parts.trust === null;
  let name = 'signature';
  const hold = (detail: string, next: string) => {
    holds.push({ name, detail });
    name = next;
  };
  try {
    const signed = await signatureOf(files, parts);
    signedBy = signed.signedBy;
    const { origin, size } = signed.checkpoint;
    hold(`${origin} at ${size} facts`, 'list');

    const text = textOf(fileIn(files, 'cases.json'));
    const list = PeriodCases.safeParse(JSON.parse(text));
    if (!list.success || periodText(list.data) !== text) throw new Fails('cases.json is no list.');
    demandFolders(files, list.data);
    hold(`${list.data.cases.length} cases are listed, and those lie in it`, 'cases');

    const alive = factsIn(files, 'context', parts.sha256).filter(
      ({ leaf }) => leaf.type === 'log.heartbeat',
    );
    const { shared, folders } = split(files, alive);
    const once = { ...parts, checkStamp: parts.checkStamp && checkedOnce(parts.checkStamp) };
    let facts = 0;
    for (const it of list.data.cases) {
      const own = new Map([...shared, ...(folders.get(it.case) ?? [])]);
      const verdict = await checkPack(own, once);
      if (verdict.fails) {
        throw new Fails(`Case ${it.case}, ${verdict.fails.name}: ${verdict.fails.detail}`);
      }
      const leaves = factsIn(own, 'events', parts.sha256).map(({ leaf }) => leaf);
      demandSealedIn(leaves, it, list.data);
      facts += leaves.length;
    }
    hold(`${facts} facts; every case holds by itself, and was sealed in the period`, 'record');

    const demandInclusion = inclusionDemand(files, signed.checkpoint, parts.sha256);
    for (const it of alive) demandInclusion(it);
    hold(aliveText(alive, list.data), 'withheld');
    hold(`${list.data.withheld} confidential cases of the period are left out`, '');
    return { holds, fails: null, keysFromPack, signedBy };
  } catch (error) {
    const said = error instanceof Fails || error instanceof NoteProblem;
    const detail = said ? error.message : 'It cannot be read.';
    return { holds, fails: { name, detail }, keysFromPack, signedBy };
  }
}

/** The time stamps are those of all cases, and are looked at with each; whether one holds is the same every time. */
function checkedOnce(checkStamp: CheckStamp): CheckStamp {
  const known = new Map<Uint8Array, ReturnType<CheckStamp>>();
  return (tsr, it) => {
    const found = known.get(tsr) ?? checkStamp(tsr, it);
    known.set(tsr, found);
    return found;
  };
}

/** The files of each case by their names in a pack of its own, and what all of them share. */
function split(files: PackFiles, alive: readonly Fact[]) {
  // Those are looked at once, and not with every case.
  const once = new Set(alive.flatMap(({ index }) => [`${index}.json`, `${index}.tlog-proof`]));
  const shared = new Map<string, Uint8Array>();
  const folders = new Map<string, Map<string, Uint8Array>>();
  for (const [name, bytes] of files) {
    const [, id, rest] = /^cases\/([^/]+)\/(.+)$/.exec(name) ?? [];
    if (id !== undefined && rest !== undefined) {
      const folder = folders.get(id) ?? new Map<string, Uint8Array>();
      folders.set(id, folder.set(rest, bytes));
    } else if (!name.startsWith('context/') || !once.has(name.slice('context/'.length))) {
      shared.set(name, bytes);
    }
  }
  return { shared, folders };
}

function demandFolders(files: PackFiles, { cases }: PeriodCases): void {
  const listed = new Set(cases.map((it) => it.case));
  if (listed.size !== cases.length) throw new Fails('cases.json lists a case twice.');
  for (const name of files.keys()) {
    const [, id] = /^cases\/([^/]+)\//.exec(name) ?? [];
    if (id !== undefined && !listed.has(id)) throw new Fails(`The case ${id} is not listed.`);
  }
  for (const id of listed) {
    if (!files.has(`${caseFolder(id)}case.json`)) throw new Fails(`The case ${id} is missing.`);
  }
}

/** The list says of a case what its facts say. */
function demandSealedIn(
  leaves: readonly CaseLeaf[],
  it: PeriodCases['cases'][number],
  { from, to }: PeriodCases,
): void {
  const seals = leaves
    .filter(({ type, at }) => type === 'case.sealed' && at >= from && at < to)
    .map(({ at }) => at);
  if (leaves[0]?.case !== it.case || leaves.length !== it.facts) {
    throw new Fails(`cases.json says other things of the case ${it.case} than its facts.`);
  }
  if (JSON.stringify(seals) !== JSON.stringify(it.sealed_at)) {
    throw new Fails(`The case ${it.case} was not sealed in the period as cases.json says.`);
  }
}

/** How long the record said nothing; who reads it judges. */
function aliveText(alive: readonly Fact[], { from, to }: PeriodCases): string {
  const all = alive.map(({ leaf }) => Date.parse(leaf.at));
  const gaps = all.slice(1).map((at, i) => at - all[i]!);
  if (gaps.some((gap) => gap < 0)) throw new Fails('The signs of life are not in order.');
  const within = all.filter((at) => at >= Date.parse(from) && at < Date.parse(to)).length;
  const longest = Math.round(Math.max(0, ...gaps) / 60_000);
  return `${within} signs of life in the period, at most ${longest} minutes apart`;
}
