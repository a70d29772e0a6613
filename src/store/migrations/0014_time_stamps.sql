-- Up Migration

-- The authorities that the scribe asks for time stamps, as it last found them. What they gave lies in
-- ledger.tsa_token; this is only for whoever has to see that one has been silent for long.

create table ledger.tsa (
  name          text        primary key,
  failing_since timestamptz,              -- null: its last answer was good, or it was not asked yet
  because       text,                     -- what was wrong with its last answer
  check ((failing_since is null) = (because is null))
);

-- Which token is the newest of an authority, and which waits for its next generation.
create index tsa_token_by_authority on ledger.tsa_token (tsa, generation, size);

grant select on ledger.tsa to gatehouse_web, gatehouse_worker, gatehouse_scribe;
grant insert, update, delete on ledger.tsa to gatehouse_scribe;
