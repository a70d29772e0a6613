import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import {
  type FileHandle,
  link,
  lstat,
  mkdir,
  open,
  realpath,
  rename,
  unlink,
} from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { ConnectorError } from '#core/failure.ts';
import { failureOf } from './folder-failure.ts';

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

/**
 * The folder of a connection as an absolute path, made where it is not there. Throws when one of its
 * parts is no folder: links are not followed, since they may lead anywhere.
 */
export async function makeFolder(root: string, folder: string): Promise<string> {
  await told(root, () => mkdir(root, { recursive: true, mode: 0o700 }));
  let here = await told(root, () => realpath(root));
  for (const part of folder.split('/')) {
    here = path.join(here, part);
    await told(here, () => mkdir(here, { mode: 0o700 }).catch(unlessThere));
    if (!(await isFolder(here))) throw noFolder(here);
  }
  return here;
}

/** {@link makeFolder} that makes nothing; null: there is no such folder yet. */
export async function findFolder(root: string, folder: string): Promise<string | null> {
  let here = root;
  for (const part of folder.split('/')) {
    here = path.join(here, part);
    const found = await isFolder(here);
    if (found === null) return null;
    if (!found) throw noFolder(here);
  }
  return here;
}

const unlessThere = (error: unknown): void => {
  if (codeOf(error) !== 'EEXIST') throw error;
};

/** Null: nothing is there. */
const isFolder = (where: string): Promise<boolean | null> =>
  told(where, async () => {
    const found = await lstat(where).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return null;
      throw error;
    });
    return found?.isDirectory() ?? null;
  });

const noFolder = (where: string) =>
  new ConnectorError({
    kind: 'forbidden',
    detail: `${where} is no folder. Links are not followed; make a real folder of it.`,
  });

/**
 * The bytes under a name, at most so many and one more; null: nothing is there, `not a file`: something else is.
 */
export async function readFileIn(
  folder: string,
  name: string,
  maximumBytes = Number.POSITIVE_INFINITY,
): Promise<Buffer | null | 'not a file'> {
  const file = path.join(folder, name);
  return told(file, async () => {
    let handle: FileHandle;
    try {
      handle = await open(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK); // a pipe must not make us wait
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null;
      if (codeOf(error) === 'ELOOP' || codeOf(error) === 'ENXIO') return 'not a file';
      throw error;
    }
    try {
      if (!(await handle.stat()).isFile()) return 'not a file';
      // Somebody may write into it meanwhile, and without end.
      return await buffer(handle.createReadStream({ end: maximumBytes, autoClose: false }));
    } finally {
      await handle.close();
    }
  });
}

/**
 * Writes a file so that under its name lies all of it or nothing, also when the power fails. What
 * lies there already stays as it is.
 */
export async function writeFileIn(folder: string, name: string, bytes: Buffer): Promise<void> {
  const file = path.join(folder, name);
  const part = path.join(folder, `.${name}.${randomUUID()}.part`);
  await told(file, async () => {
    try {
      await writeDurably(part, bytes);
      await give(part, file);
      const directory = await open(folder, O_RDONLY);
      await directory.sync().finally(() => directory.close());
    } finally {
      await unlink(part).catch(() => {}); // renamed, or never made
    }
  });
}

async function writeDurably(file: string, bytes: Buffer): Promise<void> {
  const handle = await open(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A second name never takes the place of what is there, as renaming would. */
async function give(part: string, file: string): Promise<void> {
  try {
    await link(part, file);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return; // the next look says what it is
    if (!withoutLinks.has(codeOf(error))) throw error;
    const isThere = await lstat(file).then(
      () => true,
      () => false,
    );
    if (!isThere) await rename(part, file);
  }
}

/** What file systems answer that know no second names, such as many network shares. */
const withoutLinks: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/** What the operating system refuses, in our words. */
export async function told<T>(where: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof ConnectorError) throw error;
    throw new ConnectorError(failureOf(codeOf(error), where), { cause: error });
  }
}

/** Such as `ENOENT`; empty where the operating system said nothing. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
