-- Up Migration

-- Whom the newest checkpoint of the record was mailed to, and when. Not facts: each letter that went out is one.

create table checkpoint_letters (
  recipient     text        primary key,       -- an address, in lower case
  id            text        not null unique,   -- stands in facts in the place of the address
  try_at        timestamptz,                   -- whoever sends it now has until then; null: nobody does
  sent_at       timestamptz,
  failing_since timestamptz,
  problem       text
);
grant select, insert, update, delete on checkpoint_letters to gatehouse_worker;

insert into ledger.writer (role, type) values ('gatehouse_worker', 'checkpoint.sent');
