-- Up Migration

-- Many departures from one list: previewed as one, approved as one by another person, then begun
-- outside of the guards, which count what nobody has approved.

create table bulk_starts (
  id          text        primary key,
  version     integer     not null default 1,
  state       text        not null default 'planning'
                check (state in ('planning', 'waiting-for-approval', 'approved', 'withdrawn', 'expired')),
  source      text        not null check (source in ('csv', 'api')),
  asked_by    text        not null references users,
  asked_at    timestamptz not null default clock_timestamp(),
  expires_at  timestamptz not null,
  people      integer     not null,          -- good rows of the list
  report      jsonb       not null,          -- rows that could not be read, columns that mean nothing
  planned     integer     not null default 0, -- how far the preview has got
  preview     jsonb,
  digest      text,                          -- of what is to be approved
  decided_by  text        references users,
  decided_at  timestamptz,
  touched_at  timestamptz not null default clock_timestamp(), -- a worker was at it last
  check ((state = 'waiting-for-approval') <= (digest is not null and preview is not null))
);
create index bulk_starts_open on bulk_starts (touched_at) where state in ('planning', 'waiting-for-approval', 'approved');

create table bulk_people (                   -- the rows of a list; deleted when nothing comes of it
  bulk_start    text    not null references bulk_starts,
  line          integer not null,            -- in the file, counted from 1
  person_id     text    not null,
  employment_id text    not null,
  facts         jsonb   not null,
  departure     jsonb   not null,
  successor     text,                        -- HR id of who takes over, where the list says so
  standing      text    not null
                  check (standing in ('starts', 'is leaving already', 'has left already',
                                      'stands in another bulk start', 'is somebody else by this id')),
  other         text,                        -- the departure or the bulk start that stands in the way
  playbook_id   text    references playbooks,
  question      text,                        -- why it could not be planned yet
  steps         integer not null default 0,
  outcome       text    check (outcome in ('started', 'not started')),  -- null: nobody has begun it
  detail        text,
  case_id       text    references cases,
  attempts      integer not null default 0,
  primary key (bulk_start, line)
);
create index bulk_people_of_case on bulk_people (case_id) where case_id is not null;
create index bulk_people_by_person on bulk_people (person_id, employment_id) where outcome is null;

create table case_readings (                 -- who has opened a confidential case; a fact once an hour
  user_id text        not null,
  case_id text        not null,
  hour    timestamptz not null,
  primary key (user_id, case_id, hour)
);

create constraint trigger accounted after insert on bulk_starts
  deferrable initially deferred for each row execute function ledger.accounted();
create constraint trigger accounted_change after update on bulk_starts
  deferrable initially deferred for each row
  when (old.version is distinct from new.version) execute function ledger.accounted();

-- Previewing is progress; what a person or the clock decides about it is a decision, and the last one.
create function guard_bulk_start() returns trigger language plpgsql as $$
declare
  open constant text[] := array['planning', 'waiting-for-approval'];
begin
  if not (old.state = any (open)) and (new.state, new.digest) is distinct from (old.state, old.digest) then
    raise exception 'bulk start % is % already', old.id, old.state using errcode = '23514';
  end if;
  if new.version = old.version + 1 then return new; end if;
  if new.version is distinct from old.version or (new.state <> old.state and not (new.state = any (open))) then
    raise exception 'a decision about bulk start % must raise its version by one', old.id using errcode = '23514';
  end if;
  return new;
end $$;
create trigger guard_bulk_start before update on bulk_starts for each row execute function guard_bulk_start();

create function wake_bulk_start(id text) returns void
language sql security definer set search_path = '' as $$
  select public.wake('bulk', 'bulk:' || id, json_build_object('bulkStartId', id), now(), 10);
$$;
grant create on schema public to gatehouse_worker;  -- only for the change of owner
revoke all on function wake_bulk_start(text) from public;
alter function wake_bulk_start(text) owner to gatehouse_worker;
grant execute on function wake_bulk_start(text) to gatehouse_web;
revoke create on schema public from gatehouse_worker;

insert into ledger.writer (role, type)
select 'gatehouse_web', unnest(array['bulk.requested', 'bulk.approved', 'bulk.withdrawn'])
union all
select 'gatehouse_worker', 'bulk.expired';

grant select, insert, update on bulk_starts, bulk_people to gatehouse_web;
grant delete on bulk_people to gatehouse_web, gatehouse_worker;
grant select, update on bulk_starts, bulk_people to gatehouse_worker;
grant select, insert on case_readings to gatehouse_web;
