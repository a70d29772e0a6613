-- Up Migration

-- settle_steps, unless a reading it rests on no longer counts: what a process read before it stood still for minutes says
-- what was, not what is. Null: rests on no reading. Looked at last, since the steps may be waited for.
create function settle_read_steps(stated_at timestamptz, of_steps text[], seen_versions integer[], new_grades text[],
                                  states_before jsonb[], states_after jsonb[], whats text[], reasons text[],
                                  were_applied boolean[], held_fences bigint[], count_until timestamptz[])
  returns table (of_case text, released text[], direction text, open integer, open_security integer, security integer)
language plpgsql as $$
begin
  return query
    select *
      from settle_steps(stated_at, of_steps, seen_versions, new_grades, states_before, states_after, whats, reasons,
                        were_applied, held_fences);
  perform from unnest(count_until) as until where until < clock_timestamp();
  if found then perform stale(); end if;
end $$;
