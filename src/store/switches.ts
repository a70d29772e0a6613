import { type Db, sql } from './sql.ts';

export interface SwitchRow {
  readonly stoppedAt: Date | null;
  readonly stoppedBy: string | null;
  readonly reason: string | null;
}

export async function readSwitch(db: Db): Promise<SwitchRow> {
  const { rows } = await db.query<SwitchRow>(sql`
    select stopped_at as "stoppedAt", stopped_by as "stoppedBy", reason from switches where name = 'outbound'
  `);
  return rows[0]!;
}

/** False: it is stopped already. */
export async function stopOutbound(db: Db, it: { by: string; reason: string }): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    with told as (select pg_notify('gatehouse_outbound', 'stopped'))
    update switches
       set stopped_at = clock_timestamp(), stopped_by = ${it.by}, reason = ${it.reason}, resumed_by = '{}'
      from told
     where name = 'outbound'
       and stopped_at is null
  `);
  return rowCount === 1;
}

/** Counts one person who wants to go on; goes on when two have, or when there is only one who may. Null: not stopped. */
export async function resumeOutbound(
  db: Db,
  it: { by: string },
): Promise<{ resumed: boolean; by: readonly string[] } | null> {
  const { rows } = await db.query<{ by: string[]; others: boolean }>(sql`
    update switches
       set resumed_by = case when ${it.by} = any (resumed_by) then resumed_by else array_append(resumed_by, ${it.by}) end
     where name = 'outbound'
       and stopped_at is not null
    returning resumed_by as by,
              (select count(*) > 1 from users
                where disabled_at is null and roles && array['it-admin', 'security']) as others
  `);
  const found = rows[0];
  if (!found) return null;
  if (found.others && found.by.length < 2) return { resumed: false, by: found.by };
  await db.query(sql`
    update switches
       set stopped_at = null, stopped_by = null, reason = null, resumed_by = '{}'
     where name = 'outbound'
  `);
  return { resumed: true, by: found.by };
}
