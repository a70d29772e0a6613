-- Up Migration

-- Views of the audit log are kept as well; which lists there are, the API says.
alter table saved_views drop constraint saved_views_list_check;

-- What such a view looks for may be a person in more ways than by a text.
do $$
declare
  before text := pg_get_functiondef('erase_person(uuid)'::regprocedure);
  place text := 'concat(v.name, '' '', v.search ->> ''text'')';
begin
  if position(place in before) = 0 then
    raise exception 'erase_person(uuid) is not the one that was known';
  end if;
  execute replace(before, place,
    '(select string_agg(said, '' '') from (select v.name union all select value from jsonb_each_text(v.search)) as of_view (said))');
end $$;
