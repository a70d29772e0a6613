-- Up Migration

-- Why a guard holds a departure back, and who wants to release it. Not facts: those stand in the record.
create table quarantines (
  case_id     text        primary key references cases,
  guard       text        not null,
  because     text        not null,         -- for a person: what is above which limit; names nobody
  asked_by    text,                         -- the first of the two who release it
  released_at timestamptz
);

grant select on quarantines to gatehouse_web, gatehouse_worker;
grant insert on quarantines to gatehouse_web, gatehouse_worker;
grant update (asked_by, released_at) on quarantines to gatehouse_web;

-- Alerts of guards name people by their HR ids: who is erased is not named there either.
do $$
declare
  before text := pg_get_functiondef('erase_person(uuid)'::regprocedure);
  place text := '  delete from public.list_rows r where';
begin
  if position(place in before) = 0 then
    raise exception 'erase_person(uuid) is not the one that was known';
  end if;
  execute replace(before, place,
    '  update public.alerts a set body = ''What it said is erased (gatehouse case list, gatehouse feed list).''' || E'\n'
    || '   where a.kind = ''guard.tripped''' || E'\n'
    || '     and position('' '' || hr_id || '' '' in '' '' || translate(a.body, E'',:\n()'', ''     '') || '' '') > 0;' || E'\n'
    || place);
end $$;
