import path from 'node:path';
import { Problem } from '#app/problem.ts';
import type { MirrorStore } from '#ledger/mirror.ts';
import { mirrorBucket } from '#ledger/mirror-bucket.ts';
import { mirrorFolder } from '#ledger/mirror-folder.ts';
import type { Configuration } from './configuration.ts';
import { bucketPlace } from './configuration-values.ts';

/** The files of a mirror: a folder, or `s3://bucket/prefix`, reached as the configuration says. */
export function mirrorAt(
  place: string,
  { mirrorAccess }: Pick<Configuration, 'mirrorAccess'>,
): MirrorStore {
  if (!place.startsWith('s3:')) return mirrorFolder(path.resolve(place));
  const bucket = bucketPlace(place);
  if (!bucket) {
    throw new Problem('not readable', `Expected a folder, or s3://bucket/prefix, not ${place}.`);
  }
  if (!mirrorAccess) {
    throw new Problem(
      'not possible',
      'A bucket needs its keys: set LEDGER_MIRROR_ACCESS_KEY_ID and LEDGER_MIRROR_SECRET_ACCESS_KEY.',
    );
  }
  return mirrorBucket(bucket, mirrorAccess, { fetch, now: () => new Date() });
}
