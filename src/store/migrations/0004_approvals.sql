-- Up Migration

-- Passkeys, approvals bound to what they approve, and legal hold. Passkeys, approvals and holds change only together
-- with a fact in the ledger; see ledger.accounted() in 0001.

create table passkeys (
  id            uuid        primary key,
  version       integer     not null,
  user_id       text        not null references users,
  name          text        not null,
  credential_id bytea       not null unique,
  public_key    bytea       not null,          -- COSE
  counter       bigint      not null,          -- of the authenticator; 0 where it keeps none
  transports    text[]      not null,
  registered_at timestamptz not null default clock_timestamp(),
  last_used_at  timestamptz,
  removed_at    timestamptz,
  told_at       timestamptz                    -- its owner and the approvers know what happened to it last
);
create index passkeys_of_user on passkeys (user_id);
create index passkeys_untold on passkeys (registered_at) where told_at is null;

create table passkey_challenges (          -- not facts: each is used once, or runs out
  challenge  text        primary key,
  user_id    text        not null references users,
  expires_at timestamptz not null
);

create table approvals (
  id             uuid        primary key,
  version        integer     not null,
  step_id        text        not null references steps,
  step_version   integer     not null,         -- of the step that asks: one that was held and tried again asks anew
  case_id        text        not null references cases,
  action         text        not null,         -- the capability
  shown          jsonb       not null,         -- what the digest is of, for whoever decides
  plan_sha256    bytea       not null check (octet_length(plan_sha256) = 32),
  requested_by   text        not null,         -- who opened the departure
  requested_at   timestamptz not null default clock_timestamp(),
  expires_at     timestamptz not null,
  told_at        timestamptz,                  -- those who may decide have been told
  decided_by     text,
  decision       text        check (decision in ('granted', 'denied')),
  decided_at     timestamptz,
  reason         text,
  credential_id  bytea,                        -- the passkey that signed
  assertion      jsonb,                        -- as the browser gives it
  consumed_at    timestamptz,
  voided_because text,                         -- in words; also of one that ran out
  ended_at       timestamptz,                  -- voided, or ran out
  check (decided_by is null or decided_by <> requested_by),
  check ((decision is null) = (decided_by is null)),
  check ((decision is null) = (decided_at is null)),
  check (decision is null or (credential_id is not null and assertion is not null)),
  check ((voided_because is null) = (ended_at is null)),
  check (consumed_at is null or (decision = 'granted' and ended_at is null and consumed_at < expires_at))
);
create index approvals_of_step on approvals (step_id, requested_at);
create unique index one_waiting_approval on approvals (step_id)
  where ended_at is null and consumed_at is null and decision is distinct from 'denied';

create table legal_holds (
  id         uuid        primary key,
  version    integer     not null,
  person     uuid        not null references people,
  reason     text        not null,
  set_by     text        not null,
  set_at     timestamptz not null default clock_timestamp(),
  lifted_by  text,
  lifted_at  timestamptz,
  why_lifted text,
  check ((lifted_by is null) = (lifted_at is null)),
  check ((lifted_by is null) = (why_lifted is null))
);
create index legal_holds_open on legal_holds (person) where lifted_at is null;

-- Every change of them has its fact; what the arguments name are counters and clocks, and what no role may change.
create function guard_version() returns trigger language plpgsql as $$
begin
  if new.version = old.version + 1 then return new; end if;
  if (to_jsonb(new) - tg_argv) is distinct from (to_jsonb(old) - tg_argv) then
    raise exception 'a change of % % must raise its version by one', tg_table_name, old.id using errcode = '23514';
  end if;
  return new;
end $$;

create trigger guard_version before update on passkeys
  for each row execute function guard_version('counter', 'last_used_at', 'told_at');
create trigger guard_version before update on approvals
  for each row execute function guard_version('told_at', 'expires_at');
create trigger guard_version before update on legal_holds
  for each row execute function guard_version();

do $$
declare
  it text;
begin
  foreach it in array array['passkeys', 'approvals', 'legal_holds'] loop
    execute format('create constraint trigger accounted after insert on %I
                      deferrable initially deferred for each row execute function ledger.accounted()', it);
    execute format('create constraint trigger accounted_change after update on %I
                      deferrable initially deferred for each row
                      when (old.version is distinct from new.version) execute function ledger.accounted()', it);
  end loop;
end $$;

-- Columns under the names they have in the code.

create view passkey_view with (security_invoker = true) as
select id, version, user_id as "userId", name, credential_id as "credentialId", public_key as "publicKey",
       counter::float8 as counter, transports, registered_at as "registeredAt", last_used_at as "lastUsedAt",
       removed_at as "removedAt", told_at as "toldAt"
  from passkeys;

create view approval_view with (security_invoker = true) as
select a.id, a.version, a.step_id as "stepId", a.step_version as "stepVersion", a.case_id as "caseId", a.action, a.shown,
       a.plan_sha256 as digest, a.requested_by as "requestedBy", a.requested_at as "requestedAt",
       a.expires_at as "expiresAt", a.told_at as "toldAt", a.decided_by as "decidedBy", a.decision,
       a.decided_at as "decidedAt", a.reason, a.credential_id as "credentialId", a.assertion,
       a.consumed_at as "consumedAt", a.voided_because as "voidedBecause", a.ended_at as "endedAt",
       a.expires_at <= clock_timestamp() as "isOver", s.title, p.name as person,
       coalesce((c.departure ->> 'confidential')::boolean, false) as confidential
  from approvals a
  join steps s on s.id = a.step_id
  join cases c on c.id = a.case_id
  join people p on p.id = c.person;

create view legal_hold_view with (security_invoker = true) as
select h.id, h.version, h.person, h.reason, h.set_by as "setBy", h.set_at as "setAt", h.lifted_by as "liftedBy",
       h.lifted_at as "liftedAt", h.why_lifted as "whyLifted", p.person_id as "personId", p.name, p.ref, p.subject
  from legal_holds h
  join people p on p.id = h.person;

-- The worker asks, since it is the worker that knows what is about to happen.
insert into ledger.writer (role, type) values ('gatehouse_worker', 'approval.requested');

-- Rights: web registers, decides and holds; only the worker asks for an approval, and uses one.
grant select on passkeys, passkey_view, approvals, approval_view, legal_holds, legal_hold_view
   to gatehouse_web, gatehouse_worker, gatehouse_scribe;
grant insert, update (version, counter, last_used_at, removed_at, told_at) on passkeys to gatehouse_web;
grant update (told_at) on passkeys to gatehouse_worker;
grant select, insert, delete on passkey_challenges to gatehouse_web;
grant update (version, decided_by, decision, decided_at, reason, credential_id, assertion) on approvals to gatehouse_web;
grant insert, update (version, told_at, consumed_at, voided_because, ended_at) on approvals to gatehouse_worker;
grant insert, update (version, lifted_by, lifted_at, why_lifted) on legal_holds to gatehouse_web;
