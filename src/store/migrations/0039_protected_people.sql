-- Up Migration

-- Protected people: what needs an approval and is about them takes two people. And one signature for several approvals.

create table protections (
  id             uuid        primary key,
  version        integer     not null,
  person         uuid        not null references people,
  set_by         text        not null,         -- why stands in the record, under the person's key
  set_at         timestamptz not null default clock_timestamp(),
  lift_asked_by  text,                         -- the first of the two who lift it
  lifted_by      text,
  lifted_at      timestamptz,
  check ((lifted_by is null) = (lifted_at is null))
);
create index protections_open on protections (person) where lifted_at is null;

create trigger guard_version before update on protections
  for each row execute function guard_version('lift_asked_by');
create constraint trigger accounted after insert on protections
  deferrable initially deferred for each row execute function ledger.accounted();
create constraint trigger accounted_change after update on protections
  deferrable initially deferred for each row when (old.version is distinct from new.version)
  execute function ledger.accounted();

create view protection_view with (security_invoker = true) as
select t.id, t.version, t.person, t.set_by as "setBy", t.set_at as "setAt", t.lift_asked_by as "liftAskedBy",
       t.lifted_by as "liftedBy", t.lifted_at as "liftedAt", p.person_id as "personId", p.name, p.ref, p.subject
  from protections t
  join people p on p.id = t.person;

-- An approval that takes two people is granted by the second; the first stands beside. `together` is what each of them
-- signed when it was for several approvals at once: what they would have signed for each of them alone.
alter table approvals
  add column approvers           integer     not null default 1 check (approvers in (1, 2)),
  add column together            text[],
  add column first_by            text,
  add column first_at            timestamptz,
  add column first_credential_id bytea,
  add column first_assertion     jsonb,
  add column first_together      text[],
  add constraint another_than_requested check (first_by <> requested_by),
  add constraint two_persons check (first_by <> decided_by or decision = 'denied'),
  add constraint two_approvers check (decision is distinct from 'granted' or approvers = 1 or first_by is not null),
  add constraint first_signed check (num_nulls(first_by, first_at, first_credential_id, first_assertion) in (0, 4));

create or replace view approval_view with (security_invoker = true) as
select a.id, a.version, a.step_id as "stepId", a.step_version as "stepVersion", a.case_id as "caseId", a.action, a.shown,
       a.plan_sha256 as digest, a.requested_by as "requestedBy", a.requested_at as "requestedAt",
       a.expires_at as "expiresAt", a.told_at as "toldAt", a.decided_by as "decidedBy", a.decision,
       a.decided_at as "decidedAt", a.reason, a.credential_id as "credentialId", a.assertion,
       a.consumed_at as "consumedAt", a.voided_because as "voidedBecause", a.ended_at as "endedAt",
       a.expires_at <= clock_timestamp() as "isOver", s.title, p.name as person,
       coalesce((c.departure ->> 'confidential')::boolean, false) as confidential,
       a.approvers, a.together, a.first_by as "firstBy", a.first_at as "firstAt", a.first_assertion as "firstAssertion",
       a.first_together as "firstTogether"
  from approvals a
  join steps s on s.id = a.step_id
  join cases c on c.id = a.case_id
  join people p on p.id = c.person;

-- Rights: how many people it takes is the worker's to say; web protects, and keeps what was signed.
grant select on protections, protection_view to gatehouse_web, gatehouse_worker, gatehouse_scribe;
grant insert, update (version, lift_asked_by, lifted_by, lifted_at) on protections to gatehouse_web;
grant update (together, first_by, first_at, first_credential_id, first_assertion, first_together) on approvals
   to gatehouse_web;
