-- Up Migration

-- People whose record in an HR system cannot be taken in: the others go on without them, and a person is told of each.
create table people_set_aside (            -- not facts: what is to be read again
  source     text        not null references connections,
  person_id  text        not null,         -- of the HR system
  because    text        not null,         -- what is missing, in plain words
  leaves     text,                         -- what the source says of their departure; null: none is seen
  is_history boolean     not null,         -- left long before the source was first read: nobody is asked
  since      timestamptz not null default clock_timestamp(),
  again_at   timestamptz not null,         -- when it is read again, unless the source says before that it changed
  primary key (source, person_id)
);

grant select, insert, update, delete on people_set_aside to gatehouse_worker;

-- Who is erased is forgotten here too.
do $$
declare
  before text := pg_get_functiondef('erase_person(uuid)'::regprocedure);
  place text := '  delete from public.list_rows r where';
begin
  if position(place in before) = 0 then
    raise exception 'erase_person(uuid) is not the one that was known';
  end if;
  execute replace(before, place,
    '  delete from public.people_set_aside a where a.person_id = hr_id;' || E'\n' || place);
end $$;
