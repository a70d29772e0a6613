-- Up Migration

-- Lists of accounts and of equipment that people upload for systems that offer nothing else.

create table lists (
  id           text        primary key references connections,
  version      integer     not null default 1,
  uploaded_at  timestamptz not null default clock_timestamp(),
  uploaded_by  text        not null references users,
  row_count    integer     not null,
  refused_rows integer     not null,         -- of the file; with any, rows of the list before it stay
  sha256       text        not null
);

create table list_rows (
  connection_id text    not null references lists,
  key           text    not null,
  name          text    not null,
  person_id     text,                        -- of the HR system
  email         text,
  serial        text,
  is_open       boolean not null,
  privileged    boolean not null,
  primary key (connection_id, key)
);
create index list_rows_by_person on list_rows (connection_id, person_id);
create index list_rows_by_email on list_rows (connection_id, lower(email));

create constraint trigger accounted after insert or update on lists
  deferrable initially deferred for each row execute function ledger.accounted();

insert into ledger.writer (role, type) values ('gatehouse_web', 'list.uploaded');

grant select, insert, update on lists to gatehouse_web;
grant select, insert, delete on list_rows to gatehouse_web;
grant select on lists, list_rows to gatehouse_worker;
