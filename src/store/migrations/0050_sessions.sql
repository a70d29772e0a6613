-- Up Migration

-- People of ours sign in with a browser. A session is no fact by itself: that somebody signed in, and was signed out, is.

create table sessions (
  id            text        primary key,
  token_hash    bytea       not null unique check (octet_length(token_hash) = 32),
  user_id       text        not null references users,
  auth          text        not null check (auth in ('oidc', 'oidc+webauthn', 'webauthn', 'password+totp', 'link')),
  created_at    timestamptz not null default clock_timestamp(),
  used_at       timestamptz not null default clock_timestamp(),
  expires_at    timestamptz not null default clock_timestamp() + interval '8 hours',
  stepped_up_at timestamptz,                 -- a passkey of theirs signed
  ended_at      timestamptz
);
create index sessions_of_user on sessions (user_id) where ended_at is null;
create index sessions_over on sessions (expires_at);

-- What makes the session of one user, once: printed at the first start, or made on the server.
create table sign_in_links (
  id         text        primary key,
  token_hash bytea       not null unique check (octet_length(token_hash) = 32),
  user_id    text        not null references users,
  method     text        not null check (method in ('claim', 'link')),
  expires_at timestamptz not null default clock_timestamp() + interval '1 hour'
);

-- The sessions that are good now, judged in one place. Whoever may set things up is signed out sooner.
create view live_session with (security_invoker = true) as
select s.id, s.token_hash as "tokenHash", s.user_id as "userId", s.auth, s.created_at as "createdAt",
       s.used_at as "usedAt", least(s.expires_at, s.used_at + idle.time) as "expiresAt",
       case when s.stepped_up_at > clock_timestamp() - interval '5 minutes'
            then s.stepped_up_at + interval '5 minutes' end as "steppedUpUntil"
  from sessions s
  join users u on u.id = s.user_id
 cross join lateral (
         select case when u.roles && array['it-admin', 'security'] then interval '15 minutes'
                     else interval '30 minutes' end as time
       ) idle
 where s.ended_at is null
   and u.disabled_at is null
   and least(s.expires_at, s.used_at + idle.time) > clock_timestamp();

grant select, insert, update, delete on sessions to gatehouse_web;
grant select, insert, delete on sign_in_links to gatehouse_web;
grant select on live_session to gatehouse_web;
