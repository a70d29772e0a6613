-- Up Migration

-- Evidence for a period, asked for through the API. Many people are in it, so its file has a key of its own, and the
-- erasure of anybody takes every such file along.

alter table evidence_orders
  alter column case_id drop not null,
  add column from_day date,
  add column to_day   date,                        -- included
  add column secret   boolean not null default false, -- whether whoever asked may know confidential cases of others
  add column subject  uuid,                        -- what the key of a file for a period is called
  add check ((case_id is null) = (from_day is not null and to_day is not null and subject is not null)),
  add check (from_day <= to_day);

-- When an HR system was not read although it was its turn: whoever left then may be unknown.

create table source_gaps (
  connection_id text        not null references connections,
  began_at      timestamptz,                       -- null: it had never been read before
  ended_at      timestamptz not null default clock_timestamp(),
  check (began_at < ended_at)
);
create index source_gaps_place on source_gaps (ended_at);

grant select, insert on source_gaps to gatehouse_worker;
grant select on source_gaps, sources to gatehouse_web;
