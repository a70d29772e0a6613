import {
  countLinks,
  countScim,
  linksOfScim,
  listScim,
  type ScimKind,
  type ScimLinks,
  type ScimNarrowing,
  type ScimRow,
} from '#store/scim.ts';
import type { Db } from '#store/sql.ts';
import type { App } from './app.ts';

export type { ScimKind, ScimNarrowing };

/** What a provider keeps with us, and what it belongs to. */
export interface Resource extends ScimRow, ScimLinks {}

/** A provider that has shown its token. It reaches what is its own, and nothing else of Gatehouse. */
export interface Provider {
  readonly id: string;
  readonly personId: 'employeeNumber' | 'externalId' | 'userName';
}

export async function showResource(
  app: App,
  provider: Provider,
  it: { kind: ScimKind; id: string },
): Promise<Resource | null> {
  const [found] = (await findResources(app, provider, { ...it, skip: 0, limit: 1 })).page;
  return found ?? null;
}

const nothing: ScimNarrowing = {
  id: null,
  name: null,
  externalId: null,
  email: null,
  member: null,
};
/** How many are looked through at a time, and how many links of theirs are held in memory. */
const batch = 500;
const mostLinks = 50_000;

/**
 * One page of what fits, and how many fit; it ends early where its groups are large. Those that a column can find
 * are asked of the database, and each of these is held against `test`; without either the database counts.
 */
export async function findResources(
  app: App,
  provider: Provider,
  it: {
    kind: ScimKind;
    id?: string;
    narrowing?: ScimNarrowing;
    test?: ((resource: Resource) => boolean) | null;
    skip: number;
    limit: number;
  },
): Promise<{ total: number; page: readonly Resource[] }> {
  const { kind, skip, limit, test = null } = it;
  const of = { source: provider.id, kind };
  const narrowing = it.narrowing ?? { ...nothing, id: it.id ?? null };
  if (test === null) {
    const rows = await listScim(app.pool, { ...of, narrowing, after: null, skip, limit });
    const total = it.id === undefined ? await countScim(app.pool, of) : rows.length;
    const [page = []] = await portionsOf(app.pool, rows);
    return { total, page: await allWithLinks(app.pool, page) };
  }
  const page: Resource[] = [];
  let held = 0;
  let isFull = false;
  let total = 0;
  for (let after: string | null = null; ; ) {
    const rows = await listScim(app.pool, { ...of, narrowing, after, skip: 0, limit: batch });
    for (const portion of await portionsOf(app.pool, rows)) {
      for (const resource of await allWithLinks(app.pool, portion)) {
        if (!test(resource)) continue;
        total += 1;
        if (total <= skip || isFull) continue;
        held += resource.members.length + resource.groups.length;
        isFull = page.length === limit || (page.length > 0 && held > mostLinks);
        if (!isFull) page.push(resource);
      }
    }
    const last = rows.at(-1);
    if (!last || rows.length < batch) return { total, page };
    after = last.id;
  }
}

/** Cut so that no part has many more links than are held at a time. */
async function portionsOf(db: Db, rows: readonly ScimRow[]): Promise<ScimRow[][]> {
  const counts = await countLinks(
    db,
    rows.map((row) => row.id),
  );
  const portions: ScimRow[][] = [];
  let held = Number.POSITIVE_INFINITY;
  for (const row of rows) {
    held += counts.get(row.id) ?? 0;
    if (held > mostLinks) {
      portions.push([]);
      held = counts.get(row.id) ?? 0;
    }
    portions.at(-1)!.push(row);
  }
  return portions;
}

async function allWithLinks(db: Db, rows: readonly ScimRow[]): Promise<Resource[]> {
  const links = await linksOfScim(
    db,
    rows.map((row) => row.id),
  );
  return rows.map((row) => ({ members: [], groups: [], ...links.get(row.id), ...row }));
}

export const withLinks = async (db: Db, row: ScimRow): Promise<Resource> =>
  (await allWithLinks(db, [row]))[0]!;
