-- Up Migration

-- Whether whoever leaves is a user of ours comes with the step as well.
create or replace view work_view with (security_invoker = true) as
select s.*, c.state as "caseState", c.direction, c.person, c.departure, c.access_ends_at as "accessEndsAt",
       c.containment_at as "containmentAt", c.plan_stale as "planStale", p.ref, p.subject,
       p.facts || coalesce(c.departure -> 'becomes', '{}') as "personFacts",
       key.wrapped as "subjectKey",
       l.fence, l.lease_until as "leaseUntil", coalesce(l.attempt, 0) as attempt,
       l.call_started_at as "callStartedAt", l.call_outcome as "callOutcome",
       k.state as "connectionState", k.rate_per_second::float8 as "ratePerSecond", h.down_since as "downSince", h.probe_at as "probeAt", h.quiet_until as "quietUntil",
       coalesce(h.failures_in_row, 0) as "failuresInRow", clock_timestamp() as now,
       coalesce((c.departure ->> 'urgent')::boolean, false)
       or exists (select from bulk_people b where b.case_id = c.id)
       or exists (select from quarantines q where q.case_id = c.id and q.released_at is not null) as "hasOwnBudget",
       exists (select from users u
                where lower(u.email) = lower(p.email)
                  and u.disabled_at is null) as "isUserOfOurs"
  from step_view s
  join cases c on c.id = s."caseId"
  join people p on p.id = c.person
  left join ledger.subject_key key on key.subject = p.subject
  left join step_lease l on l.step_id = s.id
  left join connections k on k.id = s."connectionId"
  left join connection_health h on h.connection_id = s."connectionId";
