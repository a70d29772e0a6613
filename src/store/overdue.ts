import { type Db, type Sql, sql } from './sql.ts';

export interface Overdue {
  readonly steps: number;
  /** Ids; steps without a connection count under none. */
  readonly connections: readonly string[];
  /** Whether somebody has been told of it. */
  readonly told: boolean;
}

/** Which steps are overdue, and when. */
export interface Patience {
  /** Those that end access, or all others. */
  readonly endsAccess: boolean;
  readonly afterMs: number;
  /** What the alert is known by. */
  readonly condition: string;
}

/**
 * Steps that may be carried out, and that nobody has begun since their moment came. A connection that
 * is down or paused has an alert of its own.
 */
export const stepsOverdue = ({ endsAccess, afterMs }: Patience): Sql => sql`
    select s.connection_id
      from steps s
      join cases c on c.id = s.case_id
      left join connections k on k.id = s.connection_id
      left join connection_health h on h.connection_id = s.connection_id
     where s.status = 'ready'
       and (s.layer = 'security') = ${endsAccess}
       and s.started_at is null
       and s.wake_at < clock_timestamp() - make_interval(secs => ${afterMs / 1_000})
       and s.dropped_at is null
       and c.state in ('scheduled', 'running', 'access-removed')
       and (s.undo_of is not null) = (c.direction = 'back')
       and (k.id is null or k.state = 'active')
       and h.down_since is null
       and (h.quiet_until is null or h.quiet_until < clock_timestamp())
       and not exists (select from switches where name = 'outbound' and stopped_at is not null)
`;

export async function overdueSteps(db: Db, patience: Patience): Promise<Overdue> {
  const { rows } = await db.query<{ steps: number; connections: string[]; told: boolean }>(sql`
    select count(*)::int as steps,
           coalesce(array_agg(distinct s.connection_id order by s.connection_id)
                      filter (where s.connection_id is not null), '{}') as connections,
           exists (select from alerts where condition = ${patience.condition} and resolved_at is null) as told
      from (${stepsOverdue(patience)}) s
  `);
  return rows[0]!;
}
