import type { Addressee } from '#core/task.ts';
import { newId } from './random.ts';
import { type Db, sql } from './sql.ts';

/** A link of a letter, as it leads to its task. */
export interface TaskLink extends Addressee {
  /** Stands in the record for whoever answers by it. */
  readonly id: string;
  readonly stepId: string;
  readonly isExpired: boolean;
}

/** Keeps a link that is about to be written to somebody, for so many days. */
export async function keepTaskLink(
  db: Db,
  it: { stepId: string; to: Addressee; tokenHash: Buffer; days: number },
): Promise<void> {
  await db.query(sql`
    insert into task_links (token_hash, id, step_id, name, email, expires_at)
    values (${it.tokenHash}, ${newId()}, ${it.stepId}, ${it.to.name}, ${it.to.email},
            clock_timestamp() + make_interval(days => ${it.days}))
  `);
}

/** The names of those who hold these links, by id. */
export async function linkHolders(
  db: Db,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map();
  const { rows } = await db.query<{ id: string; name: string }>(sql`
    select id, name from task_links where id = any (${ids}::text[])
  `);
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** How long whoever opens a link that has ended is told so. */
const endedLinkDays = 30;

/** Forgets links that ended long ago, but for those by which somebody answered: the record names them. */
export async function forgetOldTaskLinks(db: Db): Promise<void> {
  await db.query(sql`
    delete from task_links
     where expires_at < clock_timestamp() - make_interval(days => ${endedLinkDays})
       and not exists (select from ledger.event_ix where actor_id = task_links.id)
  `);
}

/** What is behind a link; null: nothing. */
export async function taskLinkBehind(db: Db, tokenHash: Buffer): Promise<TaskLink | null> {
  const { rows } = await db.query<TaskLink & { id: string }>(sql`
    select id, step_id as "stepId", name, email, expires_at < clock_timestamp() as "isExpired"
      from task_links
     where token_hash = ${tokenHash}
  `);
  return rows[0] ?? null;
}
