-- Up Migration

-- A case about a role that is still to come sees the person in it; everybody else sees them as they are.
create or replace view case_view with (security_invoker = true) as
select c.id, c.version, c.kind, c.state, c.state_before_pause as "stateBeforePause", c.direction, c.person, c.departure,
       c.separation_id as "separationId", c.source, c.source_version::float8 as "sourceVersion", c.heard_at as "heardAt",
       c.confirmed_at as "confirmedAt", c.opened_by as "openedBy", c.zone, c.access_ends_at as "accessEndsAt",
       c.last_working_day::text as "lastWorkingDay", c.employment_ends::text as "employmentEnds",
       c.pay_ends::text as "payEnds", c.playbook_id as "playbookId", c.plan_digest as "planDigest",
       c.plan_notes as "planNotes", c.plan_stale as "planStale", c.looked_up as "lookedUp", c.question, c.containment_at as "containmentAt",
       c.access_removed_at as "accessRemovedAt", c.ended_at as "endedAt", c.opened_at as "openedAt",
       p.name, p.email, p.ref, p.subject, p.person_id as "personId", p.employment_id as "employmentId",
       p.facts || coalesce(c.departure -> 'becomes', '{}') as "personFacts"
  from cases c
  join people p on p.id = c.person;

create or replace view work_view with (security_invoker = true) as
select s.*, c.state as "caseState", c.direction, c.person, c.departure, c.access_ends_at as "accessEndsAt",
       c.containment_at as "containmentAt", c.plan_stale as "planStale", p.ref, p.subject,
       p.facts || coalesce(c.departure -> 'becomes', '{}') as "personFacts",
       key.wrapped as "subjectKey",
       l.fence, l.lease_until as "leaseUntil", coalesce(l.attempt, 0) as attempt,
       l.call_started_at as "callStartedAt", l.call_outcome as "callOutcome",
       k.state as "connectionState", k.rate_per_second::float8 as "ratePerSecond", h.down_since as "downSince", h.probe_at as "probeAt", h.quiet_until as "quietUntil",
       coalesce(h.failures_in_row, 0) as "failuresInRow", clock_timestamp() as now
  from step_view s
  join cases c on c.id = s."caseId"
  join people p on p.id = c.person
  left join ledger.subject_key key on key.subject = p.subject
  left join step_lease l on l.step_id = s.id
  left join connections k on k.id = s."connectionId"
  left join connection_health h on h.connection_id = s."connectionId";
