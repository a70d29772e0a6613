import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';

/*
 * `test/faults/worker-main.ts` as it was before a migration, in one file, made from a commit of then by
 *
 *   esbuild test/faults/worker-main.ts --bundle --platform=node --format=esm --target=node24 --packages=external --minify |
 *     gzip -9n > worker-before-0085.js.gz
 *
 * Its own code is that of the version before; its packages are those of the present.
 */

/** Unpacks the worker of the version before, where it finds its packages. Answers what to run. */
export function unpackOlderWorker(): { readonly program: string; remove(): void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-older-'));
  const packages = path.join(import.meta.dirname, '../../node_modules');
  symlinkSync(packages, path.join(folder, 'node_modules'));
  const program = path.join(folder, 'worker.mjs');
  const packed = path.join(import.meta.dirname, 'worker-before-0085.js.gz');
  writeFileSync(program, gunzipSync(readFileSync(packed)));
  return { program, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
