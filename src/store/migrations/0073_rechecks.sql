-- Up Migration

-- What is looked at again after its grade, since access comes back: a step that ended access, or (without a step) whether
-- somebody who left has accounts in a connection that their plan does not know. Not facts: what is seen is one.
create table access_checks (
  id            uuid          primary key default gen_random_uuid(),
  case_id       text          not null references cases,
  connection_id text          not null references connections,
  step_id       text          unique references steps,   -- null: looks the person up
  settled_at    timestamptz   not null,                  -- what the looks are counted from
  due_at        timestamptz,                             -- of the next look; null: there is none
  try_at        timestamptz,                             -- when somebody looks: later than it is due while that cannot be
  looked_at     timestamptz[] not null default '{}',     -- when it was seen to hold since then
  waits_because text,                                    -- why one that is due could not be made
  returned      integer       not null default 0,        -- how often it had come back
  ended_because text,                                    -- why there is no next look, where it was not the last
  to_seal       boolean       not null default false,    -- seen since the case was sealed
  check ((due_at is null) = (try_at is null))
);
create unique index access_checks_person on access_checks (case_id, connection_id) where step_id is null;
create index access_checks_case on access_checks (case_id);
create index access_checks_due on access_checks (try_at) where try_at is not null;
create index access_checks_of_connection on access_checks (connection_id, try_at) where try_at is not null;

grant select on access_checks to gatehouse_web, gatehouse_worker, gatehouse_scribe;
grant insert, update on access_checks to gatehouse_worker;

insert into ledger.writer (role, type)
select 'gatehouse_worker', unnest(array['step.unchecked', 'case.rechecked', 'case.unchecked']);

-- Whether somebody who left is here again, in the same employment or another one: then access is no longer to be closed.
create function works_again(of_person uuid, since timestamptz) returns boolean language sql stable as $$
  select exists (
    select
      from people me
      join people p on p.person_id = me.person_id
     where me.id = of_person
       and p.erased_at is null
       and (   exists (select
                         from cases a
                        where a.person = p.id and a.kind = 'arrival' and a.direction = 'forward'
                          and a.state not in ('cancelled', 'brought-back') and a.opened_at > since)
            or (    p.id <> me.id
                and not exists (select
                                  from cases d
                                 where d.person = p.id and d.kind = 'departure' and d.direction = 'forward'
                                   and d.state not in ('cancelled', 'brought-back'))
                and not exists (select from separations s where s.person = p.id and s.departure is not null)))
  );
$$;

-- The data of somebody who was erased is not looked for anywhere, and what a look has told of them goes as well.
create function end_checks() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  update public.access_checks
     set due_at = null, try_at = null, waits_because = null, ended_because = 'the person was erased'
   where case_id in (select id from public.cases where person = new.id);
  return null;
end $$;
revoke execute on function end_checks() from public;
create trigger end_checks after update of erased_at on people
  for each row when (new.erased_at is not null and old.erased_at is null) execute function end_checks();
