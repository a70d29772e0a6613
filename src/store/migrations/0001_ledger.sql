-- Up Migration

-- The record: facts are staged in the transaction of the change they describe, then the scribe
-- numbers them and extends the Merkle tree. Everything else here proves, hides or finds them.

create schema ledger;

create table ledger.writer (            -- which login role may state which fact
  role text not null,
  type text not null,
  primary key (role, type)
);

create table ledger.chain (             -- one row per case; locking it orders the case's facts
  case_id   text    primary key,
  seq       integer not null,           -- facts recorded so far
  last_hash bytea   not null check (octet_length(last_hash) = 32)
) with (fillfactor = 70);               -- updated with each fact; room for that on the same page

create table ledger.staged (            -- written in the same transaction as the state change
  sid       bigint      generated always as identity primary key,
  xact      xid8        not null default pg_current_xact_id(),
  leaf      bytea       not null,
  row_key   text        unique,         -- 'steps/01KA…@7': the row version this leaf accounts for
  case_id   text,
  case_seq  integer,
  staged_by name        not null default session_user,
  staged_at timestamptz not null default clock_timestamp(),
  unique (case_id, case_seq)
);
-- What `entry` will demand is demanded here already: a leaf that the scribe could never integrate would hold up all
-- that come after it. `ledger.state` asks for the rest: PostgreSQL would prepare checks and partial indexes anew for each.

create table ledger.entry (
  idx           bigint      primary key check (idx >= 0),   -- dense, from 0
  sid           bigint      not null unique,
  leaf          bytea       not null,
  leaf_hash     bytea       not null check (octet_length(leaf_hash) = 32),
  row_key       text        unique,     -- every row version has exactly one leaf
  case_id       text,
  case_seq      integer,
  staged_by     name        not null,
  integrated_at timestamptz not null default clock_timestamp(),
  unique (case_id, case_seq)
);

create table ledger.tile (              -- byte for byte a C2SP tile
  level smallint not null,
  n     bigint   not null,
  width smallint not null check (width between 1 and 256),
  data  bytea    not null check (octet_length(data) = 32 * width),
  primary key (level, n)
);
alter table ledger.tile alter column data set storage external;   -- hashes do not compress

create table ledger.head (
  one       boolean primary key default true check (one),
  origin    text    not null,
  size      bigint  not null,
  root      bytea   not null check (octet_length(root) = 32),
  min_index bigint  not null default 0 check (min_index between 0 and size)
);
-- A random, host-like name that says nothing about the company; its last element is the epoch.
insert into ledger.head (origin, size, root)
values (format('log-%s.gatehouse.invalid/01', left(replace(gen_random_uuid()::text, '-', ''), 12)),
        0, sha256(''));

create table ledger.checkpoint (
  origin    text        not null,
  size      bigint      not null,
  root      bytea       not null check (octet_length(root) = 32),
  note      text        not null,       -- body and the log's own signatures; never changes
  signed_at timestamptz not null default clock_timestamp(),
  primary key (origin, size)
);

create table ledger.log_key (           -- the public halves of the keys that sign the log
  origin    text     not null,
  key_id    text     not null check (key_id ~ '^[0-9a-f]{8}$'),
  type      text     not null check (type in ('ed25519', 'mlDsa44')),
  vkey      text     not null unique,
  from_size bigint   not null,
  to_size   bigint,                     -- the last it signed; null: it signs
  retires_at timestamptz,               -- set when a newer one has taken its place
  primary key (origin, key_id)
);

create table ledger.fork (              -- the log is not the one that was signed: nothing more is signed or done
  one      boolean     primary key default true check (one),
  because  text        not null,
  found_at timestamptz not null default clock_timestamp()
);

create table ledger.cosignature (
  origin text        not null,
  size   bigint      not null,
  key_id bytea       not null check (octet_length(key_id) = 4),
  line   text        not null,
  at     timestamptz not null,
  primary key (origin, size, key_id),
  foreign key (origin, size) references ledger.checkpoint
);

