-- Up Migration

-- People sign in at the company's identity provider. Who they are is its issuer and subject, never an address.

create table user_identities (
  issuer    text        not null,
  subject   text        not null,
  user_id   text        not null references users,
  managed   boolean     not null,            -- let in by a group: roles follow the groups
  linked_at timestamptz not null default clock_timestamp(),
  primary key (issuer, subject)
);
create index user_identities_of on user_identities (user_id);

create table sign_ins_under_way (             -- not facts: each is used once, or runs out
  state      bytea       primary key,         -- hashed, as is what the browser holds
  browser    bytea       not null,
  nonce      text        not null,
  verifier   text        not null,
  goes_to    text        not null,
  link_to    text        references users,    -- who links their account there; null: somebody signs in
  expires_at timestamptz not null default clock_timestamp() + interval '10 minutes'
);

-- With which settings somebody has signed in: only what was tried can be enforced.
create table single_sign_on_tried (
  settings bytea       primary key,           -- digest
  at       timestamptz not null default clock_timestamp()
);

create table logout_tokens (                  -- each counts once
  jti        text        primary key,
  expires_at timestamptz not null default clock_timestamp() + interval '1 hour'
);

alter table sessions add column issuer text, add column subject text, add column provider_session text;
create index sessions_of_provider on sessions (issuer, subject) where ended_at is null;

grant select, insert on user_identities to gatehouse_web;
grant select, insert, delete on sign_ins_under_way, logout_tokens to gatehouse_web;
grant select, insert on single_sign_on_tried to gatehouse_web;

-- Who is erased is forgotten by the provider's name for them too.
do $$
declare
  before text := pg_get_functiondef('erase_person(uuid)'::regprocedure);
  place text := '  update public.passkeys k set name';
begin
  if position(place in before) = 0 then
    raise exception 'erase_person(uuid) is not the one that was known';
  end if;
  execute replace(before, place,
    '  delete from public.user_identities i using public.users u'
    || E'\n   where u.id = i.user_id and lower(u.email) = any (select lower(unnest(addresses)));'
    || E'\n' || place);
end $$;

-- Who came in by a break-glass account: everybody who may set things up is written to, and the alert stays until they are out.
create table break_glass_uses (
  session_id text        primary key,
  user_id    text        not null references users,
  at         timestamptz not null default clock_timestamp(),
  told_at    timestamptz,
  over_at    timestamptz
);
create index break_glass_open on break_glass_uses (at) where over_at is null;

grant select, insert on break_glass_uses to gatehouse_web;
grant select, update (told_at, over_at) on break_glass_uses to gatehouse_worker;
