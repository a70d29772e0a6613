-- Up Migration

-- Accounts that can be used, and should not be: of somebody who left (residual), or of nobody we know (ghost). One row
-- for as long as it is so. Not facts: what a sweep finds is one.
create table access_findings (
  id            uuid        primary key default gen_random_uuid(),
  connection_id text        not null references connections,
  account_id    text        not null,
  login         text        not null,
  privileged    boolean     not null,
  kind          text        not null check (kind in ('residual', 'ghost')),
  person        uuid        references people,     -- null: nobody we know
  case_id       text        references cases,      -- their departure; null: there was none
  found_at      timestamptz not null default clock_timestamp(),
  seen_at       timestamptz not null default clock_timestamp(),
  ended_at      timestamptz,
  ended_because text        check (ended_because in ('closed', 'covered', 'changed')),
  check ((kind = 'ghost') = (person is null)),
  check ((ended_at is null) = (ended_because is null))
);
create unique index one_open_finding on access_findings (connection_id, account_id) where ended_at is null;

-- When each connection was asked for all of its accounts, and what came of it.
create table access_sweeps (
  connection_id text        primary key references connections,
  tried_at      timestamptz not null,              -- when somebody began last; -infinity: it is asked for
  swept_at      timestamptz,                       -- when one came to its end
  accounts      integer,                           -- that can be used
  residual      integer,
  ghosts        integer,
  failure       text                               -- why the last one did not come to its end
);

grant select on access_findings, access_sweeps to gatehouse_web, gatehouse_worker, gatehouse_scribe;
grant insert, update on access_findings, access_sweeps to gatehouse_worker;
grant insert (connection_id, tried_at), update (tried_at) on access_sweeps to gatehouse_web; -- asks for one, and no more

insert into ledger.writer (role, type) select 'gatehouse_worker', unnest(array['access.swept', 'access.found']);

-- Whoever has left, by a departure whose access was removed, or by what an HR system says where there was no departure.
create view left_people with (security_invoker = true) as
select p.id as person, c.id as case_id
  from people p
  left join lateral (
         select id, state, access_removed_at, opened_at
           from cases
          where person = p.id and kind = 'departure' and direction = 'forward' and state not in ('cancelled', 'brought-back')
          order by opened_at desc
          limit 1
       ) c on true
 where p.erased_at is null
   and case when c.id is not null
            then c.access_removed_at is not null and not works_again(p.id, c.opened_at)
            else exists (select
                           from separations s
                          where s.person = p.id
                            and s.departure is not null
                            and coalesce(s.departure ->> 'employmentEnds', s.departure ->> 'lastWorkingDay',
                                         left(s.departure ->> 'accessEnds', 10), s.departure ->> 'payEnds')
                                < to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD')
                            and not works_again(p.id, s.heard_at))
       end;
grant select on left_people to gatehouse_web, gatehouse_worker;

-- What was found of somebody who is erased goes as well.
create or replace function end_checks() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  update public.access_checks
     set due_at = null, try_at = null, waits_because = null, ended_because = 'the person was erased'
   where case_id in (select id from public.cases where person = new.id);
  delete from public.access_findings where person = new.id;
  return null;
end $$;
