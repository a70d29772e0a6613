-- Up Migration

-- The tables of the product. Guarded ones (cases, steps, connections, playbooks, settings, users) change
-- only together with a fact in the ledger; see ledger.accounted() in 0001.

create table installation (
  one        boolean     primary key default true check (one),
  id         uuid        not null default gen_random_uuid(),
  created_at timestamptz not null default now()
);
insert into installation default values;

create table settings (
  id      text    primary key,
  version integer not null,
  value   jsonb   not null
);

create table users (
  id          text        primary key,
  version     integer     not null,
  name        text        not null,
  email       text        not null,
  roles       text[]      not null,
  created_at  timestamptz not null default now(),
  disabled_at timestamptz
);
create unique index users_email on users (lower(email));

create table tokens (
  id           text        primary key check (id ~ '^[0-9a-hjkmnp-tv-z]{8}$'),
  secret_hash  bytea       not null check (octet_length(secret_hash) = 32),
  user_id      text        not null references users,
  name         text        not null,
  created_at   timestamptz not null default now(),
  expires_at   timestamptz not null,
  revoked_at   timestamptz,
  last_used_at timestamptz
);

create table connections (
  id              text        primary key check (id ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  version         integer     not null,
  uuid            uuid        not null unique default gen_random_uuid(),
  connector       text        not null,
  name            text        not null,
  category        text        not null,
  settings        jsonb       not null,          -- never a secret
  secret_fields   text[]      not null,
  inbound_fields  text[]      not null,
  allowed_hosts   text[]      not null,
  ca              text,                          -- PEM of a private authority
  owner           jsonb,                         -- {name, email}: told first
  concurrency     integer     not null default 4 check (concurrency between 1 and 100),
  rate_per_second numeric     check (rate_per_second > 0),
  state           text        not null check (state in ('active', 'paused', 'disabled')),
  state_because   text,
  created_at      timestamptz not null default now()
);

create table connection_health (           -- not facts: counters and clocks of one connection
  connection_id   text        primary key references connections,
  failures_in_row integer     not null default 0,
  down_since      timestamptz,
  probe_at        timestamptz,              -- while down: when the next pass may try
  quiet_until     timestamptz,              -- after a 429: nobody calls before
  next_slot_at    timestamptz,              -- rate limit: the next free moment
  checked_at      timestamptz,
  acting_as       text,
  scopes          text[],
  check_failure   jsonb
);

create table people (
  id            uuid        primary key default gen_random_uuid(),
  ref           text        not null unique,   -- the pseudonym that stands in the record
  subject       uuid        not null unique default gen_random_uuid(),
  source        text        not null,
  person_id     text        not null,
  employment_id text        not null,
  facts         jsonb       not null,
  name          text        generated always as (facts ->> 'name') stored,
  email         text        generated always as (facts ->> 'email') stored,
  heard_at      timestamptz not null,
  created_at    timestamptz not null default now(),
  unique (person_id, employment_id)
);
create index people_email on people (lower(email));
create index people_manager on people ((facts ->> 'managerId'));

create table accounts (
  connection_id text        not null references connections,
  account_id    text        not null,
  login         text        not null,
  status        text        not null check (status in ('active', 'suspended', 'deleted')),
  privileged    boolean     not null,
  person        uuid        references people,
  linked_by     text,                          -- the user who said whose it is; null: found by looking
  last_seen_at  timestamptz,
  found_at      timestamptz not null default now(),
  primary key (connection_id, account_id)
);
create index accounts_person on accounts (person);

create table playbooks (
  id           text        primary key,
  version      integer     not null,
  name         text        not null,           -- the document's own id
  number       integer     not null,           -- 1, 2, 3 … per name
  title        text        not null,
  text         text        not null,
  status       text        not null check (status in ('draft', 'published', 'retired')),
  position     integer     not null,           -- routing order, smaller first
  author       text        not null,
  published_by text,
  created_at   timestamptz not null default now(),
  unique (name, number)
);
create unique index one_published_version on playbooks (name) where status = 'published';

create table cases (
  id                 text        primary key,
  version            integer     not null,
  kind               text        not null check (kind in ('departure', 'arrival', 'role change')),
  state              text        not null check (state in ('quarantined', 'draft', 'waiting-for-approval',
                       'scheduled', 'running', 'paused', 'access-removed', 'complete', 'cancelled', 'brought-back')),
  state_before_pause text,
  direction          text        not null default 'forward' check (direction in ('forward', 'back')),
  person             uuid        not null references people,
  departure          jsonb       not null,
  separation_id      text        not null,
  source             text        not null,
  source_version     bigint,
  heard_at           timestamptz not null,     -- what we last took from the source was true then
  confirmed_at       timestamptz not null,     -- the moment 'confirmed' in a playbook
  opened_by          text        not null,
  zone               text        not null,
  access_ends_at     timestamptz,
  last_working_day   date,
  employment_ends    date,
  pay_ends           date,
  playbook_id        text        references playbooks,
  plan_digest        text,
  plan_notes         jsonb       not null default '[]',
  plan_stale         boolean     not null default false, -- the dates moved and the plan has not followed yet
  looked_up          text[]      not null default '{}', -- connections that answered where this person is
  question           text,                     -- what a person has to answer before it goes on
  containment_at     timestamptz,              -- the first access was about to be touched
  access_removed_at  timestamptz,
  ended_at           timestamptz,
  opened_at          timestamptz not null default clock_timestamp(),
  check ((state = 'paused') = (state_before_pause is not null))
);
create index cases_person on cases (person);
create index cases_opened on cases (opened_at);
create unique index one_open_departure on cases (person)
  where kind = 'departure' and state not in ('complete', 'cancelled', 'brought-back');

create unique index one_open_arrival on cases (person, kind)
  where kind <> 'departure' and state not in ('complete', 'cancelled', 'brought-back');

create table separations (                 -- the newest word about one leaving: older ones change nothing
  person         uuid        not null references people,
  separation_id  text        not null,     -- '': a source that says "leaves not at all" and no more
  source         text        not null,
  source_version bigint,
  heard_at       timestamptz not null,
  departure      jsonb,                    -- null: taken back, or never was one
  primary key (person, separation_id)
);

create table steps (
  id            text        primary key,
  version       integer     not null default 1,
  case_id       text        not null references cases,
  key           text        not null,          -- stable within the case: makes planning again an update
  position      integer     not null,
  playbook_step text        not null,
  title         text        not null,
  why           text,
  layer         text        not null check (layer in ('security', 'operations', 'compliance')),
  kind          text        not null check (kind in ('action', 'lookup', 'task', 'notice', 'ticket', 'survey', 'record', 'gap')),
  connection_id text        references connections,
  account       jsonb,                         -- {id, login, privileged}
  capability    text,
  params        jsonb       not null default '{}',
  rule          text        not null,          -- the playbook's words for when
  due_at        timestamptz,                   -- null: as soon as 'after' allows
  late          boolean     not null default false,
  after         text[]      not null default '{}',
  priority      integer     not null default 100,
  approval      boolean     not null default false,
  task          jsonb,
  notice        jsonb,
  assignment    jsonb,                         -- who was asked to do it by hand, and when
  undo_of       text        references steps,
  status        text        not null check (status in ('waiting', 'ready', 'running', 'held', 'settled')),
  grade         text        check (grade in ('verified', 'acknowledged', 'absent', 'attested', 'waived')),
  before        jsonb,
  after_state   jsonb,
  summary       text,                          -- what was, or is to be, changed
  plan_digest   text,
  because       text,                          -- why it is held or waits; what proves it once settled
  failure       jsonb,
  attempts      integer     not null default 0, -- failed attempts in a row
  decision      jsonb,                         -- attested or waived: who, reason, proof, expiry
  wake_at       timestamptz,                   -- when the engine looks next; null: nothing to look at
  slot_at       timestamptz,                   -- its turn in a connection with a rate limit, once wake_at has come
  started_at    timestamptz,
  applied_at    timestamptz,
  held_at       timestamptz,
  settled_at    timestamptz,
  dropped_at    timestamptz,                   -- a later plan does without it
  unique (case_id, key),
  check ((status = 'settled') = (grade is not null)),
  check ((status = 'settled') = (settled_at is not null))
);
create index steps_due on steps (wake_at) where status in ('ready', 'running');
create index steps_of_connection on steps (connection_id) where status in ('ready', 'running', 'held');
create index steps_waived on steps (case_id) where grade = 'waived';
create index steps_held on steps (held_at) where status = 'held';

create sequence step_fence;

create table step_lease (                  -- not a fact: no ledger guard on this table
  step_id         text        primary key,
  fence           bigint      not null,
  worker          text        not null,
  lease_until     timestamptz not null,
  attempt         integer     not null default 0,
  call_started_at timestamptz,
  call_outcome    text        check (call_outcome in ('accepted', 'refused'))
);

create table deliveries (                  -- everything a source told us, as it came
  id          text        primary key,
  source      text        not null,
  message_id  text        not null,
  body        bytea       not null,
  body_sha256 bytea       not null,
  received_at timestamptz not null default clock_timestamp(),
  asked_by    text,                          -- the user, for requests through the API
  outcome     text        not null default 'received'
                check (outcome in ('received', 'handled', 'rejected', 'waiting')),
  detail      text,
  case_id     text,
  attempts    integer     not null default 0,
  next_at     timestamptz default clock_timestamp(),
  handled_at  timestamptz,
  unique (source, message_id)
);
create index deliveries_open on deliveries (next_at) where outcome in ('received', 'waiting');

create table sources (                     -- where reading a source has got to
  connection_id   text        primary key references connections,
  cursor          text,
  polled_at       timestamptz,
  succeeded_at    timestamptz,
  failures_in_row integer     not null default 0
);

create table orders (                      -- what web asks of a worker, since web may not call outside
  id          text        primary key,
  kind        text        not null,
  input       jsonb       not null,
  asked_by    text        not null,
  asked_at    timestamptz not null default clock_timestamp(),
  output      jsonb,
  problem     text,
  answered_at timestamptz
);

create table alerts (
  id            text        primary key,
  condition     text        not null,          -- repeats of one condition are folded
  kind          text        not null,
  title         text        not null,
  body          text        not null,
  case_id       text,
  step_id       text,
  connection_id text,
  confidential  boolean     not null default false,
  times         integer     not null default 1,
  level         integer     not null default 0, -- how far up the ladder it has been told
  opened_at     timestamptz not null default clock_timestamp(),
  next_at       timestamptz,
  resolved_at   timestamptz
);
create unique index one_open_alert on alerts (condition) where resolved_at is null;
create index alerts_next on alerts (next_at) where resolved_at is null;
create index alerts_of_step on alerts (step_id) where resolved_at is null;

create table alert_messages (
  alert_id   text        not null references alerts,
  level      integer     not null,
  channel    text        not null check (channel in ('mail', 'webhook')),
  recipient  text        not null,
  attempts   integer     not null default 0,
  sent_at    timestamptz,
  last_error text,
  primary key (alert_id, level, channel, recipient)
);

create table notice_receipts (             -- not facts: whom the mail server has taken a notice for
  step_id   text        not null references steps,
  recipient text        not null,
  receipt   text        not null,
  sent_at   timestamptz not null default clock_timestamp(),
  primary key (step_id, recipient)
);

create table proof_files (                 -- not facts: files added to a step; the fact that settles it names those that count
  step_id  text        not null references steps,
  sha256   text        not null check (sha256 ~ '^[0-9a-f]{64}$'),  -- of a ledger.blob
  name     text        not null,
  size     integer     not null,
  added_by text        not null,
  added_at timestamptz not null default clock_timestamp(),
  primary key (step_id, sha256)
);

create table idempotency (
  actor       text        not null,
  key         text        not null,
  fingerprint text        not null,
  status      integer,
  body        jsonb,
  created_at  timestamptz not null default now(),
  primary key (actor, key)
);

create table switches (
  name       text        primary key,
  stopped_at timestamptz,
  stopped_by text,
  reason     text,
  resumed_by text[]      not null default '{}'
);
insert into switches (name) values ('outbound');

create table pulses (                      -- the last sign of life of each moving part
  name text        primary key,
  at   timestamptz not null
);

-- Every state change has its fact ---------------------------------------------------------------

create constraint trigger accounted after insert or update on connections
  deferrable initially deferred for each row execute function ledger.accounted();
create constraint trigger accounted after insert or update on playbooks
  deferrable initially deferred for each row
  when (new.status <> 'draft') execute function ledger.accounted();   -- a draft is nobody's rule yet
create constraint trigger accounted after insert or update on settings
  deferrable initially deferred for each row execute function ledger.accounted();
create constraint trigger accounted after insert or update on users
  deferrable initially deferred for each row execute function ledger.accounted();
create constraint trigger accounted after insert on cases
  deferrable initially deferred for each row execute function ledger.accounted();
create constraint trigger accounted_change after update on cases
  deferrable initially deferred for each row
  when (old.version is distinct from new.version) execute function ledger.accounted();
create constraint trigger accounted after update on steps
  deferrable initially deferred for each row
  when (old.version is distinct from new.version) execute function ledger.accounted();

-- Progress (scheduled, running, access removed) follows from the steps; everything else is a decision.
create function guard_case() returns trigger language plpgsql as $$
declare
  progress constant text[] := array['scheduled', 'running', 'access-removed'];
begin
  if new.version = old.version + 1 then return new; end if;
  if new.version is distinct from old.version
     or (new.state is distinct from old.state and not (new.state = any (progress) and old.state = any (progress)))
     or (new.direction, new.person, new.departure, new.zone, new.access_ends_at, new.last_working_day,
         new.employment_ends, new.pay_ends, new.playbook_id, new.plan_digest)
        is distinct from
        (old.direction, old.person, old.departure, old.zone, old.access_ends_at, old.last_working_day,
         old.employment_ends, old.pay_ends, old.playbook_id, old.plan_digest) then
    raise exception 'a change of case % must raise its version by one', old.id using errcode = '23514';
  end if;
  return new;
end $$;
create trigger guard_case before update on cases for each row execute function guard_case();

create function guard_step() returns trigger language plpgsql as $$
declare
  moves constant text[] := array[
    'waiting>ready', 'waiting>held', 'waiting>settled',
    'ready>waiting', 'ready>running', 'ready>held', 'ready>settled',
    'running>ready', 'running>held', 'running>settled',
    'held>ready', 'held>settled', 'settled>ready', 'settled>held'
  ];
begin
  if new.status <> old.status and not (old.status || '>' || new.status) = any (moves) then
    raise exception 'a step does not go from % to %', old.status, new.status using errcode = '23514';
  end if;
  if new.version = old.version + 1 then return new; end if;
  if new.version is distinct from old.version
     or (new.status is distinct from old.status
         and (new.status in ('held', 'settled') or old.status in ('held', 'settled')))
     or (new.grade, new.after_state, new.decision, new.capability, new.connection_id, new.account, new.case_id, new.key)
        is distinct from
        (old.grade, old.after_state, old.decision, old.capability, old.connection_id, old.account, old.case_id, old.key) then
    raise exception 'a change of step % must raise its version by one', old.id using errcode = '23514';
  end if;
  return new;
end $$;
create trigger guard_step before update on steps for each row execute function guard_step();

create function no_delete() returns trigger language plpgsql as $$
begin
  raise exception '% keeps its rows', tg_table_name using errcode = '42501';
end $$;
create trigger no_delete before delete on cases for each row execute function no_delete();
create trigger no_delete before delete on steps for each row execute function no_delete();

-- Waking ----------------------------------------------------------------------------------------

-- The queue only nudges. These are the only ways into it; each is idempotent by its job key. Workers are told which
-- kind of job is there to be taken on a channel of ours: the queue's own does not say which, and wakes everybody.
-- One plan does for each statement in here, whoever calls: to plan it anew costs more than to run it.

create function tell_workers(task text, at timestamptz) returns void language sql as $$
  select pg_notify('gatehouse_jobs', task) where at <= clock_timestamp();
$$;

create function wake(task text, key text, payload json, at timestamptz, urgency integer) returns void
language sql security definer set search_path = '' set plan_cache_mode = force_generic_plan as $$
  select graphile_worker.add_job(task, payload, run_at := at, max_attempts := 1, job_key := key, priority := urgency);
  select public.tell_workers(task, at);
$$;

-- Wakes steps at their moment, or at their turn where the connection has a rate limit and they have one. Who has none
-- takes it when its job is done: see takeTurn in store/steps.ts.
create function wake_steps(ids text[]) returns void
language plpgsql security definer set search_path = '' set plan_cache_mode = force_generic_plan as $$
declare
  step record;
  jobs graphile_worker.job_spec[] := '{}';
begin
  for step in
    select s.id, s.connection_id, s.priority,
           case when c.rate_per_second is null then s.wake_at else greatest(s.wake_at, s.slot_at) end as moment
      from public.steps s
      left join public.connections c on c.id = s.connection_id
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

-- The one nudge whose being due cannot be told from rows, so the queue repeats it until planning succeeds.
create function wake_case(id text, urgency integer) returns void
language sql security definer set search_path = '' set plan_cache_mode = force_generic_plan as $$
  select graphile_worker.add_job('plan', json_build_object('caseId', id), run_at := now(), max_attempts := 25,
                                 job_key := 'plan:' || id, priority := urgency);
  select public.tell_workers('plan', now());
$$;

create function wake_delivery(id text, at timestamptz) returns void
language sql security definer set search_path = '' as $$
  select public.wake('delivery', 'delivery:' || id, json_build_object('deliveryId', id), at, 0);
$$;

create function wake_order(id text) returns void
language sql security definer set search_path = '' as $$
  select public.wake('order', 'order:' || id, json_build_object('orderId', id), now(), 0);
$$;

create function wake_alert(id text, at timestamptz) returns void
language sql security definer set search_path = '' as $$
  select public.wake('alert', 'alert:' || id, json_build_object('alertId', id), at, 0);
$$;

grant create on schema public to gatehouse_worker;  -- only for the change of owner below
do $$
declare
  it text;
begin
  foreach it in array array['wake(text, text, json, timestamptz, integer)', 'wake_steps(text[])',
                            'wake_case(text, integer)', 'wake_delivery(text, timestamptz)',
                            'wake_order(text)', 'wake_alert(text, timestamptz)'] loop
    execute format('revoke all on function %s from public', it);
    execute format('alter function %s owner to gatehouse_worker', it);
    if it not like 'wake(%' then
      execute format('grant execute on function %s to gatehouse_web', it);
    end if;
  end loop;
end $$;
revoke create on schema public from gatehouse_worker;

-- Settling --------------------------------------------------------------------------------------

-- Makes ready, and wakes, every step whose predecessors have all settled; counts what is open in the direction the
-- case goes now. The caller holds the case's chain, so that two who settle at once see each other.
create function release_steps(of_case text)
  returns table (released text[], direction text, open integer, open_security integer, security integer)
language plpgsql as $$
begin
  with course as (
    select c.direction as way from cases c where c.id = of_case
  ), freed as (
    update steps step
       set status = 'ready', wake_at = greatest(step.due_at, clock_timestamp())
      from course
     where step.case_id = of_case
       and step.status = 'waiting'
       and step.dropped_at is null
       and (step.undo_of is not null) = (course.way = 'back')
       and not exists (
             select
               from steps earlier
              where earlier.id = any (step.after)
                and earlier.status <> 'settled'
                and earlier.dropped_at is null
           )
    returning step.id
  )
  select coalesce((select array_agg(freed.id) from freed), '{}'), course.way,
         count(*) filter (where s.status <> 'settled'),
         count(*) filter (where s.status <> 'settled' and s.layer = 'security'),
         count(*) filter (where s.layer = 'security')
    into released, direction, open, open_security, security
    from course
    join steps s on s.case_id = of_case
                and s.dropped_at is null
                and (s.undo_of is not null) = (course.way = 'back')
   group by course.way;
  if not found then return; end if;
  if cardinality(released) > 0 then perform wake_steps(released); end if;
  return next;
end $$;

-- Somebody else moved one of the steps, or a claim ran out: nothing of the statement must stand.
create function stale() returns void language plpgsql as $$
begin
  raise exception 'a step is no longer ours' using errcode = 'GH001';
end $$;

-- Claims steps and marks, before anything is sent, that a call of each starts now; moves them to running. Refuses all
-- when somebody else works on one or has called since it was read, when one moved, when its case stands still, turned
-- round or is planned anew, and when the kill switch is on. `waited_ms`: how long all that took in here.
create function mark_calls(stated_at timestamptz, of_steps text[], seen_versions integer[], seen_attempts integer[],
                           seen_outcomes text[], states_before jsonb[], whats text[], digests text[], cuts boolean[],
                           by_worker text, lease_seconds double precision)
  returns table (step text, fence bigint, attempt integer, waited_ms double precision)
language plpgsql as $$
declare
  marked integer;
begin
  update steps s
     set status = 'running', before = coalesce(s.before, call.before), summary = call.summary,
         plan_digest = call.digest, started_at = coalesce(s.started_at, stated_at)
    from unnest(of_steps, seen_versions, states_before, whats, digests) as call (id, version, before, summary, digest)
   where s.id = call.id
     and s.version = call.version
     and s.status not in ('waiting', 'held', 'settled')  -- said so, no plan goes through all that are due
     and s.dropped_at is null
     and exists (
           select
             from cases c
            where c.id = s.case_id
              and c.state in ('scheduled', 'running', 'access-removed')
              and (c.direction = 'back') = (s.undo_of is not null)
              and (not c.plan_stale or s.started_at is not null)
         )
     and not exists (select from switches where name = 'outbound' and stopped_at is not null)
     and not exists (select from ledger.fork);
  get diagnostics marked = row_count;
  if marked < cardinality(of_steps) then perform stale(); end if;

  if true = any (cuts) then
    perform begin_containment(array(select s.case_id
                                      from unnest(of_steps, cuts) as call (id, is_cut)
                                      join steps s on s.id = call.id
                                     where call.is_cut), stated_at);
  end if;

  return query
  insert into step_lease as held (step_id, fence, worker, lease_until, attempt, call_started_at, call_outcome)
  select call.id, nextval('step_fence'), by_worker, clock_timestamp() + make_interval(secs => lease_seconds),
         call.attempt + 1, clock_timestamp(), call.outcome
    from unnest(of_steps, seen_attempts, seen_outcomes) as call (id, attempt, outcome)
      on conflict (step_id) do update
     set fence = excluded.fence, worker = excluded.worker, lease_until = excluded.lease_until,
         attempt = excluded.attempt, call_started_at = excluded.call_started_at, call_outcome = null
   where held.lease_until < clock_timestamp()
     and held.attempt + 1 = excluded.attempt
     and held.call_outcome is not distinct from excluded.call_outcome
  returning held.step_id, held.fence, held.attempt,
            1000 * extract(epoch from clock_timestamp() - statement_timestamp())::float8;
  get diagnostics marked = row_count;
  if marked < cardinality(of_steps) then perform stale(); end if;
end $$;

-- Remembers, once, that access is being cut: from here on a rescission needs an undo.
create function begin_containment(of_cases text[], at timestamptz) returns void language plpgsql as $$
begin
  update cases
     set containment_at = at, state = case state when 'scheduled' then 'running' else state end
   where id = any (of_cases)
     and containment_at is null;
end $$;

-- Settles steps, once, ends the alerts about them, and releases what waited for them: one row for each of their cases.
-- Stale when somebody else moved one first, a claim is no longer the caller's, or a call is under way whose effect
-- nobody knows yet.
create function settle_steps(stated_at timestamptz, of_steps text[], seen_versions integer[], new_grades text[],
                             states_before jsonb[], states_after jsonb[], whats text[], reasons text[],
                             were_applied boolean[], held_fences bigint[])
  returns table (of_case text, released text[], direction text, open integer, open_security integer, security integer)
language plpgsql as $$
declare
  settled integer;
begin
  update step_lease l
     set lease_until = clock_timestamp(), call_outcome = 'accepted'
    from unnest(of_steps, held_fences) as held (step, fence)
   where l.step_id = held.step
     and l.fence = held.fence
     and l.lease_until > clock_timestamp();
  get diagnostics settled = row_count;
  if settled < cardinality(array_remove(held_fences, null)) then perform stale(); end if;
  if settled < cardinality(of_steps) then
    perform
       from unnest(of_steps, held_fences) as held (step, fence)
       join step_lease l on l.step_id = held.step and l.lease_until > clock_timestamp()
      where held.fence is null;
    if found then perform stale(); end if;
  end if;

  update steps s
     set status = 'settled', grade = it.grade, version = s.version + 1, before = coalesce(s.before, it.before),
         after_state = it.after, summary = coalesce(it.summary, s.summary), because = it.reason, failure = null,
         attempts = 0, applied_at = case when it.applied then coalesce(s.applied_at, stated_at) else s.applied_at end,
         started_at = coalesce(s.started_at, stated_at), settled_at = stated_at, wake_at = null, held_at = null
    from unnest(of_steps, seen_versions, new_grades, states_before, states_after, whats, reasons, were_applied)
           as it (id, version, grade, before, after, summary, reason, applied)
   where s.id = it.id
     and s.version = it.version
     and s.status <> 'settled'
     and s.dropped_at is null;
  get diagnostics settled = row_count;
  if settled < cardinality(of_steps) then perform stale(); end if;

  update alerts
     set resolved_at = clock_timestamp(), next_at = null
   where step_id = any (of_steps)
     and resolved_at is null;

  for of_case in select distinct s.case_id from steps s where s.id = any (of_steps) loop
    select it.released, it.direction, it.open, it.open_security, it.security
      into released, direction, open, open_security, security
      from release_steps(of_case) as it;
    if found then return next; end if;
  end loop;
end $$;

-- Runners are started and stopped as connections come and go.
create function tell_connections() returns trigger language plpgsql as $$
begin
  notify gatehouse_connections;
  return null;
end $$;
create trigger tell_connections after insert or update on connections
  for each statement execute function tell_connections();

-- Reading ---------------------------------------------------------------------------------------

-- Columns under the names they have in the code, so that each row shape is spelled once.

create view person_view with (security_invoker = true) as
select id, ref, subject, source, person_id as "personId", employment_id as "employmentId", facts, name, email,
       heard_at as "heardAt"
  from people;

create view connection_view with (security_invoker = true) as
select c.id, c.version, c.uuid, c.connector, c.name, c.category, c.settings, c.secret_fields as "secretFields",
       c.inbound_fields as "inboundFields", c.allowed_hosts as "allowedHosts", c.ca, c.owner, c.concurrency,
       c.rate_per_second::float8 as "ratePerSecond", c.state, c.state_because as "stateBecause",
       h.down_since as "downSince", h.checked_at as "checkedAt", h.acting_as as "actingAs", h.scopes,
       h.check_failure as "checkFailure"
  from connections c
  left join connection_health h on h.connection_id = c.id;

create view case_view with (security_invoker = true) as
select c.id, c.version, c.kind, c.state, c.state_before_pause as "stateBeforePause", c.direction, c.person, c.departure,
       c.separation_id as "separationId", c.source, c.source_version::float8 as "sourceVersion", c.heard_at as "heardAt",
       c.confirmed_at as "confirmedAt", c.opened_by as "openedBy", c.zone, c.access_ends_at as "accessEndsAt",
       c.last_working_day::text as "lastWorkingDay", c.employment_ends::text as "employmentEnds",
       c.pay_ends::text as "payEnds", c.playbook_id as "playbookId", c.plan_digest as "planDigest",
       c.plan_notes as "planNotes", c.plan_stale as "planStale", c.looked_up as "lookedUp", c.question, c.containment_at as "containmentAt",
       c.access_removed_at as "accessRemovedAt", c.ended_at as "endedAt", c.opened_at as "openedAt",
       p.name, p.email, p.ref, p.subject, p.person_id as "personId", p.employment_id as "employmentId",
       p.facts as "personFacts"
  from cases c
  join people p on p.id = c.person;

create view step_view with (security_invoker = true) as
select id, version, case_id as "caseId", key, position, playbook_step as "playbookStep", title, why, layer, kind,
       connection_id as "connectionId", account, capability, params, rule, due_at as "dueAt", late, after, priority,
       approval, task, notice, assignment, undo_of as "undoOf", status, grade, before, after_state as "afterState", summary,
       plan_digest as "planDigest", because, failure, attempts, decision, wake_at as "wakeAt", slot_at as "slotAt",
       started_at as "startedAt", applied_at as "appliedAt", held_at as "heldAt", settled_at as "settledAt"
  from steps
 where dropped_at is null;

-- What one pass over a step needs to know, in one read.
create view work_view with (security_invoker = true) as
select s.*, c.state as "caseState", c.direction, c.person, c.departure, c.access_ends_at as "accessEndsAt",
       c.containment_at as "containmentAt", c.plan_stale as "planStale", p.ref, p.subject, p.facts as "personFacts",
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

-- Rights ----------------------------------------------------------------------------------------

grant select on all tables in schema public to gatehouse_web, gatehouse_worker, gatehouse_scribe;
revoke select on tokens, idempotency from gatehouse_worker, gatehouse_scribe;

grant insert, update on settings, users, tokens, connections, connection_health, people, accounts, playbooks,
                        cases, steps, step_lease, deliveries, orders, alerts, idempotency, switches, pulses, sources
   to gatehouse_web;
grant insert on proof_files to gatehouse_web;
grant delete on idempotency, accounts to gatehouse_web;

grant insert, update on connections, connection_health, people, accounts, cases, separations, steps, step_lease,
                        deliveries, sources, orders, alerts, alert_messages, notice_receipts, switches, pulses
   to gatehouse_worker;
grant delete on step_lease, orders to gatehouse_worker;
grant insert, update on pulses, alerts to gatehouse_scribe;
grant usage on sequence step_fence to gatehouse_worker;