create table ledger.tsa_token (
  origin     text        not null,
  size       bigint      not null,
  tsa        text        not null,
  generation smallint    not null,      -- 0 covers the note; g covers token g - 1
  tsr        bytea       not null,
  gen_time   timestamptz not null,
  chain_pem  text        not null,
  primary key (origin, size, tsa, generation),
  foreign key (origin, size) references ledger.checkpoint
);

create table ledger.subject_key (
  subject      uuid        primary key,
  wrapped      bytea,                   -- null once destroyed
  destroyed_at timestamptz,
  legal_hold   boolean     not null default false,
  check ((wrapped is null) = (destroyed_at is not null)),
  check (not (legal_hold and destroyed_at is not null))
);

create table ledger.disclosure (
  entry_id text  not null,              -- the leaf's id
  name     text  not null,
  subject  uuid  not null references ledger.subject_key,
  digest   text  not null,              -- as it stands in the leaf's _sd
  ct       bytea not null,
  primary key (entry_id, name)
);
create index disclosure_by_subject on ledger.disclosure (subject);   -- for erasure

create table ledger.blob (
  sha256  bytea   primary key check (octet_length(sha256) = 32),
  subject uuid    references ledger.subject_key,
  size    integer not null check (size between 0 and 26214400),
  ct      bytea   not null
);
alter table ledger.blob alter column ct set storage external;        -- nor does ciphertext
create index blob_by_subject on ledger.blob (subject);

-- For searching. Derived from the entries and never proof of anything; it can be made anew.
create table ledger.event_ix (
  idx        bigint      primary key,
  at         timestamptz not null,
  type       text        not null,
  case_id    text,
  person_ref text,
  system     text,
  actor_id   text,
  grade      text,
  body       jsonb       not null,
  words      tsvector    not null
);
create index event_ix_at     on ledger.event_ix (at, idx);
create index event_ix_type   on ledger.event_ix (type, idx);
create index event_ix_case   on ledger.event_ix (case_id, idx)    where case_id is not null;
create index event_ix_person on ledger.event_ix (person_ref, idx) where person_ref is not null;
create index event_ix_system on ledger.event_ix (system, idx)     where system is not null;
create index event_ix_actor  on ledger.event_ix (actor_id, idx);
create index event_ix_words  on ledger.event_ix using gin (words);

create function ledger.deny() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and tg_table_name = 'entry' and current_user = 'gatehouse_owner' then
    if old.idx < (select min_index from ledger.head) then return old; end if;   -- pruning
  end if;
  raise exception '%.% is append-only', tg_table_schema, tg_table_name using errcode = '42501';
end $$;

create trigger append_only before update or delete on ledger.entry
  for each row execute function ledger.deny();
create trigger no_truncate before truncate on ledger.entry
  for each statement execute function ledger.deny();
create trigger append_only before update or delete on ledger.checkpoint
  for each row execute function ledger.deny();
create trigger no_truncate before truncate on ledger.checkpoint
  for each statement execute function ledger.deny();
create trigger append_only before update or delete on ledger.cosignature
  for each row execute function ledger.deny();
create trigger no_truncate before truncate on ledger.cosignature
  for each statement execute function ledger.deny();
create trigger append_only before update or delete on ledger.tsa_token
  for each row execute function ledger.deny();
create trigger no_truncate before truncate on ledger.tsa_token
  for each statement execute function ledger.deny();

-- States facts, and is the only way to do so: no role may write where they are kept. Locks the chains of their cases, in
-- ascending order where there are several, so that nobody waits in a circle, and fills in what only the holder of the lock
-- can know: %1$s is the time, %2$s the member that names the fact before in its case (nothing for the first), %3$s the place
-- in its case. Returns the time. Facts of one case belong together.
--
-- It is the first guard as well: a role states only its own facts, a leaf says the place it has, and what has been said
-- stays said. Written for few statements and few expressions, since PostgreSQL prepares each of them anew in every
-- transaction.
create function ledger.state(
  leaves text[], case_ids text[], row_keys text[],                              -- one for each fact, in their order
  entry_ids text[] default '{}', names text[] default '{}', subjects uuid[] default '{}',
  digests text[] default '{}', cts bytea[] default '{}'                         -- one for each personal value
) returns timestamptz language plpgsql security definer set search_path = '' as $$
declare
  stated_at timestamptz;
  i integer := 1;
  of_case text; first integer;                     -- the case at hand (null: of none), and the first of its facts here
  before integer; place integer; hash bytea;       -- its chain
  leaf text;
  fact jsonb;
