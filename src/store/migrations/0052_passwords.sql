-- Up Migration

-- A password, never without the codes of an authenticator app beside it.
create table user_passwords (
  user_id      text        primary key references users,
  hash         text        not null check (hash like '$argon2id$v=19$%'),
  totp_version integer     not null,         -- of the secret, which web keeps sealed
  last_step    bigint      not null,         -- of the newest code that was used: none counts twice
  set_at       timestamptz not null default clock_timestamp()
);

insert into ledger.writer (role, type) values ('gatehouse_web', 'password.changed');

grant select, insert, update, delete on user_passwords to gatehouse_web;
