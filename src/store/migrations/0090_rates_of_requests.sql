-- Up Migration

-- Where a connection may be asked so many times a second, everybody who asks moves one line on: by the requests that
-- are expected when a turn is taken, and by the difference once they were made. Turns in the line are kept without what
-- the line as a whole has moved by since, so that it moves on for all who wait in it.
alter table connection_health
  add rate_per_second double precision check (rate_per_second > 0),  -- in force: what was set, or what the vendor documents
  add leeway interval not null default '0',                          -- what an idle line may be behind: asked at once
  add moved interval not null default '0';

alter table steps
  add slot_for timestamptz,   -- the wake_at that the turn was taken for; another one needs another turn
  add slot_pays integer;      -- requests that the line has moved on by for it

update connection_health h
   set rate_per_second = c.rate_per_second
  from connections c
 where c.id = h.connection_id;

create or replace view connection_view with (security_invoker = true) as
select c.id, c.version, c.uuid, c.connector, c.name, c.category, c.settings, c.secret_fields as "secretFields",
       c.inbound_fields as "inboundFields", c.allowed_hosts as "allowedHosts", c.ca, c.owner, c.concurrency,
       c.rate_per_second::float8 as "ratePerSecond", c.state, c.state_because as "stateBecause",
       h.down_since as "downSince", h.checked_at as "checkedAt", h.acting_as as "actingAs", h.scopes,
       h.check_failure as "checkFailure", c.secrets_expire as "secretsExpire", c.rehearses_until as "rehearsesUntil",
       h.rate_per_second as "rateInForce"
  from connections c
  left join connection_health h on h.connection_id = c.id;

create or replace view work_view with (security_invoker = true) as
select s.*, c.state as "caseState", c.direction, c.person, c.departure, c.access_ends_at as "accessEndsAt",
       c.containment_at as "containmentAt", c.plan_stale as "planStale", p.ref, p.subject,
       p.facts || coalesce(c.departure -> 'becomes', '{}') as "personFacts",
       key.wrapped as "subjectKey",
       l.fence, l.lease_until as "leaseUntil", coalesce(l.attempt, 0) as attempt,
       l.call_started_at as "callStartedAt", l.call_outcome as "callOutcome",
       k.state as "connectionState", h.rate_per_second as "ratePerSecond", h.down_since as "downSince", h.probe_at as "probeAt", h.quiet_until as "quietUntil",
       coalesce(h.failures_in_row, 0) as "failuresInRow", clock_timestamp() as now,
       coalesce((c.departure ->> 'urgent')::boolean, false)
       or exists (select from bulk_people b where b.case_id = c.id)
       or exists (select from quarantines q where q.case_id = c.id and q.released_at is not null) as "hasOwnBudget",
       exists (select from users u
                where lower(u.email) = lower(p.email)
                  and u.disabled_at is null) as "isUserOfOurs",
       case when row.slot_for = row.wake_at then row.slot_at + h.moved end as "turnAt",
       row.slot_pays as "turnPays"
  from step_view s
  join steps row on row.id = s.id
  join cases c on c.id = s."caseId"
  join people p on p.id = c.person
  left join ledger.subject_key key on key.subject = p.subject
  left join step_lease l on l.step_id = s.id
  left join connections k on k.id = s."connectionId"
  left join connection_health h on h.connection_id = s."connectionId";

-- Wakes steps at their moment, or at their turn where they have one. Who has none takes it when its job is done: see
-- takeTurn in store/turns.ts.
create or replace function wake_steps(ids text[]) returns void
language plpgsql security definer set search_path = '' set plan_cache_mode = force_generic_plan as $$
declare
  step record;
  jobs graphile_worker.job_spec[] := '{}';
begin
  for step in
    select s.id, s.connection_id, s.priority,
           case when h.rate_per_second is not null and s.slot_for = s.wake_at
                then greatest(s.wake_at, s.slot_at + h.moved)
                else s.wake_at
           end as moment
      from public.steps s
      left join public.connection_health h on h.connection_id = s.connection_id
     where s.id = any (ids)
       and s.wake_at is not null
     order by s.priority, s.position
  loop
    perform public.tell_workers('step:' || coalesce(step.connection_id, 'gatehouse'), step.moment);
    jobs := jobs || row('step:' || coalesce(step.connection_id, 'gatehouse'), json_build_object('stepId', step.id), null,
                        step.moment, 1, 'step:' || step.id, step.priority, null)::graphile_worker.job_spec;
  end loop;
  perform graphile_worker.add_jobs(jobs);
end $$;
