import { type Db, sql } from './sql.ts';

/** Whether a connection may be called for what can wait. */
export interface Leisure {
  readonly state: 'active' | 'paused' | 'disabled';
  readonly isDown: boolean;
  readonly isQuiet: boolean;
  /** Steps of departures and arrivals are due there: they come first. */
  readonly isBusy: boolean;
  /** Nobody waits in its line for the rate at which it may be asked. */
  readonly isLineFree: boolean;
}

export async function leisureOf(db: Db, connectionId: string): Promise<Leisure | null> {
  const { rows } = await db.query<Leisure>(sql`
    select k.state, h.down_since is not null as "isDown",
           coalesce(h.quiet_until > clock_timestamp(), false) as "isQuiet",
           exists (select
                     from steps s
                     join cases c on c.id = s.case_id
                    where s.connection_id = k.id
                      and s.status in ('ready', 'running')
                      -- what is late for longer waits for something else
                      and s.wake_at between clock_timestamp() - interval '1 minute' and clock_timestamp()
                      and s.dropped_at is null
                      and c.state in ('scheduled', 'running', 'access-removed')) as "isBusy",
           h.rate_per_second is null
           or coalesce(h.next_slot_at + h.moved <= clock_timestamp(), true) as "isLineFree"
      from connections k
      left join connection_health h on h.connection_id = k.id
     where k.id = ${connectionId}
  `);
  return rows[0] ?? null;
}
