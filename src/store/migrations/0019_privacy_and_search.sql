-- Up Migration

-- Erasing a person: asked for by one, approved by another, carried out by the scribe in one transaction. What stands in
-- the record stays as it is; what could be read of it, and every value in the ordinary tables, is gone.

create table erasures (
  id           uuid        primary key,
  version      integer     not null default 1,
  state        text        not null default 'waiting-for-approval'
                 check (state in ('waiting-for-approval', 'approved', 'withdrawn', 'refused', 'erased')),
  person_id    text,                         -- of the HR system; null once the person is erased
  basis        text        not null,
  requested_by text        not null references users,
  requested_at timestamptz not null default clock_timestamp(),
  decided_by   text        references users,
  decided_at   timestamptz,
  why_refused  text,                         -- in words, and without names
  value_count  integer,
  blob_count   integer,
  ended_at     timestamptz,
  check (decided_by is null or decided_by <> requested_by),
  check (state not in ('approved', 'erased') or decided_by is not null),
  check ((state = 'erased') = (value_count is not null and blob_count is not null)),
  check ((state = 'refused') = (why_refused is not null)),
  check (state = 'erased' or person_id is not null or ended_at is not null)
);
create unique index one_open_erasure on erasures (person_id) where state in ('waiting-for-approval', 'approved');
create index erasures_approved on erasures (id) where state = 'approved';

alter table people add column erased_at timestamptz;

create or replace view person_view with (security_invoker = true) as
select id, ref, subject, source, person_id as "personId", employment_id as "employmentId", facts, name, email,
       heard_at as "heardAt", erased_at as "erasedAt"
  from people;

create constraint trigger accounted after insert on erasures
  deferrable initially deferred for each row execute function ledger.accounted();
create constraint trigger accounted_change after update on erasures
  deferrable initially deferred for each row
  when (old.version is distinct from new.version) execute function ledger.accounted();

-- An erasure empties rows without a version of their own: one fact accounts for all of them. Only the function
-- below does so, and nobody who logs in is its owner.
create or replace trigger guard_case before update on cases for each row
  when (current_user <> 'gatehouse_owner' or current_setting('gatehouse.erasing', true) is distinct from 'yes')
  execute function guard_case();
create or replace trigger guard_step before update on steps for each row
  when (current_user <> 'gatehouse_owner' or current_setting('gatehouse.erasing', true) is distinct from 'yes')
  execute function guard_step();
create or replace trigger guard_version before update on approvals for each row
  when (current_user <> 'gatehouse_owner' or current_setting('gatehouse.erasing', true) is distinct from 'yes')
  execute function guard_version('told_at', 'expires_at');
create or replace trigger guard_version before update on legal_holds for each row
  when (current_user <> 'gatehouse_owner' or current_setting('gatehouse.erasing', true) is distinct from 'yes')
  execute function guard_version();
create or replace trigger guard_version before update on passkeys for each row
  when (current_user <> 'gatehouse_owner' or current_setting('gatehouse.erasing', true) is distinct from 'yes')
  execute function guard_version('counter', 'last_used_at', 'told_at');
create trigger guard_version before update on erasures for each row
  when (current_user <> 'gatehouse_owner' or current_setting('gatehouse.erasing', true) is distinct from 'yes')
  execute function guard_version();
create trigger guard_version before update on users for each row
  when (current_user <> 'gatehouse_owner' or current_setting('gatehouse.erasing', true) is distinct from 'yes')
  execute function guard_version();
drop trigger accounted on users;
create constraint trigger accounted after insert on users
  deferrable initially deferred for each row execute function ledger.accounted();
create constraint trigger accounted_change after update on users
  deferrable initially deferred for each row
  when (old.version is distinct from new.version) execute function ledger.accounted();

-- Whoever keeps a file of a person holds on to the key that it lies under: an erasure waits for them, and they see it.
-- `ledger.state` does the same with personal values.
create function ledger.hold_key() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform from ledger.subject_key k where k.subject in (select subject from added) for key share;
  if exists (select from ledger.subject_key k join added on added.subject = k.subject where k.wrapped is null) then
    raise exception 'the data of this person was erased, and the key with it' using errcode = '23514';
  end if;
  return null;
end $$;
create trigger hold_key after insert on ledger.blob referencing new table as added
  for each statement execute function ledger.hold_key();

-- Words of a person ---------------------------------------------------------------------------------

