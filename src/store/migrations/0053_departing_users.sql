-- Up Migration

-- Whoever leaves and is a user of ours loses that first, once for each departure.
create table ended_users (
  case_id  text        primary key references cases,
  user_id  text        not null references users,
  ended_at timestamptz not null default clock_timestamp()
);

insert into ledger.writer (role, type)
values ('gatehouse_worker', 'user.changed'), ('gatehouse_worker', 'session.revoked'), ('gatehouse_worker', 'token.revoked');

grant select, insert on ended_users to gatehouse_worker;
grant select on ended_users to gatehouse_web;
grant select on sessions, live_session to gatehouse_worker;
grant select (id, user_id, revoked_at, expires_at) on tokens to gatehouse_worker;
grant update (ended_at) on sessions to gatehouse_worker;
grant update (revoked_at) on tokens to gatehouse_worker;
grant update (version, disabled_at, roles) on users to gatehouse_worker;
grant select (user_id), delete on sign_in_links, user_passwords to gatehouse_worker;
