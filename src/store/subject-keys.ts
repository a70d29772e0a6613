import { createHash, randomBytes } from 'node:crypto';
import { type KeyCacheOptions, openKeyCache } from './key-cache.ts';
import type { Keyring } from './keys.ts';
import { type Db, sql } from './sql.ts';

/** Somebody asked for the key of a person whose data was erased: there is nothing left to open. */
export class SubjectErased extends Error {
  override readonly name = 'SubjectErased';

  constructor(subject: string) {
    super(`The data of person ${subject} was erased, and the key with it.`);
  }
}

/**
 * The 256-bit keys under which the personal values of the record are sealed, one for each person.
 * They lie in `ledger.subject_key`, wrapped under the `subject` key.
 *
 * The row is read every time, which is a look-up by its primary key: so a destroyed key is
 * refused at once, wherever it was destroyed, and a key whose transaction was rolled back is
 * never used again. Only the unwrapping, which may ask a key service, is remembered; `forgetErased`, called every
 * few seconds, takes keys of the erased out of the memory of a process that nobody asks for them.
 */
export function openSubjectKeys(keyring: Keyring, options: KeyCacheOptions = {}) {
  const remembered = openKeyCache(options);

  async function make(db: Db, subject: string): Promise<Buffer> {
    const { wrapped } = await keyring.wrap('subject', subject, randomBytes(32));
    const { rows } = await db.query<{ wrapped: Buffer }>(sql`
      insert into ledger.subject_key (subject, wrapped)
      values (${subject}, ${wrapped})
          on conflict (subject) do nothing
      returning wrapped
    `);
    const kept = rows[0]?.wrapped ?? (await find(db, subject)); // ours, or that of whoever was faster
    if (kept) return kept;
    throw new Error(`The key of person ${subject} was made and cannot be seen.`);
  }

  return {
    /**
     * The key of one person, made at the first time. In a transaction the new key stands and
     * falls with it. Throws {@link SubjectErased} once it was destroyed. `stored` spares the
     * look-up to who has just read the row in a statement of their own.
     */
    async keyOf(db: Db, subject: string, stored?: Uint8Array): Promise<Buffer> {
      const wrapped = stored ?? (await find(db, subject)) ?? (await make(db, subject));
      const name = `${subject} ${createHash('sha256').update(wrapped).digest('base64')}`;
      return remembered(name, () => keyring.unwrap('subject', subject, wrapped));
    },

    /** Lets go of the unwrapped keys of people who were erased, wherever that was. Returns of how many. */
    async forgetErased(db: Db): Promise<number> {
      const names = new Map(remembered.names().map((name) => [name.split(' ')[0]!, name]));
      if (names.size === 0) return 0;
      const { rows } = await db.query<{ subject: string }>(sql`
        select subject
          from ledger.subject_key
         where subject = any (${[...names.keys()]}::uuid[])
           and wrapped is null
      `);
      for (const { subject } of rows) remembered.forget(names.get(subject)!);
      return rows.length;
    },
  };
}

async function find(db: Db, subject: string): Promise<Buffer | null> {
  const { rows } = await db.query<{ wrapped: Buffer | null }>(sql`
    select wrapped from ledger.subject_key where subject = ${subject}
  `);
  if (rows[0]?.wrapped === null) throw new SubjectErased(subject);
  return rows[0]?.wrapped ?? null;
}