-- A pattern for these words, standing by themselves, the longest first. Null: there are none.
create function words_pattern(words text[]) returns text language sql immutable set search_path = '' as $$
  select '(?<![[:alnum:]])(' || string_agg(regexp_replace(word, '([].^$*+?()[{}|\\-])', '\\\1', 'g'), '|' order by length(word) desc)
         || ')(?![[:alnum:]])'
    from (select distinct trim(it) from unnest(words) as it) as words (word)
   where length(word) > 2;
$$;

create function without_words(it text, pattern text) returns text language sql immutable set search_path = '' as $$
  select case when pattern is null then it else regexp_replace(it, pattern, 'erased', 'gi') end;
$$;

create function without_words(it jsonb, pattern text) returns jsonb
language plpgsql immutable set search_path = '' as $$
begin
  case jsonb_typeof(it)
    when 'string' then
      return to_jsonb(public.without_words(it #>> '{}', pattern));
    when 'array' then
      return (select coalesce(jsonb_agg(public.without_words(value, pattern) order by place), '[]')
                from jsonb_array_elements(it) with ordinality as element (value, place));
    when 'object' then
      return (select coalesce(jsonb_object_agg(public.without_words(key, pattern), public.without_words(value, pattern)), '{}')
                from jsonb_each(it));
    else
      return it;
  end case;
end $$;

-- Whether a text holds one of these, whatever its capitals.
create function mentions(it text, words text[]) returns boolean language sql immutable set search_path = '' as $$
  select exists (select from unnest(words) as word where length(word) > 2 and position(lower(word) in lower(it)) > 0);
$$;

create function step_mentions(it steps, words text[]) returns boolean language sql immutable set search_path = '' as $$
  select public.mentions(concat(it.title, it.why, it.params, it.task, it.notice, it.assignment, it.before, it.after_state,
                                it.summary, it.because, it.failure, it.decision), words);
$$;

-- The addresses of a person, over all their employments.
create function addresses_of(hr_id text) returns text[] language sql stable set search_path = '' as $$
  select coalesce(array_agg(distinct address), '{}')
    from (select p.facts ->> 'email' from public.people p where p.person_id = hr_id
           union select p.facts ->> 'personalEmail' from public.people p where p.person_id = hr_id
           union select a.login from public.accounts a join public.people p on p.id = a.person
                  where p.person_id = hr_id and a.login like '%_@_%') as found (address)
   where address like '%_@_%';
$$;

-- Erasing -----------------------------------------------------------------------------------------

-- Locks an approved erasure and all that could still be written about the person: new events, their departures, their
-- keys. Returns the person's pseudonyms and the names of their keys; nothing where another scribe has it, or had.
create function begin_erasure(of_erasure uuid) returns table (ref text, subject uuid)
language plpgsql security definer set search_path = '' as $$
declare
  hr_id text;
begin
  select e.person_id into hr_id
    from public.erasures e
   where e.id = of_erasure and e.state = 'approved' and e.decided_by <> e.requested_by
     for update skip locked;
  if not found then return; end if;
  perform pg_advisory_xact_lock(hashtextextended(p.person_id || E'\n' || p.employment_id, 0))
     from public.people p where p.person_id = hr_id order by p.employment_id;
  perform from public.people p where p.person_id = hr_id order by p.id for update;
  perform from ledger.chain c
    where c.case_id in (select k.id from public.cases k join public.people p on p.id = k.person where p.person_id = hr_id)
    order by c.case_id for update;
  perform from ledger.subject_key k
    where k.subject in (select p.subject from public.people p where p.person_id = hr_id)
    order by k.subject for update;
  return query select p.ref, p.subject from public.people p where p.person_id = hr_id order by p.heard_at desc, p.id;
end $$;

-- Takes every value of a person out of the ordinary tables. docs/operate/erasing-a-person.md says what becomes of which.
create function erase_person(of_erasure uuid) returns void
language plpgsql security definer set search_path = '' as $$
declare
  hr_id text;
  persons uuid[];
  own text[];         -- their departures and arrivals
  addresses text[];
  everything text[];  -- all words that may mean them, for what is theirs
  pattern text;
  full_names text[];
  outside text;       -- addresses and full names, for what is about others
  namesakes uuid[];   -- others of the same name, whose rows are theirs
begin
  select e.person_id into hr_id from public.erasures e
   where e.id = of_erasure and e.state = 'approved' and e.decided_by <> e.requested_by;
  if hr_id is null then raise exception 'erasure % is not approved', of_erasure using errcode = '42501'; end if;
  perform set_config('gatehouse.erasing', 'yes', true);
  persons := array(select p.id from public.people p where p.person_id = hr_id);
  own := array(select c.id from public.cases c where c.person = any (persons));
  addresses := public.addresses_of(hr_id);
  full_names := array(select p.name from public.people p where p.id = any (persons) and p.name like '%_ _%');
  namesakes := array(select p.id from public.people p where p.name = any (full_names) and p.person_id <> hr_id);
  outside := public.words_pattern(addresses || full_names);
  everything := addresses || hr_id
    || array(select p.name from public.people p where p.id = any (persons))
    || array(select regexp_split_to_table(p.name, '[[:space:],]+') from public.people p where p.id = any (persons))
    || array(select unnest(array[a.login, a.account_id]) from public.accounts a where a.person = any (persons))
    || array(select unnest(array[s.account ->> 'login', s.account ->> 'id']) from public.steps s
              where s.case_id = any (own) and s.account is not null);
  pattern := public.words_pattern(everything);

  -- What is theirs.
  update public.steps s
     set key = s.id, title = public.without_words(s.title, pattern), why = public.without_words(s.why, pattern),
         account = null, params = '{}', task = null, notice = null, assignment = null, before = null, after_state = null,
         summary = null, because = null, failure = null,
         decision = case when s.decision is not null
                         then (s.decision - 'files') || '{"reason": "erased", "proof": null}' end
   where s.case_id = any (own);
  update public.cases c
     set departure = (c.departure - 'becomes') || '{"reason": null, "id": "erased"}'
                     || case when c.departure ? 'former' then '{"former": null}'::jsonb else '{}' end, separation_id = 'erased', plan_notes = '[]',
         question = null
   where c.id = any (own);
  update public.approvals a
     set shown = public.without_words(a.shown || '{"account": null, "state": null, "change": null, "params": {}, "summary": "erased"}', pattern),
         reason = case when a.reason is not null then 'erased' end,
         voided_because = case when a.voided_because is not null then 'erased' end
   where a.case_id = any (own);
  update public.legal_holds h
     set reason = 'erased', why_lifted = case when h.why_lifted is not null then 'erased' end
   where h.person = any (persons);
  update public.alerts a
     set title = 'erased', body = '', condition = public.without_words(a.condition, pattern)
   where a.case_id = any (own)
      or a.step_id in (select s.id from public.steps s where s.case_id = any (own));
  delete from public.proof_files f using public.steps s where s.id = f.step_id and s.case_id = any (own);
  delete from public.survey_answers a using public.survey_invitations i
   where i.id = a.invitation and i.case_id = any (own);
  delete from public.survey_links l using public.survey_invitations i
   where i.id = l.invitation and i.case_id = any (own);
  delete from public.separations where person = any (persons);
  delete from public.accounts where person = any (persons);
  delete from public.successors where person_id = hr_id;

  -- What was told about them, and what was answered.
  update public.deliveries d
     set body = '', body_sha256 = sha256(''), message_id = d.id, detail = null
   where d.outcome in ('handled', 'rejected')
     and (d.case_id = any (own)
          or public.mentions(encode(d.body, 'escape'), addresses || ('"' || hr_id || '"')));
  update public.bulk_people b
     set person_id = 'erased', employment_id = b.line::text, successor = null, detail = null, question = null,
         facts = '{"personId": "erased", "name": "erased", "email": "erased"}',
         departure = b.departure || '{"reason": null, "id": "erased"}'
   where b.person_id = hr_id;
  update public.bulk_people b set successor = null where b.successor = hr_id;
  update public.bulk_starts b
     set report = public.without_words(b.report, pattern), preview = public.without_words(b.preview, pattern)
   where public.mentions(concat(b.report, b.preview), everything);
  delete from public.orders o
   where o.answered_at is not null
     and public.mentions(concat(o.input, o.output, o.problem), addresses || ('"' || hr_id || '"') || persons::text[] || own
                         || full_names);
  delete from public.idempotency i
   where public.mentions(i.body::text, addresses || ('"' || hr_id || '"') || persons::text[] || own
                         || full_names);
  delete from public.list_rows r where r.person_id = hr_id or lower(r.email) = any (select lower(unnest(addresses)));

  -- What names them elsewhere: as a manager, as somebody who was asked or told, as a user of ours.
  update public.people p set facts = p.facts || '{"managerId": null}' where p.facts ->> 'managerId' = hr_id;
  update public.steps s
     set title = public.without_words(s.title, outside), why = public.without_words(s.why, outside),
         params = public.without_words(s.params, outside), task = public.without_words(s.task, outside),
         notice = public.without_words(s.notice, outside), assignment = public.without_words(s.assignment, outside),
         before = public.without_words(s.before, outside), after_state = public.without_words(s.after_state, outside),
         summary = public.without_words(s.summary, outside), because = public.without_words(s.because, outside),
         failure = public.without_words(s.failure, outside), decision = public.without_words(s.decision, outside)
    from public.cases c
   where c.id = s.case_id
     and not c.person = any (persons || namesakes)
     and public.step_mentions(s, addresses || full_names);
  update public.cases c
     set plan_notes = public.without_words(c.plan_notes, outside), question = public.without_words(c.question, outside)
   where not c.person = any (namesakes)
     and public.mentions(concat(c.plan_notes, c.question), addresses || full_names);
  update public.alerts a
     set title = public.without_words(a.title, outside), body = public.without_words(a.body, outside)
   where public.mentions(a.title || a.body, addresses || full_names)
     and not exists (select from public.cases c where c.id = a.case_id and c.person = any (namesakes));
  update public.ownerships o set things = public.without_words(o.things, outside) where public.mentions(o.things::text, addresses);
  delete from public.notice_receipts r where lower(r.recipient) = any (select lower(unnest(addresses)));
  delete from public.alert_messages m where lower(m.recipient) = any (select lower(unnest(addresses)));
  update public.task_links l
     set name = 'erased', email = 'erased', expires_at = least(l.expires_at, now())
   where lower(l.email) = any (select lower(unnest(addresses)));
  update public.tokens t set name = 'erased'
    from public.users u where u.id = t.user_id and lower(u.email) = any (select lower(unnest(addresses)));
  update public.passkeys k set name = 'erased'
    from public.users u where u.id = k.user_id and lower(u.email) = any (select lower(unnest(addresses)));
  update public.users u set name = 'Erased user', email = 'erased-' || u.id || '@erased.invalid'
   where lower(u.email) = any (select lower(unnest(addresses)));

  -- The person. From here on nothing leads from whom it was to the pseudonym.
  update public.erasures e set person_id = null where e.person_id = hr_id and e.id <> of_erasure;
  update public.people p
     set person_id = 'erased-' || p.id, employment_id = '1', erased_at = clock_timestamp(),
         facts = jsonb_build_object(
           'personId', 'erased-' || p.id, 'employmentId', '1', 'name', 'Erased person', 'email', 'erased@erased.invalid',
           'personalEmail', null, 'department', null, 'title', null, 'managerId', null, 'location', null, 'country', null,
           'region', null, 'zone', null, 'employmentType', null, 'tags', '[]'::jsonb, 'startDate', null)
   where p.id = any (persons);
  perform set_config('gatehouse.erasing', '', true);
end $$;

do $$
declare
  it text;
begin
  foreach it in array array['begin_erasure(uuid)', 'erase_person(uuid)'] loop
    execute format('revoke all on function %s from public', it);
    execute format('grant execute on function %s to gatehouse_scribe', it);
  end loop;
end $$;

insert into ledger.writer (role, type)
select 'gatehouse_web', unnest(array['erasure.requested', 'erasure.approved', 'erasure.withdrawn'])
union all
select 'gatehouse_scribe', 'erasure.refused';

grant select on erasures to gatehouse_web, gatehouse_worker, gatehouse_scribe;
grant insert (id, person_id, basis, requested_by), update (version, state, decided_by, decided_at, ended_at) on erasures
   to gatehouse_web;
grant update (version, state, person_id, why_refused, value_count, blob_count, ended_at) on erasures to gatehouse_scribe;
grant select on bulk_starts, bulk_people to gatehouse_scribe;

-- Searching: what people ask for by grade has an index of its own, in the order of the record.
create index event_ix_grade on ledger.event_ix (grade, idx) where grade is not null;

-- Web hands exports out, and says of each what it was: an export is no more than what was searched for.
insert into ledger.writer (role, type) values ('gatehouse_web', 'export.created');
