import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { LogFiles } from './fsck.ts';
import type { MirrorStore } from './mirror.ts';
import { syncFolder, writeOnDisk } from './on-disk.ts';

/** A mirror in a folder, which should lie on another disk than the database. */
export function mirrorFolder(folder: string): MirrorStore & Required<LogFiles> {
  /** Folders with new names in them, which are not on disk yet. */
  let unsettled = new Set<string>();
  const known = new Set<string>();

  const read = (name: string) =>
    readFile(inside(folder, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });

  /** With every folder above that is new, up to the mirror's own. */
  async function makeFolder(made: string): Promise<void> {
    unsettled.add(made);
    if (made === folder || known.has(made)) return;
    await makeFolder(path.dirname(made));
    await mkdir(made, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return;
      if (error.code !== 'ENOENT') throw error;
      // Made here, it would lie on whatever disk is left when the right one is not mounted.
      throw new Error('The folder is not there. Is its disk mounted? Otherwise make the folder.');
    });
    known.add(made);
  }

  return {
    place: folder,
    comesFirst: true,
    read,
    list: (name) => readdir(inside(folder, name)).catch(() => []),
    async write(name, bytes, how) {
      const file = inside(folder, name);
      const there = how === 'once' ? await read(name) : null;
      if (there) {
        unsettled.add(path.dirname(file));
        return there.equals(bytes);
      }
      await makeFolder(path.dirname(file));
      await writeOnDisk(file, bytes).catch(async (error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
        // Somebody took away the folder that we made: perhaps the whole disk.
        known.clear();
        await makeFolder(path.dirname(file));
        await writeOnDisk(file, bytes);
      });
      return true;
    },
    async settle() {
      const folders = unsettled;
      unsettled = new Set();
      await Promise.all([...folders].map(syncFolder));
    },
    async remove(name) {
      const file = inside(folder, name);
      await rm(file, { force: true });
    },
  };
}

/** Names come from the log, whose own name stands in the database. */
function inside(folder: string, name: string): string {
  const file = path.resolve(folder, name);
  if (file.startsWith(folder + path.sep)) return file;
  throw new Error(`${name} would lie outside of ${folder}.`);
}
