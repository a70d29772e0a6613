import { newId } from './random.ts';
import { type Db, sql } from './sql.ts';

/** Whether anybody is to be written to, or was. */
export const checkpointLetters = sql`
    select from settings where id = 'checkpoints' union all select from checkpoint_letters
`;

/** Forgets when those were written to who are no auditors any more. */
export async function keepRecipients(db: Db, recipients: readonly string[]): Promise<void> {
  await db.query(sql`
    delete from checkpoint_letters where recipient <> all (${recipients.map(lowered)})
  `);
}

/**
 * Takes the letter to one auditor, if the last one is old enough and nobody else is sending it: its id, or null.
 * Whoever dies over it is followed by another after `retryMs`.
 */
export async function takeCheckpointLetter(
  db: Db,
  recipient: string,
  { everyMs, retryMs }: { everyMs: number; retryMs: number },
): Promise<string | null> {
  const { rows } = await db.query<{ id: string }>(sql`
    insert into checkpoint_letters as letter (recipient, id, try_at)
    values (${lowered(recipient)}, ${newId()}, clock_timestamp() + ${retryMs} * interval '1 millisecond')
        on conflict (recipient) do update set try_at = excluded.try_at
     where coalesce(letter.sent_at <= clock_timestamp() - ${everyMs} * interval '1 millisecond', true)
       and coalesce(letter.try_at <= clock_timestamp(), true)
    returning id
  `);
  return rows[0]?.id ?? null;
}

export async function checkpointLetterSent(db: Db, id: string): Promise<void> {
  await db.query(sql`
    update checkpoint_letters
       set sent_at = clock_timestamp(), try_at = null, failing_since = null, problem = null
     where id = ${id}
  `);
}

/** It is tried again when the time of whoever took it is over. */
export async function checkpointLetterFailed(db: Db, id: string, problem: string): Promise<void> {
  await db.query(sql`
    update checkpoint_letters
       set failing_since = coalesce(failing_since, clock_timestamp()), problem = ${problem}
     where id = ${id}
  `);
}

/** How many letters have not gone out for longer than this, and why the first of them has not; null: none. */
export async function unsentCheckpointLetters(
  db: Db,
  longerMs: number,
): Promise<{ readonly count: number; readonly problem: string } | null> {
  const { rows } = await db.query<{ count: number; problem: string | null }>(sql`
    select count(*)::integer as count, min(problem) as problem
      from checkpoint_letters
     where failing_since < clock_timestamp() - ${longerMs} * interval '1 millisecond'
  `);
  const { count = 0, problem = null } = rows[0] ?? {};
  return problem === null ? null : { count, problem };
}

const lowered = (address: string): string => address.toLowerCase();
