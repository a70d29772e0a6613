-- Up Migration

-- Where a word of a search is the beginning of words in the record, the index has to put together all facts of all these
-- words; where it is known which words they are, it can hold lists of facts against one another. So the letters that words
-- of the record begin with are kept: few, since ids begin with digits. Derived from the facts, like the index itself.
create table ledger.word (
  stem    text    collate "C" primary key, -- the letters a to z that a word begins with
  goes_on boolean not null                 -- whether some word with these letters goes on with something else
);

create function ledger.stems_in(words tsvector) returns table (stem text, goes_on boolean)
language sql immutable as $$
  select substring(lexeme collate "C" from '^[a-z]+'), lexeme collate "C" ~ '[^a-z]'
    from unnest(words)
   where lexeme collate "C" >= 'a' and lexeme collate "C" < '{'
$$;

-- Whoever puts facts into the index. What is known already is not written again.
create function ledger.keep_words() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into ledger.word (stem, goes_on)
  select it.stem, bool_or(it.goes_on)
    from added, ledger.stems_in(added.words) as it
   where not exists (select from ledger.word known where known.stem = it.stem and (known.goes_on or not it.goes_on))
   group by it.stem
      on conflict (stem) do update set goes_on = word.goes_on or excluded.goes_on;
  return null;
end $$;
create trigger keep_words after insert on ledger.event_ix referencing new table as added
  for each statement execute function ledger.keep_words();

insert into ledger.word (stem, goes_on)
select it.stem, bool_or(it.goes_on) from ledger.event_ix, ledger.stems_in(words) as it group by it.stem;

grant select on ledger.word to gatehouse_web, gatehouse_worker, gatehouse_scribe;

-- What people are looked for by, in small letters: `ilike` would make them small again for each person and search.
alter table people add column sought text generated always as (
  lower(coalesce(facts ->> 'name', '') || chr(1) || coalesce(facts ->> 'email', '') || chr(1) || person_id)
) stored;
