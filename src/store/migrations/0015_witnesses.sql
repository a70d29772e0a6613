-- Up Migration

-- Those who are asked to cosign the record, and how that goes; the scribe keeps it as it is configured. It is for packs and
-- alerts, and proves nothing: the cosignatures do.
create table ledger.witness (
  name          text        primary key,
  vkey          text        not null unique,
  failing_since timestamptz,                 -- null: it answers
  problem       text                         -- why it does not, in a sentence
);

create table ledger.quorum (                 -- how many of them must have cosigned before a pack is issued
  one    boolean primary key default true check (one),
  needed integer not null check (needed >= 0)
);
insert into ledger.quorum (needed) values (0);

grant select on ledger.witness, ledger.quorum to gatehouse_web, gatehouse_worker, gatehouse_scribe;
grant insert, update (vkey, failing_since, problem), delete on ledger.witness to gatehouse_scribe;
grant update (needed) on ledger.quorum to gatehouse_scribe;
