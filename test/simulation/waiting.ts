import type { House } from './house.ts';

export interface Waiting {
  readonly what: 'held' | 'task' | 'approval' | 'paused' | 'way back' | 'under way';
  readonly id: string;
  readonly kind: string;
  readonly because: string | null;
  readonly tries: number;
}

/** Everything that is not over, and what of it waits for people. */
export const whatWaits = (house: House): Promise<Waiting[]> =>
  house.database.rows<Waiting>(`
    select case when s.status = 'held' and s.held_at < clock_timestamp() - interval '1 minute' then 'held'
                when s.kind = 'task' and s.assignment is not null then 'task'
                else 'under way' end as what,
           s.id, s.kind, s.because,
           (select count(*)::int from ledger.staged l where l.row_key like 'steps/' || s.id || '@%') as tries
      from steps s join cases c on c.id = s.case_id
     where s.status <> 'settled' and s.dropped_at is null
       and c.state in ('scheduled', 'running', 'access-removed')
       and (s.undo_of is not null) = (c.direction = 'back')
    union all
    select 'approval', a.id::text, a.action, null, 0 from approvals a join cases c on c.id = a.case_id
     where a.decision is null and a.ended_at is null and c.state in ('running', 'access-removed')
    union all
    select case when c.state = 'paused' then 'paused'
                when c.state = 'waiting-for-approval' and c.plan_digest is not null then 'way back'
                else 'under way' end, c.id, c.state, c.plan_digest, 0
      from cases c where c.state not in ('complete', 'cancelled', 'brought-back')
    union all
    select 'under way', d.id, 'delivery', d.detail, 0 from deliveries d where d.outcome in ('received', 'waiting')
     order by 2, 1`);

/** Accounts of complete departures that a step has suspended, and read as such. */
export const suspendedForGood = async (house: House): Promise<string[]> =>
  (
    await house.database.rows<{ id: string }>(`
      select distinct s.account ->> 'id' as id
        from steps s join cases c on c.id = s.case_id
       where c.state = 'complete' and s.capability = 'account.suspend' and s.grade = 'verified'
         and s.undo_of is null and s.dropped_at is null
         and not exists (select from steps gone
                          where gone.account = s.account and gone.capability = 'account.delete' and gone.grade = 'verified')
       order by 1`)
  ).map(({ id }) => id);
