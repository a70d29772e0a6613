-- Up Migration

-- What somebody wants to loosen, until a second person says the same. Not a fact: the change is one, once it is made.
create table setting_requests (
  id       text        primary key,          -- the group of settings
  change   jsonb       not null,             -- what would be different in it
  loosens  text[]      not null,             -- the limits that would let more pass
  asked_by text        not null,
  asked_at timestamptz not null default clock_timestamp()
);

grant select, insert, update, delete on setting_requests to gatehouse_web;
