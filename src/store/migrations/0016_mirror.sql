-- Up Migration

-- How far the record lies once more outside the database, as the scribe last saw it. Without a row there is no mirror.

create table ledger.mirror (
  one           boolean primary key default true check (one),
  place         text        not null,
  comes_first   boolean     not null,       -- nothing is published before it lies there; else it follows
  origin        text,                       -- null: nothing lies there yet
  size          bigint      not null default 0,
  noted_at      timestamptz not null default clock_timestamp(),   -- since when it is the mirror
  mirrored_at   timestamptz,
  problem       text,                       -- why it cannot be written; null: it can
  problem_since timestamptz,
  check ((problem is null) = (problem_since is null))
);

insert into ledger.writer (role, type) values ('gatehouse_scribe', 'log.recovered');

grant select on ledger.mirror to gatehouse_web, gatehouse_worker, gatehouse_scribe;
grant insert, update, delete on ledger.mirror to gatehouse_scribe;
