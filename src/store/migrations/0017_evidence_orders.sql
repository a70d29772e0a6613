-- Up Migration

-- Evidence packs that people asked for through the API. Web takes the order and gives the file away; only the scribe
-- makes it. The file is sealed under the key of the person it is about, so their erasure ends it too.

create table evidence_orders (
  id         text        primary key,
  case_id    text        not null references cases,
  asked_by   text        not null references users,
  personal   boolean     not null,            -- whether whoever asked may see personal values
  language   text,
  asked_at   timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null default clock_timestamp() + interval '24 hours',
  status     text        not null default 'waiting' check (status in ('waiting', 'made', 'failed')),
  because    text,                            -- why it failed
  digest     text,                            -- SHA-256 of the file, base64url
  size       integer,
  ct         bytea,                           -- the file, sealed
  check ((status = 'made') = (ct is not null))
);
create index evidence_orders_waiting on evidence_orders (asked_at) where status = 'waiting';

grant select, insert on evidence_orders to gatehouse_web;
grant select, update (status, because, digest, size, ct), delete on evidence_orders to gatehouse_scribe;
