import { type Db, sql } from './sql.ts';

/** A choice of a list that somebody keeps under a name. */
export interface SavedView {
  readonly id: string;
  readonly owner: string;
  readonly list: string;
  readonly name: string;
  /** What the address of the list says. */
  readonly search: Readonly<Record<string, string>>;
  readonly shared: boolean;
}

/** Somebody's own, and what others share, by name. */
export async function savedViewsFor(db: Db, userId: string): Promise<readonly SavedView[]> {
  const { rows } = await db.query<SavedView>(sql`
    select id, owner, list, name, search, shared
      from saved_views
     where owner = ${userId} or shared
     order by lower(name), id
  `);
  return rows;
}

/** How many somebody keeps beside one of this name. */
export async function countOtherViews(
  db: Db,
  { owner, list, name }: Pick<SavedView, 'owner' | 'list' | 'name'>,
): Promise<number> {
  const { rows } = await db.query<{ count: number }>(sql`
    select count(*)::int as count
      from saved_views
     where owner = ${owner}
       and (list, name) <> (${list}, ${name})
  `);
  return rows[0]?.count ?? 0;
}

/** Keeps a view in the place of the owner's one of the same name, whose id stays. */
export async function saveView(db: Db, it: SavedView): Promise<SavedView> {
  const { rows } = await db.query<SavedView>(sql`
    insert into saved_views (id, owner, list, name, search, shared)
    values (${it.id}, ${it.owner}, ${it.list}, ${it.name}, ${JSON.stringify(it.search)}, ${it.shared})
        on conflict (owner, list, name) do update
       set search = excluded.search, shared = excluded.shared, saved_at = clock_timestamp()
    returning id, owner, list, name, search, shared
  `);
  return rows[0]!;
}

/** False: there is no such view of this owner. */
export async function dropSavedView(
  db: Db,
  { id, owner }: Pick<SavedView, 'id' | 'owner'>,
): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    delete from saved_views where id = ${id} and owner = ${owner}
  `);
  return rowCount === 1;
}
