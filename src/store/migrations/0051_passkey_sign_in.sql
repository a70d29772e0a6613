-- Up Migration

-- Passkeys sign people in, and sign anew for acts that weigh much. What one is asked to sign says what for.

alter table passkey_challenges alter column user_id drop not null;  -- null: whoever signs in with it
alter table passkey_challenges
  add column purpose text not null default 'own-passkeys' check (purpose in ('own-passkeys', 'sign-in', 'step-up'));
alter table passkey_challenges add check ((user_id is null) = (purpose = 'sign-in'));

-- Not facts: how often somebody has tried to sign in as one account, or from one address, in these minutes.
create table sign_in_attempts (
  key     bytea       primary key,           -- hashed
  ends_at timestamptz not null,
  count   integer     not null
);

-- What becomes one fact for each account and quarter of an hour once that is over.
create table sign_in_failures (
  account       text        not null,        -- a user, or 'unknown'
  method        text        not null,
  window_starts timestamptz not null,
  count         integer     not null,
  primary key (account, method, window_starts)
);

-- As in 0050, and whether its owner has only just signed in.
create or replace view live_session with (security_invoker = true) as
select s.id, s.token_hash as "tokenHash", s.user_id as "userId", s.auth, s.created_at as "createdAt",
       s.used_at as "usedAt", least(s.expires_at, s.used_at + idle.time) as "expiresAt",
       case when s.stepped_up_at > clock_timestamp() - interval '5 minutes'
            then s.stepped_up_at + interval '5 minutes' end as "steppedUpUntil",
       s.created_at > clock_timestamp() - interval '15 minutes' as "isFresh"
  from sessions s
  join users u on u.id = s.user_id
 cross join lateral (
         select case when u.roles && array['it-admin', 'security'] then interval '15 minutes'
                     else interval '30 minutes' end as time
       ) idle
 where s.ended_at is null
   and u.disabled_at is null
   and least(s.expires_at, s.used_at + idle.time) > clock_timestamp();

grant select, insert, update, delete on sign_in_attempts, sign_in_failures to gatehouse_web;
