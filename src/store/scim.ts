import { type Db, json, sql } from './sql.ts';

export type ScimKind = 'User' | 'Group';

/** What an identity provider keeps with us. */
export interface ScimRow {
  readonly id: string;
  readonly kind: ScimKind;
  /** Counts from 1. */
  readonly version: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly personId: string | null;
  readonly active: boolean;
  readonly activeSince: Date;
  readonly createdAt: Date;
  readonly changedAt: Date;
}

/** Another resource, as far as a membership shows it. */
export interface ScimLink {
  readonly id: string;
  readonly kind: ScimKind;
  readonly display: string;
}

/** Who is in a group, or which groups somebody is in. */
export interface ScimLinks {
  readonly members: readonly ScimLink[];
  readonly groups: readonly ScimLink[];
}

export interface ScimDraft extends Pick<ScimRow, 'attributes' | 'personId' | 'active'> {
  /** In lower case: what must be unique, or is looked for. */
  readonly name: string;
  readonly externalId: string | null;
  /** In lower case, the userName among them where it is an address. */
  readonly emails: readonly string[];
}

/** What a search asks of one column; null: nothing. */
export interface ScimNarrowing {
  readonly id: string | null;
  /** In lower case, as is the address. */
  readonly name: string | null;
  readonly externalId: string | null;
  readonly email: string | null;
  /** Only groups with this member. */
  readonly member: string | null;
}

const columns = sql`
  id, kind, version, attributes, person_id as "personId", active, active_since as "activeSince",
  created_at as "createdAt", changed_at as "changedAt"
`;

/** Fails with a unique violation where the provider has a user of this name already. */
export async function insertScim(
  db: Db,
  it: ScimDraft & { source: string; kind: ScimKind; at: Date },
): Promise<ScimRow> {
  const { rows } = await db.query<ScimRow>(sql`
    insert into scim_resources (source, kind, attributes, name, external_id, emails, person_id, active, active_since,
                                created_at, changed_at)
    values (${it.source}, ${it.kind}, ${json(it.attributes)}, ${it.name}, ${it.externalId}, ${it.emails}::text[],
            ${it.personId}, ${it.active}, ${it.at}, ${it.at}, ${it.at})
    returning ${columns}
  `);
  return rows[0]!;
}

/** Locks a resource until the transaction ends. Null: this provider has none of that id. */
export async function lockScim(
  db: Db,
  it: { source: string; kind: ScimKind; id: string },
): Promise<ScimRow | null> {
  const { rows } = await db.query<ScimRow>(sql`
    select ${columns}
      from scim_resources
     where source = ${it.source}
       and kind = ${it.kind}
       and id = ${it.id}
       for update
  `);
  return rows[0] ?? null;
}

/** Changes a resource that is locked. Fails like {@link insertScim}. */
export async function updateScim(
  db: Db,
  it: ScimDraft & { id: string; at: Date; activeSince: Date },
): Promise<ScimRow> {
  const { rows } = await db.query<ScimRow>(sql`
    update scim_resources
       set version = version + 1, attributes = ${json(it.attributes)}, name = ${it.name},
           external_id = ${it.externalId}, emails = ${it.emails}::text[], person_id = ${it.personId},
           active = ${it.active}, active_since = ${it.activeSince}, changed_at = ${it.at}
     where id = ${it.id}
    returning ${columns}
  `);
  return rows[0]!;
}

export async function deleteScim(db: Db, id: string): Promise<void> {
  await db.query(sql`delete from scim_resources where id = ${id}`);
}

/** How many fit. */
export async function countScim(db: Db, it: { source: string; kind: ScimKind }): Promise<number> {
  const { rows } = await db.query<{ count: number }>(sql`
    select count(*)::int as count from scim_resources where source = ${it.source} and kind = ${it.kind}
  `);
  return rows[0]!.count;
}

/** Those that fit, in the order of their ids; `after` is the last id of the page before. */
export async function listScim(
  db: Db,
  it: {
    source: string;
    kind: ScimKind;
    narrowing: ScimNarrowing;
    after: string | null;
    skip: number;
    limit: number;
  },
): Promise<readonly ScimRow[]> {
  const { id, name, externalId, email, member } = it.narrowing;
  const { rows } = await db.query<ScimRow>(sql`
    select ${columns}
      from scim_resources
     where source = ${it.source}
       and kind = ${it.kind}
       and (${id}::uuid is null or id = ${id}::uuid)
       and (${name}::text is null or name = ${name})
       and (${externalId}::text is null or external_id = ${externalId})
       and (${email}::text is null or emails @> array[${email}::text])
       and (${member}::uuid is null
            or exists (select from scim_members m where m.group_id = scim_resources.id and m.member_id = ${member}::uuid))
       and (${it.after}::uuid is null or id > ${it.after}::uuid)
     order by id
    offset ${it.skip}
     limit ${it.limit}
  `);
  return rows;
}

/** How many links each of these has, in both directions. */
export async function countLinks(
  db: Db,
  ids: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await db.query<{ id: string; count: number }>(sql`
    select id, count(*)::int as count
      from (select group_id as id from scim_members where group_id = any (${ids}::uuid[])
             union all
            select member_id from scim_members where member_id = any (${ids}::uuid[])) as link
     group by id
  `);
  return new Map(rows.map((row) => [row.id, row.count]));
}

/** Both directions of membership of each of these; those without any are left out. */
export async function linksOfScim(
  db: Db,
  ids: readonly string[],
): Promise<ReadonlyMap<string, ScimLinks>> {
  const { rows } = await db.query<ScimLink & { of: string; as: keyof ScimLinks }>(sql`
    select m.group_id as of, 'members' as as, r.id, r.kind,
           coalesce(r.attributes ->> 'displayName', r.attributes ->> 'userName') as display
      from scim_members m
      join scim_resources r on r.id = m.member_id
     where m.group_id = any (${ids}::uuid[])
     union all
    select m.member_id, 'groups', r.id, r.kind, r.attributes ->> 'displayName'
      from scim_members m
      join scim_resources r on r.id = m.group_id
     where m.member_id = any (${ids}::uuid[])
     order by 1, 3
  `);
  const links = new Map<string, Record<keyof ScimLinks, ScimLink[]>>();
  for (const { of, as, ...link } of rows) {
    const entry = links.get(of) ?? { members: [], groups: [] };
    entry[as].push(link);
    links.set(of, entry);
  }
  return links;
}

/** Puts these into a group in the place of who was there. Returns those that this provider does not have. */
export async function replaceMembers(
  db: Db,
  it: { source: string; group: string; members: readonly string[] },
): Promise<readonly string[]> {
  const { rows } = await db.query<{ id: string }>(sql`
    select given.id
      from unnest(${it.members}::uuid[]) as given (id)
     where not exists (select from scim_resources r where r.id = given.id and r.source = ${it.source})
  `);
  if (rows.length > 0) return rows.map((row) => row.id);
  await db.query(sql`
    delete from scim_members where group_id = ${it.group} and member_id <> all (${it.members}::uuid[])
  `);
  await db.query(sql`
    insert into scim_members (group_id, member_id)
    select ${it.group}, member from unnest(${it.members}::uuid[]) as member
        on conflict do nothing
  `);
  return [];
}

/** The HR id of whoever has this account. */
export async function personIdOfScim(
  db: Db,
  it: { source: string; id: string },
): Promise<string | null> {
  const { rows } = await db.query<{ personId: string | null }>(sql`
    select person_id as "personId" from scim_resources where source = ${it.source} and id = ${it.id}
  `);
  return rows[0]?.personId ?? null;
}
