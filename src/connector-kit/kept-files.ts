import { z } from 'zod';
import { blocked, type CaseRecord, change, done, type Plan, type RecordFile } from './contract.ts';
import { namesOf } from './names-of.ts';

/** A file that lies under a name of ours in a record system. */
export const KeptFile = z.strictObject({
  name: z.string(),
  /** Hex, of what was read back. Null: what lies there is no file, or of another size than ours. */
  sha256: z.string().nullable(),
  size: z.number(),
});
export type KeptFile = z.infer<typeof KeptFile>;

export const KeptFiles = z.strictObject({ files: z.array(KeptFile) });
export type KeptFiles = z.infer<typeof KeptFiles>;

/** A file that is still to be written. */
export type MissingFile = Pick<RecordFile, 'name' | 'sha256'>;

/**
 * What is left to write so that all files of a record lie there. What lies under one of our names
 * and is something else is never overwritten: a person has to look at it.
 */
export function planFiles(
  record: CaseRecord,
  kept: readonly KeptFile[],
  place: string,
): Plan<readonly MissingFile[]> {
  const there = new Map(kept.map((it) => [it.name, it]));
  const foreign = record.files.filter(({ name, sha256 }) => {
    const found = there.get(name);
    return found !== undefined && found.sha256 !== sha256;
  });
  if (foreign.length > 0) {
    const names = namesOf(foreign);
    return blocked(
      `In ${place} lies already, with other content: ${names}. Nothing is overwritten. Find out who ` +
        'changed it, move it away, then try again.',
    );
  }
  const missing = record.files.filter(({ name }) => !there.has(name));
  if (missing.length === 0) {
    return done(
      `Read back in ${place}: ${record.files.length} files, as the manifest names them (${proofOf(record)}).`,
    );
  }
  return change(
    `Write ${namesOf(missing)} to ${place} (${proofOf(record)})`,
    missing.map(({ name, sha256 }) => ({ name, sha256 })),
  );
}

/** The one hash that stands for all files of a record. */
export const proofOf = ({ manifest }: CaseRecord): string => `manifest SHA-256 ${manifest.sha256}`;

/** The bytes of files that are to be written, in the order of the record: the manifest comes last. */
export const filesToWrite = (
  { files }: CaseRecord,
  missing: readonly MissingFile[],
): readonly RecordFile[] => files.filter(({ name }) => missing.some((it) => it.name === name));
