import { type Db, sql } from './sql.ts';

/** Somebody about whom nothing is approved by one person alone, for as long as it is open. */
export interface ProtectionRow {
  readonly id: string;
  readonly version: number;
  /** The row in `people`. */
  readonly person: string;
  readonly setBy: string;
  readonly setAt: Date;
  /** The first of the two who lift it. */
  readonly liftAskedBy: string | null;
  readonly liftedBy: string | null;
  readonly liftedAt: Date | null;
  /** Of the HR system. */
  readonly personId: string;
  readonly name: string;
  readonly ref: string;
  readonly subject: string;
}

/** Open ones first, the newest first. */
export async function listProtections(db: Db): Promise<readonly ProtectionRow[]> {
  const { rows } = await db.query<ProtectionRow>(sql`
    select * from protection_view order by "liftedAt" is not null, "setAt" desc, id
  `);
  return rows;
}

export async function lockProtection(db: Db, id: string): Promise<ProtectionRow | null> {
  await db.query(sql`select from protections where id = ${id} for no key update`);
  const { rows } = await db.query<ProtectionRow>(
    sql`select * from protection_view where id = ${id}`,
  );
  return rows[0] ?? null;
}

/** The open protection of the person with this HR id, whichever employment it was set on. */
export async function openProtectionOf(db: Db, personId: string): Promise<ProtectionRow | null> {
  const { rows } = await db.query<ProtectionRow>(sql`
    select *
      from protection_view
     where "personId" = ${personId}
       and "liftedAt" is null
     order by "setAt"
     limit 1
  `);
  return rows[0] ?? null;
}

export async function insertProtection(
  db: Db,
  it: { id: string; person: string; by: string },
): Promise<void> {
  await db.query(sql`
    insert into protections (id, version, person, set_by) values (${it.id}, 1, ${it.person}, ${it.by})
  `);
}

/** Keeps the first of the two who lift it. */
export async function askToLift(db: Db, it: { id: string; by: string }): Promise<void> {
  await db.query(sql`
    update protections set lift_asked_by = ${it.by} where id = ${it.id} and lifted_at is null
  `);
}

/** False: it was lifted already. */
export async function liftProtection(
  db: Db,
  it: { id: string; version: number; by: string },
): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    update protections
       set version = version + 1, lifted_by = ${it.by}, lifted_at = clock_timestamp()
     where id = ${it.id}
       and version = ${it.version}
       and lifted_at is null
  `);
  return rowCount === 1;
}
