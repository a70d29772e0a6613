-- Up Migration

-- What becomes one fact for each user and kind of request once its quarter of an hour is over. Requests are named as
-- the table of routes names them and cases as they exist, so that nobody can make rows by asking for what is made up.
create table access_denials (
  user_id       text        not null references users,
  auth          text        not null,
  action        text        not null,
  resource      text        not null,
  is_case       boolean     not null,        -- resource is one that they need not know of
  window_starts timestamptz not null,
  count         integer     not null,
  primary key (user_id, auth, action, resource, window_starts)
);

grant select, insert, update, delete on access_denials to gatehouse_web;
