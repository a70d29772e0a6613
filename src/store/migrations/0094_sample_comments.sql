-- Up Migration

-- What auditors say of somebody in a sample, and what they are answered. That it was said is a fact.
create table sample_comments (
  id      text        primary key,
  person  uuid        not null references people,
  author  text        not null references users,
  asks    boolean     not null,              -- for more than is shown
  text    text        not null check (text <> '' and length(text) <= 2000),
  said_at timestamptz not null default clock_timestamp()
);
create index sample_comments_of on sample_comments (person, said_at);

grant select, insert on sample_comments to gatehouse_web;
insert into ledger.writer (role, type) values ('gatehouse_web', 'sample.commented');

-- What was said of who is erased goes, and what names them elsewhere.
do $$
declare
  before text := pg_get_functiondef('erase_person(uuid)'::regprocedure);
  place text := '  delete from public.list_rows r where';
begin
  if position(place in before) = 0 then
    raise exception 'erase_person(uuid) is not the one that was known';
  end if;
  execute replace(before, place,
    '  delete from public.sample_comments where person = any (persons);' || E'\n'
    || '  update public.sample_comments c set text = public.without_words(c.text, outside) where c.text ~* outside;'
    || E'\n' || place);
end $$;
