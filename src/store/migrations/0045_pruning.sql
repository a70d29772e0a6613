-- Up Migration

-- Pruning (C2SP tlog-tiles): old facts go, their hashes stay, so that every proof of a later one stays good. Asked for by
-- one person, approved by two others with their passkeys, carried out on the server in one transaction with its fact.

create table prunings (
  id                   uuid        primary key,
  version              integer     not null default 1,
  state                text        not null default 'waiting-for-approval'
                         check (state in ('waiting-for-approval', 'approved', 'withdrawn', 'pruned')),
  origin               text        not null,
  before_size          bigint      not null check (before_size > 0 and before_size % 256 = 0),
  newest_at            timestamptz not null,  -- when the newest fact that goes was recorded
  months               integer     not null check (months >= 12),   -- how long facts are kept, as it was signed
  digest               bytea       not null check (octet_length(digest) = 32),
  requested_by         text        not null references users,
  requested_at         timestamptz not null,
  expires_at           timestamptz not null,
  first_by             text        references users,
  first_at             timestamptz,
  first_assertion      jsonb,
  second_by            text        references users,
  second_at            timestamptz,
  second_assertion     jsonb,
  ended_at             timestamptz,
  fact_count           bigint,
  value_count          bigint,
  blob_count           bigint,
  constraint another_than_requested check (first_by <> requested_by and second_by <> requested_by),
  constraint two_persons check (first_by <> second_by),
  constraint first_signed check (num_nulls(first_by, first_at, first_assertion) in (0, 3)),
  constraint second_signed check (num_nulls(second_by, second_at, second_assertion) in (0, 3)),
  constraint both_signed check (state not in ('approved', 'pruned') or (first_by is not null and second_by is not null)),
  check ((state in ('withdrawn', 'pruned')) = (ended_at is not null)),
  check ((state = 'pruned') = (num_nulls(fact_count, value_count, blob_count) = 0))
);

create trigger guard_version before update on prunings
  for each row execute function guard_version();
create constraint trigger accounted after insert on prunings
  deferrable initially deferred for each row execute function ledger.accounted();
create constraint trigger accounted_change after update on prunings
  deferrable initially deferred for each row when (old.version is distinct from new.version)
  execute function ledger.accounted();

-- Of a case whose facts are gone: since when.
alter table ledger.chain add column pruned_at timestamptz;

-- Locks an approved pruning and what could still come in its way: legal holds, and the cases that go. False: it is not
-- approved, or its time is over.
create function ledger.begin_pruning(of_pruning uuid) returns boolean
language plpgsql security definer set search_path = '' as $$
declare
  up_to bigint;
begin
  select p.before_size into up_to
    from public.prunings p
   where p.id = of_pruning and p.state = 'approved' and p.expires_at > clock_timestamp()
     and p.first_by <> p.requested_by and p.second_by <> p.requested_by and p.first_by <> p.second_by
     for update;
  if not found then return false; end if;
  lock table public.legal_holds in share mode;
  perform from ledger.chain c
    where c.case_id in (select e.case_id from ledger.entry e where e.idx < up_to and e.case_id is not null)
    order by c.case_id for update;
  return true;
end $$;

-- Takes the facts below an index out of the record, with their values and files, and raises the minimum index. What later
-- facts rely on stays: the facts of a case that goes on above it, passkeys, the present state of each user and setting, and
-- what the record says of itself. For the owner alone.
create function ledger.prune_below(new_min bigint, out facts bigint, out "values" bigint, out blobs bigint)
language plpgsql set search_path = '' as $$
declare
  people uuid[];
  files text[];
