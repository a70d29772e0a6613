import { type Db, sql } from '#store/sql.ts';
import { blobPlace, seal, unseal } from './disclosure.ts';
import { sha256 } from './hash.ts';
import type { SubjectKeys } from './record.ts';

/** What a fact says of a blob: hex SHA-256 of its plain bytes, and their number. */
export interface Blob {
  readonly sha256: string;
  readonly size: number;
}

export const largestBlobBytes = 25 * 1024 * 1024;

/**
 * Keeps bytes that are about a person, such as an HTTP exchange without its secrets, sealed
 * under the person's key. The fact names the result as a personal value `evidence.<n>`:
 * `{ kind, sha256, size }`. The same bytes again change nothing; whoever they belonged to
 * first, his erasure destroys them.
 */
export async function keepBlob(
  tx: Db,
  keys: SubjectKeys,
  subject: string,
  bytes: Uint8Array,
): Promise<Blob> {
  if (bytes.length > largestBlobBytes) {
    throw new Error(
      `A blob of ${bytes.length} bytes is too large; ${largestBlobBytes} is the limit.`,
    );
  }
  const digest = sha256(bytes);
  const hex = digest.toString('hex');
  const key = await keys.keyOf(tx, subject);
  await tx.query(sql`
    insert into ledger.blob (sha256, subject, size, ct)
    values (${digest}, ${subject}, ${bytes.length}, ${seal(key, blobPlace(hex), bytes)})
        on conflict (sha256) do nothing
  `);
  return { sha256: hex, size: bytes.length };
}

/**
 * Keeps bytes that are about nobody who leaves, such as the signature of an approval, as they are: they prove
 * something also when the person is erased. The fact names the result in its `evidence`.
 */
export async function keepOpenBlob(tx: Db, bytes: Uint8Array): Promise<Blob> {
  const digest = sha256(bytes);
  await tx.query(sql`
    insert into ledger.blob (sha256, size, ct)
    values (${digest}, ${bytes.length}, ${Buffer.from(bytes)})
        on conflict (sha256) do nothing
  `);
  return { sha256: digest.toString('hex'), size: bytes.length };
}

/** Bytes of {@link keepOpenBlob}; null where there are none. Throws when they were tampered with. */
export async function readOpenBlob(db: Db, hexSha256: string): Promise<Buffer | null> {
  const { rows } = await db.query<{ ct: Buffer }>(sql`
    select ct from ledger.blob where sha256 = decode(${hexSha256}, 'hex') and subject is null
  `);
  const [found] = rows;
  if (!found || sha256(found.ct).toString('hex') === hexSha256) return found?.ct ?? null;
  throw changed(hexSha256);
}

const changed = (hexSha256: string): Error =>
  new Error(`The blob ${hexSha256} is not what was stored: it was changed in the database.`);

/** The plain bytes of a blob; null where there is none, or none any more. Throws when it was tampered with. */
export async function openBlob(
  db: Db,
  keys: SubjectKeys,
  hexSha256: string,
): Promise<Buffer | null> {
  const { rows } = await db.query<{ subject: string; ct: Buffer }>(sql`
    select subject, ct
      from ledger.blob
      join ledger.subject_key using (subject)
     where sha256 = decode(${hexSha256}, 'hex')
       and wrapped is not null
  `);
  const [found] = rows;
  if (!found) return null;
  const bytes = unseal(await keys.keyOf(db, found.subject), blobPlace(hexSha256), found.ct);
  if (bytes && sha256(bytes).toString('hex') === hexSha256) return bytes;
  throw changed(hexSha256);
}
