-- Up Migration

-- When the database was last backed up, by our command or by the operator's own. Not a fact: what is restored is older.
create table backups (
  one      boolean     primary key default true check (one),
  taken_at timestamptz not null default clock_timestamp()
);
grant select on backups to gatehouse_web, gatehouse_worker, gatehouse_scribe;
