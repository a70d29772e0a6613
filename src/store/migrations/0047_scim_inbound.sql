-- Up Migration

-- What identity providers write to us by SCIM, and the departures that this hints at.

create table scim_resources (
  id            uuid        primary key default gen_random_uuid(),
  source        text        not null references connections,
  kind          text        not null check (kind in ('User', 'Group')),
  version       integer     not null default 1,    -- the ETag; a resource is news about a person, no decision of ours
  attributes    jsonb       not null,              -- as RFC 7643 names them, without what we make ourselves
  name          text        not null,              -- userName or displayName, in lower case
  external_id   text,
  emails        text[]      not null default '{}', -- in lower case
  person_id     text,                              -- of the HR system; null: the provider does not tell
  active        boolean     not null,
  active_since  timestamptz not null,              -- made, or activated last
  created_at    timestamptz not null,
  changed_at    timestamptz not null
);
create unique index scim_user_names on scim_resources (source, name) where kind = 'User';
create index scim_names on scim_resources (source, kind, name);
create index scim_external_ids on scim_resources (source, kind, external_id);
create index scim_emails on scim_resources using gin (emails);
create index scim_places on scim_resources (source, kind, id);

create table scim_members (
  group_id  uuid not null references scim_resources on delete cascade,
  member_id uuid not null references scim_resources on delete cascade,
  primary key (group_id, member_id)
);
create index scim_members_of on scim_members (member_id);

-- An account ended, which may mean that its owner leaves. A departure answers it, or a named person says that it is none.
create table departure_hints (
  id          uuid        primary key,
  version     integer     not null,
  person      uuid        not null references people,
  source      text        not null references connections,
  account     uuid        not null,                -- the resource; it may be gone
  what        text        not null check (what in ('deactivated', 'deleted')),
  heard_at    timestamptz not null,
  state       text        not null default 'open' check (state in ('open', 'confirmed', 'dismissed')),
  case_id     text        references cases,
  decided_by  text,                                -- null: the departure was there, or came from a source
  decided_at  timestamptz,
  check ((state = 'open') = (decided_at is null)),
  check ((state = 'confirmed') = (case_id is not null)),
  check (state <> 'dismissed' or decided_by is not null)
);
create unique index departure_hints_open on departure_hints (source, account) where state = 'open';
create index departure_hints_lately on departure_hints (source, heard_at) where state = 'open';
create index departure_hints_person on departure_hints (person);

create trigger guard_version before update on departure_hints
  for each row execute function guard_version();
create constraint trigger accounted after insert on departure_hints
  deferrable initially deferred for each row execute function ledger.accounted();
create constraint trigger accounted_change after update on departure_hints
  deferrable initially deferred for each row when (old.version is distinct from new.version)
  execute function ledger.accounted();

create view departure_hint_view with (security_invoker = true) as
select h.id, h.version, h.person, h.source, h.account, h.what, h.heard_at as "heardAt", h.state, h.case_id as "caseId",
       h.decided_by as "decidedBy", h.decided_at as "decidedAt", p.person_id as "personId", p.name, p.email, p.ref,
       p.subject,
       case when r.id is null then 'gone' when r.active then 'active' else 'inactive' end as "accountNow"
  from departure_hints h
  join people p on p.id = h.person
  left join scim_resources r on r.id = h.account;

insert into ledger.writer (role, type)
values ('gatehouse_worker', 'hint.raised'), ('gatehouse_worker', 'hint.confirmed'), ('gatehouse_web', 'hint.dismissed');

-- Web keeps what providers write; what it means is for the worker, which alone knows of departures.
grant select, insert, update, delete on scim_resources, scim_members to gatehouse_web;
grant select on scim_resources to gatehouse_worker;
grant select on departure_hints to gatehouse_web, gatehouse_worker, gatehouse_scribe;
grant select on departure_hint_view to gatehouse_web, gatehouse_worker;
grant insert, update (version, what, heard_at, state, case_id, decided_by, decided_at) on departure_hints
   to gatehouse_worker;
grant update (version, state, decided_by, decided_at) on departure_hints to gatehouse_web;

-- Who is erased is forgotten here too. An open hint about them stands in the way of that.
do $$
declare
  before text := pg_get_functiondef('erase_person(uuid)'::regprocedure);
  place text := '  delete from public.list_rows r where';
begin
  if position(place in before) = 0 then
    raise exception 'erase_person(uuid) is not the one that was known';
  end if;
  execute replace(before, place,
    '  delete from public.scim_resources r where r.kind = ''User'' and (r.person_id = hr_id or r.emails && array(select lower(unnest(addresses))));'
    || E'\n' || place);
end $$;
