-- Up Migration

-- For how long the oldest fact that is not in the record yet has been waiting; 0: none waits. What waits is for the
-- scribe alone, and whether it comes on is for everybody.
create function ledger.waiting_ms() returns double precision
language sql security definer set search_path = '' as $$
  select coalesce((select extract(epoch from clock_timestamp() - staged_at) * 1000
                     from ledger.staged order by sid limit 1), 0)::double precision;
$$;
revoke all on function ledger.waiting_ms from public;
grant execute on function ledger.waiting_ms to gatehouse_web, gatehouse_worker, gatehouse_scribe;

-- When a connection was last seen to work by itself, or a worker last took it on itself to look.
alter table connection_health add column looked_at timestamptz not null default clock_timestamp();
