import type { PlaybookRow } from './playbooks.ts';
import { type Db, sql } from './sql.ts';

/** What somebody is writing; nobody else sees it. */
export interface PlaybookDraftRow {
  readonly id: string;
  readonly author: string;
  /** Of the playbook that it becomes a version of. */
  readonly name: string;
  readonly version: number;
  readonly text: string;
  /** Id of the version that was live when it began; null: there was none. */
  readonly basedOn: string | null;
  readonly changedAt: Date;
}

const columns = sql`id, author, name, version, text, based_on as "basedOn", changed_at as "changedAt"`;

export async function draftsOf(db: Db, author: string): Promise<readonly PlaybookDraftRow[]> {
  const { rows } = await db.query<PlaybookDraftRow>(sql`
    select ${columns} from playbook_drafts where author = ${author} order by changed_at desc, id
  `);
  return rows;
}

export async function loadDraft(
  db: Db,
  it: { author: string; name: string },
): Promise<PlaybookDraftRow | null> {
  const { rows } = await db.query<PlaybookDraftRow>(sql`
    select ${columns} from playbook_drafts where author = ${it.author} and name = ${it.name}
  `);
  return rows[0] ?? null;
}

/** Null: there is one of this author and name already. */
export async function beginDraft(
  db: Db,
  it: { id: string; author: string; name: string; text: string; basedOn: string | null },
): Promise<PlaybookDraftRow | null> {
  const { rows } = await db.query<PlaybookDraftRow>(sql`
    insert into playbook_drafts (id, author, name, version, text, based_on)
    values (${it.id}, ${it.author}, ${it.name}, 1, ${it.text}, ${it.basedOn})
        on conflict (author, name) do nothing
    returning ${columns}
  `);
  return rows[0] ?? null;
}

/** Null: it is another one meanwhile, or gone. */
export async function changeDraft(
  db: Db,
  it: { id: string; version: number; text: string; basedOn: string | null },
): Promise<PlaybookDraftRow | null> {
  const { rows } = await db.query<PlaybookDraftRow>(sql`
    update playbook_drafts
       set version = version + 1, text = ${it.text}, based_on = ${it.basedOn}, changed_at = clock_timestamp()
     where id = ${it.id} and version = ${it.version}
    returning ${columns}
  `);
  return rows[0] ?? null;
}

/** False: it is another one meanwhile, or gone. */
export async function endDraft(db: Db, it: { id: string; version: number }): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    delete from playbook_drafts where id = ${it.id} and version = ${it.version}
  `);
  return rowCount === 1;
}

/** A draft as the version that it would be if it were put forward now. */
export async function draftAsVersion(db: Db, id: string): Promise<PlaybookRow | null> {
  const { rows } = await db.query<PlaybookRow>(sql`
    select d.id, d.version, d.name, coalesce(max(p.number), 0) + 1 as number, d.name as title, d.text, 'draft' as status,
           coalesce(max(p.position), 0) as position, d.author, null as "publishedBy", d.changed_at as "createdAt",
           null as note
      from playbook_drafts d
      left join playbooks p on p.name = d.name
     where d.id = ${id}
     group by d.id
  `);
  return rows[0] ?? null;
}
