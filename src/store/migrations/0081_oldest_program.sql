-- Up Migration

-- The newest migration that a program has to know to work on this database. One that only adds leaves it as it is, so that
-- the version before goes on beside the new one, and can be gone back to; one that takes away what an older version
-- uses names the migration by which nothing used it any more.
create table oldest_program (
  one       boolean primary key default true check (one),
  migration text    not null
);
insert into oldest_program (migration) values ('0081_oldest_program');
grant select on oldest_program to gatehouse_web, gatehouse_worker, gatehouse_scribe;
