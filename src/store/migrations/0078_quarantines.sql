-- Up Migration

-- Why a guard holds a departure back, and who wants to release it. Not facts: those stand in the record.
create table quarantines (
  case_id     text        primary key references cases,
  guard       text        not null,
  because     text        not null,         -- for a person: what is above which limit; names nobody
  asked_by    text,                         -- the first of the two who release it
  released_at timestamptz
);

grant select on quarantines to gatehouse_web, gatehouse_worker;
grant insert on quarantines to gatehouse_web, gatehouse_worker;
grant update (asked_by, released_at) on quarantines to gatehouse_web;
