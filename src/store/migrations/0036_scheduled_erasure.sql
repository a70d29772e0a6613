-- Up Migration

-- Erasing by schedule: who left longer ago than the setting `retention.eraseAfterMonths` says is erased without two
-- people deciding on each. Only the functions below make such an erasure, and only of somebody who is due.

alter table erasures
  add column scheduled boolean not null default false,
  alter column requested_by drop not null,
  drop constraint erasures_check1,
  add constraint decided check (scheduled or state not in ('approved', 'erased') or decided_by is not null),
  add constraint asked_for check (scheduled = (requested_by is null));

-- The two that carry it out ask for two people, or for the schedule.
do $$
declare
  it text;
  before text;
begin
  foreach it in array array['begin_erasure(uuid)', 'erase_person(uuid)'] loop
    before := pg_get_functiondef(it::regprocedure);
    if position('e.decided_by <> e.requested_by' in before) = 0 then
      raise exception '% does not ask for two people', it;
    end if;
    execute replace(before, 'e.decided_by <> e.requested_by', '(e.scheduled or e.decided_by <> e.requested_by)');
  end loop;
end $$;

-- Whom the schedule names: every employment of theirs has ended with a complete departure, the last one so many months
-- ago, and the setting has stood for a week, so that a mistake or an abuse is seen before it destroys anything.
create function due_for_erasure() returns table (person_id text)
language sql stable security definer set search_path = '' as $$
  with schedule as (
    select (value ->> 'eraseAfterMonths')::integer as months
      from public.settings
     where id = 'retention'
       and (value ->> 'eraseAfterMonths')::integer >= 12
       and not exists (select from ledger.staged
                        where convert_from(leaf, 'UTF8')::jsonb ->> 'type' = 'policy.changed')
       and not exists (select from ledger.event_ix
                        where type = 'policy.changed'
                          and body -> 'data' ->> 'policy' = 'retention'
                          and at > clock_timestamp() - interval '7 days')
  ), employment as (
    select p.person_id, newest.ended
      from public.people p
      left join lateral (
             select case when c.kind = 'departure' and c.state = 'complete'
                         then greatest(coalesce(c.employment_ends, c.ended_at::date), c.ended_at::date) end as ended
               from public.cases c
              where c.person = p.id
              order by c.opened_at desc
              limit 1) as newest on true
     where p.erased_at is null
  )
  select e.person_id
    from employment e, schedule
   group by e.person_id, schedule.months
  having bool_and(e.ended is not null)
     and max(e.ended) + make_interval(months => schedule.months) <= clock_timestamp()
     and not exists (select from public.erasures o
                      where o.person_id = e.person_id
                        and (o.state in ('waiting-for-approval', 'approved')
                             or o.state = 'refused' and o.ended_at > clock_timestamp() - interval '1 day'))
     and not exists (select from public.legal_holds h
                       join public.people p on p.id = h.person
                      where p.person_id = e.person_id and h.lifted_at is null);
$$;

create function schedule_erasure(hr_id text) returns uuid
language sql volatile security definer set search_path = '' as $$
  insert into public.erasures (id, person_id, basis, state, scheduled, decided_at)
  select gen_random_uuid(), hr_id, 'no-longer-needed', 'approved', true, clock_timestamp()
   where hr_id in (select person_id from public.due_for_erasure())
      on conflict do nothing
  returning id;
$$;

do $$
declare
  it text;
begin
  foreach it in array array['due_for_erasure()', 'schedule_erasure(text)'] loop
    execute format('revoke all on function %s from public', it);
    execute format('grant execute on function %s to gatehouse_scribe', it);
  end loop;
end $$;

insert into ledger.writer (role, type) values ('gatehouse_scribe', 'erasure.scheduled');
