-- Up Migration

-- Who takes over from the people who leave, and what their accounts own.

create table successors (
  case_id   text        primary key references cases,
  person_id text        not null,              -- of the HR system
  named_by  text        not null,              -- the user, or the source that told
  named_at  timestamptz not null default now()
);
create index successors_person on successors (person_id);

-- Whether somebody leaves, or has left, as far as those may know who work on other departures: a confidential
-- departure does not show before access is cut.
create function is_leaving(of_person uuid) returns boolean
language sql stable as $$
  select exists (
    select
      from cases
     where person = of_person
       and kind = 'departure'
       and state not in ('quarantined', 'cancelled', 'brought-back')
       and (not (departure ->> 'confidential')::boolean or containment_at is not null)
  );
$$;

create table ownerships (                      -- a row: this account was asked about; `things` may be empty
  connection_id text        not null,
  account_id    text        not null,
  things        jsonb       not null,
  read_at       timestamptz not null default now(),
  primary key (connection_id, account_id),
  foreign key (connection_id, account_id) references accounts on delete cascade
);

grant select on successors, ownerships to gatehouse_web, gatehouse_worker, gatehouse_scribe;
grant insert, update, delete on successors to gatehouse_web, gatehouse_worker;
grant insert, update on ownerships to gatehouse_worker;
