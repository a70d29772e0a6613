-- Up Migration

-- What people choose to see of a list, kept under a name. It changes nothing about any case, so it is no fact of the record.
create table saved_views (
  id       text        primary key,
  owner    text        not null references users,
  list     text        not null check (list in ('departures', 'arrivals')),
  name     text        not null check (name <> '' and length(name) <= 60),
  search   jsonb       not null,
  shared   boolean     not null,            -- others see it as well; only its owner takes it out
  saved_at timestamptz not null default clock_timestamp(),
  unique (owner, list, name)
);

grant select, insert, update, delete on saved_views to gatehouse_web;

-- Whoever is no user any more chooses nothing more.
create function end_saved_views() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  delete from public.saved_views where owner = new.id;
  return null;
end $$;
revoke execute on function end_saved_views() from public;
create trigger end_saved_views after update of disabled_at on users
  for each row when (new.disabled_at is not null) execute function end_saved_views();

-- A view may look for somebody by name. Who is erased is forgotten there too, by their number of HR as well.
do $$
declare
  before text := pg_get_functiondef('erase_person(uuid)'::regprocedure);
  place text := '  delete from public.list_rows r where';
begin
  if position(place in before) = 0 then
    raise exception 'erase_person(uuid) is not the one that was known';
  end if;
  execute replace(before, place,
    '  delete from public.saved_views v where public.mentions(concat(v.name, '' '', v.search ->> ''text''), everything);'
    || E'\n' || place);
end $$;
