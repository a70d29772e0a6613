import { type Db, sql } from './sql.ts';

/** Counts for whoever watches over the installation: of no person and of no system. */
export interface Counts {
  readonly cases: Readonly<Record<string, number>>;
  /** Those that have no grade yet. */
  readonly openSteps: Readonly<Record<string, number>>;
  readonly connections: Readonly<Record<string, number>>;
  readonly openAlerts: Readonly<Record<string, number>>;
}

export async function countAll(db: Db): Promise<Counts> {
  const { rows } = await db.query<{ what: keyof Counts; name: string; count: number }>(sql`
    select 'cases' as what, state as name, count(*)::int as count from cases group by state
     union all
    select 'openSteps', status, count(*)::int
      from steps
     where status in ('ready', 'running', 'held')
       and dropped_at is null
     group by status
     union all
    select 'connections', case when c.state = 'active' and h.down_since is not null then 'down' else c.state end as state,
           count(*)::int
      from connections c
      left join connection_health h on h.connection_id = c.id
     where c.state <> 'disabled'
     group by 2
     union all
    select 'openAlerts', kind, count(*)::int from alerts where resolved_at is null group by kind
  `);
  const of = (what: keyof Counts) =>
    Object.fromEntries(rows.filter((it) => it.what === what).map((it) => [it.name, it.count]));
  return {
    cases: of('cases'),
    openSteps: of('openSteps'),
    connections: of('connections'),
    openAlerts: of('openAlerts'),
  };
}
