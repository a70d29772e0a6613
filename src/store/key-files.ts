import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';

/** What a key-encryption key protects; a process holds only those it needs. */
export const purposes = ['connection', 'web', 'subject', 'signing'] as const;
export type Purpose = (typeof purposes)[number];

/** A key cannot be used; the message says which, why, and what to do. It holds no key. */
export class KeyProblem extends Error {
  override readonly name = 'KeyProblem';
}

export const keyFileName = (purpose: Purpose): string => `${purpose}.key`;

/** The key that is to take over, and one that has been replaced, beside the one in use. */
const nextFileName = (purpose: Purpose): string => `${purpose}.next.key`;
const oldFileName = (purpose: Purpose, kekId: string): string =>
  `${purpose}.old-${kekId.slice(0, 8)}.key`;

const keyBytes = 32;

/**
 * Makes the key files that are missing, each with 32 random bytes in base64, and says which.
 *
 * For the first start only: a key made anew does not open what the lost one sealed, and
 * `registerKeys` then refuses it. Processes that start together agree on one file each.
 */
export async function createKeyFiles(folder: string): Promise<readonly Purpose[]> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const created: Purpose[] = [];
  for (const purpose of purposes) {
    if (await createKeyFile(path.join(folder, keyFileName(purpose)))) created.push(purpose);
  }
  return created;
}

/** Makes the key that is to take over, where none lies there. Returns the name of its file. */
export async function createNextKey(folder: string, purpose: Purpose): Promise<string> {
  const name = nextFileName(purpose);
  if (!(await readdir(folder)).includes(name)) await createKeyFile(path.join(folder, name));
  return name;
}

/**
 * Gives the key that has taken over the name of the one it has replaced, which stays under another. Returns the name of
 * the old one's file; both are there at any moment.
 */
export async function renameKeys(
  folder: string,
  purpose: Purpose,
  oldKekId: string,
): Promise<string> {
  const file = path.join(folder, keyFileName(purpose));
  const old = oldFileName(purpose, oldKekId);
  await link(file, path.join(folder, old)).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw error;
  });
  await rename(path.join(folder, nextFileName(purpose)), file);
  return old;
}

/** A key file, with what it holds. */
export interface KeyFile {
  readonly name: string;
  readonly key: Buffer;
}

/** The keys of `purpose` beside the one in use. */
export async function readOtherKeys(folder: string, purpose: Purpose): Promise<readonly KeyFile[]> {
  const names = (await readdir(folder)).filter((name) =>
    new RegExp(`^${purpose}\\.[a-z0-9-]+\\.key$`).test(name),
  );
  const found = names.map((name) =>
    readOtherKey(folder, name).catch((error: unknown) => {
      // It has just been given another name, under which it is read next.
      if (error instanceof KeyProblem && codeOf(error.cause) === 'ENOENT') return [];
      throw error;
    }),
  );
  return (await Promise.all(found)).flat();
}

export async function readOtherKey(folder: string, name: string): Promise<KeyFile> {
  return { name, key: await readKeyFile(path.join(folder, name)) };
}

/** False when it is there. It appears with all of its content, or not at all. */
async function createKeyFile(file: string): Promise<boolean> {
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  const handle = await open(draft, 'wx', 0o600);
  try {
    await handle.writeFile(`${randomBytes(keyBytes).toString('base64')}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw new KeyProblem(`The key file ${file} cannot be made: ${codeOf(error)}.`, {
      cause: error,
    });
  } finally {
    await rm(draft);
  }
}

/** Reads the key of each purpose. Refuses files that others can read, and keys that can be guessed. */
export async function readKeyFiles<P extends Purpose>(
  folder: string,
  wanted: readonly P[],
): Promise<ReadonlyMap<P, Buffer>> {
  await checkFolder(folder);
  const keys = new Map<P, Buffer>();
  for (const purpose of wanted) {
    const key = await readKeyFile(path.join(folder, keyFileName(purpose)));
    for (const [other, known] of keys) {
      if (!known.equals(key)) continue;
      throw new KeyProblem(
        `${keyFileName(purpose)} and ${keyFileName(other)} in ${folder} hold the same key. ` +
          'Each purpose needs a key of its own: put the right files back from your backup.',
      );
    }
    keys.set(purpose, key);
  }
  return keys;
}

async function checkFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch((cause: unknown) => {
    throw new KeyProblem(
      `The folder of the key files, ${folder}, cannot be read (${codeOf(cause)}). ` +
        'Check GATEHOUSE_KEYS, or put the folder back from your backup.',
      { cause },
    );
  });
  const ours = found.uid === process.getuid?.();
  // A folder that the system hands in may be open to all with the sticky bit, as /tmp is: then
  // nobody can replace what is not his own. The files are checked one by one in any case.
  const sticky = (found.mode & 0o1000) !== 0;
  const tooOpen = ours ? found.mode & 0o077 : sticky ? 0 : found.mode & 0o022;
  if (tooOpen) {
    throw new KeyProblem(
      `The folder of the key files, ${folder}, is open to other users. Run: chmod 700 ${folder}`,
    );
  }
}

async function readKeyFile(file: string): Promise<Buffer> {
  const handle = await open(file, 'r').catch((cause: unknown) => {
    const why = codeOf(cause) === 'ENOENT' ? 'is missing' : `cannot be read (${codeOf(cause)})`;
    throw new KeyProblem(
      `The key file ${file} ${why}. Put it back from your backup: ` +
        'without it, what it sealed cannot be read.',
      { cause },
    );
  });
  try {
    const { mode, uid } = await handle.stat();
    // systemd and Kubernetes hand in files of root that show group read for the one user meant.
    const tooOpen = uid === process.getuid?.() ? mode & 0o077 : mode & 0o037;
    if (tooOpen) {
      throw new KeyProblem(`The key file ${file} is open to other users. Run: chmod 600 ${file}`);
    }
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(1024), 0, 1024, 0);
    return keyOf(buffer.subarray(0, bytesRead).toString('latin1').trim(), file);
  } finally {
    await handle.close();
  }
}

function keyOf(text: string, file: string): Buffer {
  const expected = 'Expected are 32 random bytes in base64, as `openssl rand -base64 32` makes.';
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) {
    throw new KeyProblem(`The key file ${file} is not base64. ${expected}`);
  }
  const key = Buffer.from(text, 'base64');
  if (key.length !== keyBytes) {
    throw new KeyProblem(`The key file ${file} holds ${key.length} bytes. ${expected}`);
  }
  if (canBeGuessed(key)) {
    throw new KeyProblem(`The key in ${file} is not random. ${expected}`);
  }
  return key;
}

/** Of 32 random bytes, fewer than this are different about once in 10^10 keys. */
const fewestDifferent = 16;

/** Patterns, sequences, and words in base64; no test tells more of so few bytes. */
function canBeGuessed(key: Buffer): boolean {
  const steps = key.map((byte, at) => byte - (key[at - 1] ?? 0));
  const readable = key.every((byte) => byte >= 0x20 && byte < 0x7f);
  return readable || new Set(key).size < fewestDifferent || new Set(steps).size < fewestDifferent;
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error);