begin
  update ledger.head h set min_index = new_min where h.min_index < new_min;
  with old as (
    select e.idx, e.case_id, e.row_key, convert_from(e.leaf, 'UTF8')::jsonb as body
      from ledger.entry e
     where e.idx < new_min
  ), whole as (
    select c.case_id
      from ledger.chain c
      join (select e.case_id, max(e.case_seq) as seq from ledger.entry e
             where e.idx < new_min and e.case_id is not null group by e.case_id) as below
        on below.case_id = c.case_id and below.seq = c.seq
    union all
    -- Facts that came to a case that was pruned before go with the next pruning.
    select c.case_id from ledger.chain c where c.pruned_at is not null
  ), condemned as (
    select old.idx, old.case_id, old.body
      from old
     where case when old.case_id is not null then old.case_id in (select whole.case_id from whole)
                else old.body ->> 'type' not in ('passkey.registered', 'subject.erased', 'anchor.received', 'key.rotated',
                                                 'log.continued', 'log.recovered', 'log.pruned')
                     and not exists (select from public.users u
                                      where old.row_key = format('users/%s@%s', u.id, u.version))
                     and not exists (select from public.settings s
                                      where old.row_key = format('settings/%s@%s', s.id, s.version))
           end
  ), entries as (
    delete from ledger.entry e using condemned where e.idx = condemned.idx
  ), terms as (
    delete from ledger.event_ix ix using condemned where ix.idx = condemned.idx
  ), personal as (
    delete from ledger.disclosure d using condemned where d.entry_id = condemned.body ->> 'id' returning d.subject
  ), chains as (
    update ledger.chain c set pruned_at = coalesce(c.pruned_at, clock_timestamp())
     where c.case_id in (select condemned.case_id from condemned)
  )
  select (select count(*) from condemned), (select count(*) from personal),
         array(select distinct personal.subject from personal),
         array(select distinct it ->> 'sha256' from condemned, jsonb_array_elements(condemned.body -> 'evidence') as it)
    into facts, "values", people, files;

  -- Files of a person go once the record has no value of theirs any more: which fact a file belongs to is itself sealed.
  with personal as (
    delete from ledger.blob b
     where b.subject = any (people)
       and not exists (select from ledger.disclosure d where d.subject = b.subject)
       and not exists (select from public.proof_files f
                         join public.steps s on s.id = f.step_id
                         join ledger.chain c on c.case_id = s.case_id
                        where f.sha256 = encode(b.sha256, 'hex') and c.pruned_at is null)
    returning 1
  ), named as (
    select it ->> 'sha256' as sha256
      from ledger.event_ix ix, jsonb_array_elements(ix.body -> 'evidence') as it
     where ix.body ? 'evidence'
    union all
    select it ->> 'sha256'
      from ledger.staged s, jsonb_array_elements(convert_from(s.leaf, 'UTF8')::jsonb -> 'evidence') as it
  ), unowned as (
    delete from ledger.blob b
     where b.subject is null
       and encode(b.sha256, 'hex') = any (files)
       and encode(b.sha256, 'hex') not in (select named.sha256 from named)
    returning 1
  )
  select (select count(*) from personal) + (select count(*) from unowned) into blobs;
end $$;

-- Carries out what `begin_pruning` locked. The database asks once more what nobody may get around.
create function ledger.carry_out_pruning(of_pruning uuid, out facts bigint, out "values" bigint, out blobs bigint)
language plpgsql security definer set search_path = '' as $$
declare
  it public.prunings;
begin
  select p.* into it
    from public.prunings p
   where p.id = of_pruning and p.state = 'approved' and p.expires_at > clock_timestamp()
     and p.first_by <> p.requested_by and p.second_by <> p.requested_by and p.first_by <> p.second_by;
  if not found then raise exception 'pruning % is not approved', of_pruning using errcode = '42501'; end if;
  if not exists (select from ledger.checkpoint c join ledger.head h on h.origin = c.origin
                  where c.origin = it.origin and c.size >= it.before_size) then
    raise exception 'pruning % goes beyond what is signed', of_pruning using errcode = '42501';
  end if;
  if exists (select from ledger.entry e
              where e.idx < it.before_size
                and e.integrated_at > clock_timestamp() - make_interval(months => it.months)
                and e.idx >= (select h.min_index from ledger.head h)) then
    raise exception 'pruning % takes facts that have to be kept', of_pruning using errcode = '42501';
  end if;
  select done.facts, done."values", done.blobs into facts, "values", blobs from ledger.prune_below(it.before_size) as done;
end $$;

-- Rights: web keeps what people ask for and sign, the scribe carries it out.
do $$
declare
  it text;
begin
  foreach it in array array['begin_pruning(uuid)', 'carry_out_pruning(uuid)', 'prune_below(bigint)'] loop
    execute format('revoke all on function ledger.%s from public', it);
  end loop;
end $$;
grant execute on function ledger.begin_pruning(uuid), ledger.carry_out_pruning(uuid) to gatehouse_scribe;

grant select on prunings to gatehouse_web, gatehouse_worker, gatehouse_scribe;
grant insert (id, origin, before_size, newest_at, months, digest, requested_by, requested_at, expires_at),
      update (version, state, first_by, first_at, first_assertion, second_by, second_at, second_assertion, ended_at)
   on prunings to gatehouse_web;
grant update (version, state, ended_at, fact_count, value_count, blob_count) on prunings to gatehouse_scribe;

insert into ledger.writer (role, type)
select 'gatehouse_web', unnest(array['pruning.requested', 'pruning.approved', 'pruning.withdrawn']);
