-- Up Migration

-- Facts of several cases are stated by as many statements as those of one, and chains are looked for before they are made.

-- Only `ledger.state` writes there, and what it writes is a SHA-256. PostgreSQL would prepare the check anew for each fact.
alter table ledger.chain drop constraint chain_last_hash_check;

-- Fills in what only the holder of the lock can know: %1$s is the time, %2$s the member that names the fact before in its
-- case (nothing for the first), %3$s the place in its case. `before`: facts of the case so far; null: it is of no case.
create function ledger.leaf(leaf text, stated_at timestamptz, before integer, last_hash bytea) returns text
language sql stable as $$
  select format(leaf, to_char(stated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    case when before > 0 then '"case_prev":"' || translate(rtrim(encode(last_hash, 'base64'), '='), '+/', '-_') || '",' end,
    before + 1)
$$;

-- Why leaves were not staged.
create function ledger.refuse(leaves text[]) returns void language plpgsql set search_path = '' as $$
declare
  foreign_type text;
begin
  select leaf::jsonb->>'type' into foreign_type
    from unnest(leaves) as leaf
   where not exists (select from ledger.writer w
                      where w.role = session_user collate "default" and w.type = leaf::jsonb->>'type')
   limit 1;
  if found then raise exception 'role % may not state %', session_user, foreign_type using errcode = '42501'; end if;
  raise exception 'a leaf does not say its place, or is too long' using errcode = '23514';
end $$;

-- Why what was staged cannot be integrated.
create function ledger.refuse_again(row_keys text[], case_ids text[]) returns void
language plpgsql set search_path = '' as $$
declare
  known text;
begin
  select e.row_key into known from ledger.entry e where e.row_key = any (row_keys) limit 1;
  if found then raise exception '% is accounted for already', known using errcode = '23505'; end if;
  raise exception 'the record has more facts of a case than its chain: %', array_to_string(case_ids, ', ')
    using errcode = '23505';
end $$;

-- `ledger.state` where there are several cases: their chains are locked in ascending order, so that nobody waits in a circle.
create function ledger.state_together(leaves text[], case_ids text[], row_keys text[])
returns timestamptz language plpgsql set search_path = '' as $$
declare
  stated_at timestamptz;
  cases text[]; befores integer[]; seqs integer[]; hashes bytea[];   -- their chains
  chain integer;                                                     -- which of them; null: the fact is of no case
  places integer[];                                                  -- of the facts in their cases
  done integer;
begin
  loop
    select array_agg(c.case_id), array_agg(c.seq), array_agg(c.last_hash) into cases, befores, hashes
      from (select c.case_id, c.seq, c.last_hash from ledger.chain c
             where c.case_id = any (case_ids) order by c.case_id for no key update) as c;
    exit when array_remove(case_ids, null) <@ coalesce(cases, '{}');
    insert into ledger.chain (case_id, seq, last_hash)
    select distinct id, 0, decode(repeat('00', 32), 'hex') from unnest(case_ids) as id where id is not null order by id
        on conflict do nothing;
  end loop;
  stated_at := clock_timestamp();
  seqs := befores;

  for i in 1 .. cardinality(leaves) loop
    chain := array_position(cases, case_ids[i]);
    leaves[i] := ledger.leaf(leaves[i], stated_at, seqs[chain], hashes[chain]);
    if chain is not null then
      hashes[chain] := sha256('\x00'::bytea || convert_to(leaves[i], 'UTF8'));
      seqs[chain] := seqs[chain] + 1;
      places[i] := seqs[chain];
    end if;
  end loop;

  insert into ledger.staged (leaf, row_key, case_id, case_seq)
  select convert_to(leaves[it.i], 'UTF8'), row_keys[it.i], case_ids[it.i], places[it.i]
    from (select i, leaves[i]::jsonb as fact from generate_series(1, cardinality(leaves)) as i offset 0) as it
   where (select true from ledger.writer w where w.role = session_user collate "default" and w.type = it.fact->>'type')
     and it.fact->>'row' is not distinct from row_keys[it.i] and it.fact->>'case' is not distinct from case_ids[it.i]
     and (it.fact->>'case_seq')::integer is not distinct from places[it.i] and octet_length(leaves[it.i]) <= 65535;
  get diagnostics done = row_count;
  if done < cardinality(leaves) then perform ledger.refuse(leaves); end if;

  -- After the unique indexes have had their say, so that a leaf integrated meanwhile is seen.
  update ledger.chain c set seq = it.seq, last_hash = it.hash
    from unnest(cases, befores, seqs, hashes) as it (id, before, seq, hash)
   where c.case_id = it.id
     and not exists (select from ledger.entry e where e.case_id = it.id and e.case_seq > it.before);
  get diagnostics done = row_count;
  if done < cardinality(cases) or exists (select from ledger.entry e where e.row_key = any (row_keys)) then
    perform ledger.refuse_again(row_keys, cases);
  end if;
  return stated_at;
end $$;

-- States facts, and is the only way to do so: no role may write where they are kept. Locks the chains of their cases, and
-- returns the time.
--
-- It is the first guard as well: a role states only its own facts, a leaf says the place it has, and what has been said
-- stays said. Written for few statements and few expressions, since PostgreSQL prepares each of them anew in every
-- transaction.
create or replace function ledger.state(
  leaves text[], case_ids text[], row_keys text[],                              -- one for each fact, in their order
  entry_ids text[] default '{}', names text[] default '{}', subjects uuid[] default '{}',
  digests text[] default '{}', cts bytea[] default '{}'                         -- one for each personal value
) returns timestamptz language plpgsql security definer set search_path = '' as $$
declare
  of_case text := case_ids[1];                     -- null: of none
  before integer; place integer; hash bytea;       -- its chain
  stated_at timestamptz;
  leaf text;
  fact jsonb;
begin
  if cardinality(case_ids) > 1 and (of_case = all (case_ids)) is not true then
    stated_at := ledger.state_together(leaves, case_ids, row_keys);
  else
    while of_case is not null loop
      select c.seq, c.seq, c.last_hash into before, place, hash
        from ledger.chain c where c.case_id = of_case for no key update;
      exit when found;
      insert into ledger.chain (case_id, seq, last_hash) values (of_case, 0, decode(repeat('00', 32), 'hex'))
          on conflict do nothing;
    end loop;
    stated_at := clock_timestamp();

    for i in 1 .. cardinality(leaves) loop
      leaf := ledger.leaf(leaves[i], stated_at, place, hash);
      hash := sha256('\x00'::bytea || convert_to(leaf, 'UTF8'));
      place := place + 1;
      fact := leaf;
      insert into ledger.staged (leaf, row_key, case_id, case_seq)
      select convert_to(leaf, 'UTF8'), row_keys[i], of_case, place
       where exists (select from ledger.writer w
                      where w.role = session_user collate "default" and w.type = fact->>'type')
         and fact->>'row' is not distinct from row_keys[i] and fact->>'case' is not distinct from of_case
         and (fact->>'case_seq')::integer is not distinct from place and octet_length(leaf) <= 65535;
      if not found then perform ledger.refuse(array[leaf]); end if;
    end loop;

    -- After the unique indexes have had their say, so that a leaf integrated meanwhile is seen.
    if of_case is null then
      perform where not exists (select from ledger.entry e where e.row_key = any (row_keys));
    else
      update ledger.chain c set seq = place, last_hash = hash
       where c.case_id = of_case
         and not exists (select from ledger.entry e where e.row_key = any (row_keys))
         and not exists (select from ledger.entry e where e.case_id = of_case and e.case_seq > before);
    end if;
    if not found then perform ledger.refuse_again(row_keys, case_ids[1:1]); end if;
  end if;

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

revoke all on function ledger.leaf, ledger.refuse, ledger.refuse_again, ledger.state_together from public;
