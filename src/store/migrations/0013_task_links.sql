-- Up Migration

-- Links in letters about tasks, so that whoever is asked can answer without being a user. Each letter has one of its
-- own; it opens one task, for one person, and for no longer than that task is asked of them.

create table task_links (
  token_hash bytea       primary key check (octet_length(token_hash) = 32),
  id         text        not null unique,    -- stands in the record for whoever answered by it
  step_id    text        not null references steps,
  name       text        not null,
  email      text        not null,
  made_at    timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null
);

-- Web never makes a link, and a worker never follows one.
grant select on task_links to gatehouse_web;
grant insert on task_links to gatehouse_worker;
