-- Up Migration

-- What a source of people says as a whole, judged before any of it is taken in. Kept until it is: what was read is not
-- lost when a reading is cut off, nor while a person looks at it.
create table feed_batches (
  id           text        primary key,
  version      integer     not null default 1,
  source       text        not null references connections,
  name         text,                         -- of a file; null: the source was read
  digest       text,                         -- of a file, SHA-256 in hex
  began_at     timestamptz not null default clock_timestamp(),
  listed       integer,                      -- how many people it lists; null: not everybody
  rows         integer     not null default 0,
  changed      integer     not null default 0,
  leaving      integer     not null default 0, -- departures that were not known
  reasons      jsonb       not null default '[]',
  content      text,                         -- a digest of what is different: what a person looked at
  set_aside_at timestamptz,                  -- null: it is being read, or nothing was unusual
  asked_by     text,                         -- the first of two people,
  asked_for    text        check (asked_for in ('release', 'refuse')), -- and what they said
  decision     text        check (decision in ('release', 'refuse')),
  decided_by   text,
  decided_at   timestamptz,
  passed_at    timestamptz,                  -- from here on its rows are taken in
  ended_at     timestamptz,
  ended_as     text        check (ended_as in ('taken in', 'refused', 'gone')),
  check ((asked_by is null) = (asked_for is null)),
  check (num_nulls(decision, decided_by, decided_at) in (0, 3)),
  check (decision is null or set_aside_at is not null),
  check ((ended_at is null) = (ended_as is null))
);
create unique index one_open_feed_batch on feed_batches (source) where ended_at is null;

create table feed_rows (                   -- not facts: what is taken in, or set aside with its batch
  batch     text  not null references feed_batches,
  person_id text  not null,                  -- of the HR system
  reading   jsonb not null,
  primary key (batch, person_id)
);
create index feed_rows_person on feed_rows (person_id);

create table feed_normals (                -- not facts: what is usual of a source
  source text    primary key references connections,
  listed integer not null
);

create trigger guard_version before update on feed_batches
  for each row execute function guard_version('listed', 'rows', 'changed', 'leaving', 'reasons', 'content', 'set_aside_at',
                                              'asked_by', 'asked_for', 'passed_at', 'ended_at', 'ended_as');
create constraint trigger accounted_change after update on feed_batches
  deferrable initially deferred for each row when (old.version is distinct from new.version)
  execute function ledger.accounted();

create view feed_batch_view with (security_invoker = true) as
select id, version, source, name, digest, began_at as "beganAt", listed, rows, changed, leaving, reasons, content,
       set_aside_at as "setAsideAt", asked_by as "askedBy", asked_for as "askedFor", decision, decided_by as "decidedBy",
       decided_at as "decidedAt", passed_at as "passedAt", ended_at as "endedAt", ended_as as "endedAs"
  from feed_batches;

insert into ledger.writer (role, type) values ('gatehouse_web', 'feed.refused');

-- Rights: what is unusual is the worker's to say; web decides.
grant select on feed_batches, feed_batch_view, feed_rows to gatehouse_web, gatehouse_worker;
grant select on feed_normals to gatehouse_worker;
grant insert, update on feed_batches, feed_normals to gatehouse_worker;
grant insert, update, delete on feed_rows to gatehouse_worker;
grant update (version, asked_by, asked_for, decision, decided_by, decided_at) on feed_batches to gatehouse_web;

-- Who is erased is forgotten here too.
do $$
declare
  before text := pg_get_functiondef('erase_person(uuid)'::regprocedure);
  place text := '  delete from public.list_rows r where';
begin
  if position(place in before) = 0 then
    raise exception 'erase_person(uuid) is not the one that was known';
  end if;
  execute replace(before, place,
    '  delete from public.feed_rows f where f.person_id = hr_id;' || E'\n' || place);
end $$;
