import { type Db, sql } from './sql.ts';

export interface PlaybookRow {
  readonly id: string;
  /** Of the row; `number` is the playbook's own version. */
  readonly version: number;
  readonly name: string;
  /** 1, 2, 3 … per name. */
  readonly number: number;
  readonly title: string;
  readonly text: string;
  readonly status: 'draft' | 'published' | 'retired';
  /** Routing tries smaller ones first. */
  readonly position: number;
  readonly author: string;
  readonly publishedBy: string | null;
  readonly createdAt: Date;
  /** What is different and why, in the words of whoever put it forward; null: nobody said. */
  readonly note: string | null;
}

const columns = sql`id, version, name, number, title, text, status, position, author, published_by as "publishedBy",
           created_at as "createdAt", note`;

export async function loadPlaybook(db: Db, id: string): Promise<PlaybookRow | null> {
  const { rows } = await db.query<PlaybookRow>(sql`
    select ${columns}
      from playbooks
     where id = ${id}
  `);
  return rows[0] ?? null;
}

/** Every version of every playbook, in routing order, newest version first. */
export async function listPlaybooks(db: Db): Promise<readonly PlaybookRow[]> {
  const { rows } = await db.query<PlaybookRow>(sql`
    select ${columns}
      from playbooks
     order by position, name, number desc
  `);
  return rows;
}

/** What routing chooses from, in its order. */
export async function publishedPlaybooks(db: Db): Promise<readonly PlaybookRow[]> {
  return (await listPlaybooks(db)).filter((it) => it.status === 'published');
}

/** A new draft; the next number of its name, last in the routing order if the name is new. */
export async function draftPlaybook(
  db: Db,
  it: Pick<PlaybookRow, 'id' | 'name' | 'title' | 'text' | 'author'> & { note?: string | null },
): Promise<number> {
  const { rows } = await db.query<{ number: number }>(sql`
    insert into playbooks (id, version, name, number, title, text, status, position, author, note)
    select ${it.id}, 1, ${it.name}, coalesce(max(number) filter (where name = ${it.name}), 0) + 1, ${it.title}, ${it.text},
           'draft', coalesce(max(position) filter (where name = ${it.name}), coalesce(max(position), 0) + 1), ${it.author},
           ${it.note ?? null}
      from playbooks
    returning number
  `);
  return rows[0]!.number;
}

/** Moves a playbook version along draft → published → retired. Returns the row's new version. */
export async function movePlaybook(
  db: Db,
  it: { id: string; status: 'published' | 'retired'; by: string },
): Promise<number | null> {
  const { rows } = await db.query<{ version: number }>(sql`
    update playbooks
       set version = version + 1, status = ${it.status},
           published_by = case when ${it.status} = 'published' then ${it.by} else published_by end
     where id = ${it.id}
       and status = case when ${it.status} = 'published' then 'draft' else 'published' end
    returning version
  `);
  return rows[0]?.version ?? null;
}
