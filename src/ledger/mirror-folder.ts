import { access, mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { MirrorStore } from './mirror.ts';
import { syncFolder, writeOnDisk } from './on-disk.ts';

/** A mirror in a folder, which should lie on another disk than the database. */
export function mirrorFolder(folder: string): MirrorStore {
  /** Folders with new names in them, which are not on disk yet. */
  let unsettled = new Set<string>();
  const known = new Set<string>();

  const read = (name: string) =>
    readFile(inside(folder, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });

  /** With every folder above that may be new, up to the mirror's own. */
  async function makeFolder(made: string): Promise<void> {
    unsettled.add(made);
    if (known.has(made)) return;
    // Made here, it would lie on whatever disk is left when the right one is not mounted.
    await access(folder).catch(() => {
      throw new Error('The folder is not there. Is its disk mounted? Otherwise make the folder.');
    });
    await mkdir(made, { recursive: true, mode: 0o700 });
    for (let at = made; at !== folder && at !== path.dirname(at); at = path.dirname(at)) {
      unsettled.add(path.dirname(at));
    }
    known.add(made);
  }

  return {
    place: folder,
    comesFirst: true,
    read,
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