begin
  if cardinality(case_ids) > 1 and (case_ids[1] = all (case_ids)) is not true then
    insert into ledger.chain (case_id, seq, last_hash)
    select distinct id, 0, decode(repeat('00', 32), 'hex') from unnest(case_ids) as id where id is not null order by id
        on conflict do nothing;
    perform from ledger.chain c where c.case_id = any (case_ids) order by c.case_id for no key update;
  end if;

  while i <= cardinality(leaves) loop
    of_case := case_ids[i];
    first := i;
    if of_case is null then
      place := null;
    else
      loop
        select c.seq, c.seq, c.last_hash into before, place, hash
          from ledger.chain c where c.case_id = of_case for no key update;
        exit when found;
        insert into ledger.chain (case_id, seq, last_hash) values (of_case, 0, decode(repeat('00', 32), 'hex'))
            on conflict do nothing;
      end loop;
    end if;
    stated_at := coalesce(stated_at, clock_timestamp());

    loop
      leaf := format(leaves[i],
        to_char(stated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        case when place > 0 then '"case_prev":"' || translate(rtrim(encode(hash, 'base64'), '='), '+/', '-_') || '",' end,
        place + 1);
      hash := sha256('\x00'::bytea || convert_to(leaf, 'UTF8'));
      place := place + 1;
      fact := leaf;
      insert into ledger.staged (leaf, row_key, case_id, case_seq)
      select convert_to(leaf, 'UTF8'), row_keys[i], of_case, place
       where exists (select from ledger.writer w
                      where w.role = session_user collate "default" and w.type = fact->>'type')
         and fact->>'row' is not distinct from row_keys[i] and fact->>'case' is not distinct from of_case
         and (fact->>'case_seq')::integer is not distinct from place and octet_length(leaf) <= 65535;
      if not found then
        if exists (select from ledger.writer w where w.role = session_user collate "default" and w.type = fact->>'type') then
          raise exception 'the leaf does not say its place, or is too long' using errcode = '23514';
        end if;
        raise exception 'role % may not state %', session_user, fact->>'type' using errcode = '42501';
      end if;
      i := i + 1;
      exit when i > cardinality(leaves) or case_ids[i] is distinct from of_case;
    end loop;

    -- After the unique indexes have had their say, so that a leaf integrated meanwhile is seen.
    if of_case is null then
      perform where not exists (select from ledger.entry e where e.row_key = any (row_keys[first:i - 1]));
    else
      update ledger.chain c set seq = place, last_hash = hash
       where c.case_id = of_case
         and not exists (select from ledger.entry e where e.row_key = any (row_keys[first:i - 1]))
         and not exists (select from ledger.entry e where e.case_id = of_case and e.case_seq > before);
    end if;
    if not found then
      select e.row_key into leaf from ledger.entry e where e.row_key = any (row_keys) limit 1;
      if found then raise exception '% is accounted for already', leaf using errcode = '23505'; end if;
      raise exception 'the record has more facts of a case than its chain: %', of_case using errcode = '23505';
    end if;
  end loop;

  if cardinality(subjects) > 0 then
    -- Whoever is about to destroy a key of these people is waited for, or waits.
    if (select bool_or(key.wrapped is null)
          from (select k.wrapped from ledger.subject_key k where k.subject = any (subjects) for key share) as key) then
      raise exception 'the data of this person was erased, and the key with it' using errcode = '23514';
    end if;
    insert into ledger.disclosure (entry_id, name, subject, digest, ct)
    select * from unnest(entry_ids, names, subjects, digests, cts);
  end if;
  return stated_at;
end $$;

-- Locks cases until the end of the transaction, as stating a fact does.
create function ledger.lock_cases(ids text[]) returns void
language sql security definer set search_path = '' as $$
  select from ledger.chain where case_id = any (ids) order by case_id for no key update;
$$;

-- The second guard, put on every table whose rows must be accounted for: no change without a fact.
-- Found by the index: the key is a text of its own since a table's name is sorted in another way than the index is, and
-- plans that were made while nothing was staged would read all that is staged later.
create function ledger.accounted() returns trigger
language plpgsql security definer set search_path = '' set enable_seqscan = off as $$
declare
  key text := format('%s/%s@%s', tg_table_name, new.id, new.version);
begin
  if not exists (select from ledger.staged s where s.row_key = key and s.xact = pg_current_xact_id()) then
    raise exception 'no ledger event for %', key using errcode = '23514';
  end if;
  return null;
end $$;

grant usage on schema ledger to gatehouse_web, gatehouse_worker, gatehouse_scribe;

revoke all on function ledger.state, ledger.lock_cases from public;
grant execute on function ledger.state, ledger.lock_cases to gatehouse_web, gatehouse_worker, gatehouse_scribe;
grant select, delete on ledger.staged to gatehouse_scribe;

grant select on ledger.chain, ledger.disclosure to gatehouse_web, gatehouse_worker, gatehouse_scribe;

grant select, insert on ledger.blob, ledger.subject_key
   to gatehouse_web, gatehouse_worker, gatehouse_scribe;
grant delete on ledger.disclosure, ledger.blob to gatehouse_scribe;
grant update (wrapped, destroyed_at) on ledger.subject_key to gatehouse_scribe;
grant update (legal_hold) on ledger.subject_key to gatehouse_web;

grant select on ledger.entry, ledger.tile, ledger.head, ledger.checkpoint, ledger.cosignature,
                ledger.tsa_token, ledger.event_ix, ledger.log_key, ledger.fork
   to gatehouse_web, gatehouse_worker, gatehouse_scribe;
grant insert on ledger.entry, ledger.checkpoint, ledger.cosignature, ledger.tsa_token,
                ledger.log_key, ledger.fork
   to gatehouse_scribe;
grant update (to_size, retires_at) on ledger.log_key to gatehouse_scribe;
grant insert, update on ledger.tile to gatehouse_scribe;
grant update (size, root) on ledger.head to gatehouse_scribe;
grant insert, delete on ledger.event_ix to gatehouse_scribe;

-- Repeats `by` of src/core/event.ts; a test compares the two.
insert into ledger.writer (role, type)
select 'gatehouse_web', unnest(array[
         'case.opened', 'case.changed', 'case.quarantined', 'case.held', 'case.released',
         'case.rescinded', 'case.reopened',
         'step.attested', 'step.waived', 'step.held', 'step.retried',
         'approval.requested', 'approval.granted', 'approval.denied', 'approval.expired',
         'approval.voided',
         'guard.reset', 'switch.stopped', 'switch.resumed',
         'policy.changed', 'playbook.published', 'protected.changed', 'connection.changed',
         'secret.kek-rotated',
         'login.succeeded', 'login.failed', 'login.break-glass', 'session.revoked',
         'passkey.registered', 'passkey.removed', 'token.created', 'token.revoked',
         'role.changed', 'user.changed', 'access.denied', 'read.case', 'read.search',
         'disclosure.opened', 'subject.hold-changed'])
union all
select 'gatehouse_worker', unnest(array[
         'case.opened', 'case.changed', 'case.quarantined', 'case.held', 'case.released',
         'case.rescinded', 'case.reopened', 'case.sealed',
         'step.intended', 'step.applied', 'step.unknown', 'step.mismatch', 'step.verified',
         'step.acknowledged', 'step.absent', 'step.held', 'step.undone', 'step.rechecked',
         'step.reopened',
         'approval.consumed', 'approval.expired', 'approval.voided',
         'guard.tripped', 'source.batch', 'source.rejected',
         'connection.changed', 'credential.stored', 'credential.rotated', 'credential.used',
         'secret.kek-rotated', 'access.denied', 'clock.skew'])
union all
select 'gatehouse_scribe', unnest(array[
         'secret.kek-rotated', 'export.created', 'anchor.received', 'key.rotated',
         'log.heartbeat', 'log.verified', 'log.continued', 'log.pruned', 'subject.erased',
         'clock.skew']);
