import { createHash, randomBytes } from 'node:crypto';
import type { Stats } from 'node:fs';
import { lstat, readdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Claim, Look } from '#connector-kit/contract.ts';
import { codeOf, readFileIn, told } from '#connector-kit/folders.ts';
import { type Client, ownFolders } from './client.ts';
import { isUnderWay, isWhole, type Seen, seenBefore, writtenDown } from './looks.ts';

/** More are claimed by the next look, and more are looked at once these have gone. */
const claimsAtOnce = 50;
const seenAtOnce = 1_000;
/** As the reader of people and departures takes them; larger files are not even opened. */
const maximumBytes = 10 * 1024 * 1024;
const claimLength = 16;

/**
 * Looks through the folder and claims what is whole: what two looks saw alike, under any name. To claim a file is to
 * rename it into a folder of ours, which one of several can do, once. What was claimed and not put away, since the
 * process died, is claimed still.
 */
export async function look(client: Client, before: string | null): Promise<Look> {
  const folder = await client.find();
  const taking = await client.own('taking');
  const last = seenBefore(before);
  const seen = new Map<string, Seen>();
  const whole: { name: string; found: Stats }[] = [];
  let strangers = 0;
  const names = (await told(folder, () => readdir(folder))).toSorted(
    (a, b) => Number(isUnderWay(a)) - Number(isUnderWay(b)) || (a < b ? -1 : 1),
  );
  for (const name of names) {
    if ((ownFolders as readonly string[]).includes(name)) continue;
    if (name.includes('\ufffd')) {
      strangers += 1;
      continue;
    }
    if (seen.size >= seenAtOnce) break;
    const found = await statOf(path.join(folder, name));
    if (found === null || found.isDirectory()) continue;
    // A pipe or a link waits for no first bytes.
    const now = { size: found.isFile() ? found.size : 1, changedAtMs: found.mtimeMs };
    const place = `${found.dev}:${found.ino}`;
    seen.set(place, now);
    if (isUnderWay(name) || !isWhole(now, last.get(place), client.now())) continue;
    whole.push({ name, found });
  }
  const oldest = whole.toSorted((a, b) => a.found.mtimeMs - b.found.mtimeMs);
  for (const { name, found } of oldest.slice(0, claimsAtOnce)) {
    await claim(folder, taking, name, found);
  }
  const problem =
    strangers === 0
      ? null
      : `The names of ${strangers} files in ${folder} are not UTF-8. Rename them.`;
  return { claims: await claimsIn(taking), seen: writtenDown(seen), problem };
}

async function claim(folder: string, taking: string, name: string, found: Stats): Promise<void> {
  const bytes = problemOf(found) === null ? await readFileIn(folder, name, maximumBytes) : null;
  const mark =
    bytes instanceof Uint8Array
      ? createHash('sha256').update(bytes).digest('hex').slice(0, claimLength)
      : randomBytes(claimLength / 2).toString('hex');
  const from = path.join(folder, name);
  await told(from, async () => {
    await rename(from, path.join(taking, `${mark}-${shortOf(name)}`)).catch((error: unknown) => {
      if (codeOf(error) !== 'ENOENT') throw error; // another one was faster, or took it away again
    });
  });
}

async function claimsIn(taking: string): Promise<readonly Claim[]> {
  const claims: Claim[] = [];
  for (const own of (await told(taking, () => readdir(taking))).toSorted()) {
    const where = path.join(taking, own);
    const found = await statOf(where);
    if (found === null || found.isDirectory()) continue;
    const name = own.slice(claimLength + 1);
    claims.push({ path: where, name, at: found.mtime, problem: problemOf(found) });
  }
  return claims.toSorted((a, b) => a.at.getTime() - b.at.getTime() || (a.name < b.name ? -1 : 1));
}

/** Links may lead to what whoever dropped them may not read themselves; they are moved, and never followed. */
function problemOf(found: Stats): string | null {
  if (found.isSymbolicLink()) return 'It is a link. Drop the file itself.';
  if (!found.isFile()) return 'It is no file.';
  if (found.nlink > 1) return 'It lies elsewhere too, under another name. Drop a copy.';
  if (found.size <= maximumBytes) return null;
  const megabytes = (found.size / 1024 / 1024).toFixed(1);
  return `The file has ${megabytes} MB; at most 10 MB are taken. Split it in two.`;
}

/** Null: it grew after it was claimed, and is back in the folder, where two looks have to see it alike. */
export async function read(
  client: Client,
  { path: where, name }: Claim,
): Promise<Uint8Array | null> {
  const bytes = await readFileIn(path.dirname(where), path.basename(where), maximumBytes);
  if (bytes === null) return null;
  if (bytes !== 'not a file') {
    const mark = createHash('sha256').update(bytes).digest('hex').slice(0, claimLength);
    if (path.basename(where).startsWith(`${mark}-`)) return bytes;
  }
  const folder = await client.find();
  const isFree = (await statOf(path.join(folder, name))) === null;
  // Nothing that was dropped meanwhile is replaced.
  const back = isFree ? name : `again-${randomBytes(3).toString('hex')}-${shortOf(name)}`;
  await told(where, () => rename(where, path.join(folder, back)));
  return null;
}

export async function put(
  client: Client,
  { path: where, name }: Claim,
  { isTaken, report }: { readonly isTaken: boolean; readonly report: string },
): Promise<void> {
  const folder = await client.own(isTaken ? 'done' : 'refused');
  const at = client.now().toISOString().replaceAll(/[:.]/g, '-');
  const to = path.join(folder, `${at}-${randomBytes(3).toString('hex')}-${shortOf(name)}`);
  // The report comes first: a file that lies there without one would say nothing.
  await told(to, () => writeFile(`${to}.report.txt`, report, { flag: 'wx', mode: 0o640 }));
  await told(to, () =>
    rename(where, to).catch((error: unknown) => {
      if (codeOf(error) !== 'ENOENT') throw error;
    }),
  );
}

/** A name that every file system and every terminal takes. */
const shortOf = (name: string): string =>
  [...name.replaceAll(/[\p{C}/\\]/gu, '_')].slice(-60).join('');

const statOf = (where: string): Promise<Stats | null> =>
  told(where, () =>
    lstat(where).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return null;
      throw error;
    }),
  );
