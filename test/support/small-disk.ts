import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file system of its own that is small enough to be filled. */
export interface SmallDisk {
  readonly folder: string;
  /** Takes all the room but this share; 0: every byte. */
  fill(leave?: number): void;
  /** Gives it back. */
  free(): void;
  remove(): void;
}

/** Set in the process that may mount: as root, or as root of a namespace of its own. */
const variable = 'GATEHOUSE_TEST_MAY_MOUNT';
const mebibyte = 2 ** 20;

/**
 * Whether this process can mount a file system. Where it cannot, it runs the test file once more in a namespace in which
 * it can, and answers with how that ended; the caller then has nothing left to do but to expect 0.
 */
export function elsewhere(testFile: string): number | null {
  if (process.env[variable] !== undefined || canMount()) return null;
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { status, stdout } = spawnSync(
    'unshare',
    ['--user', '--map-root-user', '--mount', process.execPath, '--test', fileURLToPath(testFile)],
    { env: { ...env, [variable]: '1' }, encoding: 'utf8' },
  );
  if (status !== 0) console.error(stdout);
  return status ?? 1;
}

function canMount(): boolean {
  const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-mount-'));
  const isDone = spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', folder]).status === 0;
  if (isDone) spawnSync('umount', [folder]);
  rmSync(folder, { recursive: true });
  return isDone;
}

export function mountSmallDisk(mebibytes: number): SmallDisk {
  const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-disk-'));
  const { status, stderr } = spawnSync(
    'mount',
    ['-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=0711`, 'tmpfs', folder],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`A file system of its own could not be mounted: ${stderr}`);
  const ballast = path.join(folder, 'ballast');
  return {
    folder,
    fill(leave = 0) {
      rmSync(ballast, { force: true });
      const { bavail, blocks, bsize } = statfsSync(folder);
      const bytes = bavail * bsize - Math.floor(blocks * bsize * leave);
      const { status: code } = spawnSync('fallocate', ['-l', `${bytes}`, ballast]);
      // Somebody else was faster with the last of it.
      if (code !== 0) spawnSync('fallocate', ['-l', `${Math.max(1, bytes - mebibyte)}`, ballast]);
    },
    free: () => rmSync(ballast, { force: true }),
    remove() {
      spawnSync('umount', ['-l', folder]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
