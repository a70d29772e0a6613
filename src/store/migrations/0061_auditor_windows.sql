-- Up Migration

-- An auditor may be let in for a period only, days in UTC, both included. Null: the whole record.

alter table users
  add column window_from date,
  add column window_to date,
  add check ((window_from is null) = (window_to is null)),
  add check (window_from <= window_to),
  add check (window_from is null or roles = '{auditor}');

-- A user who leaves is disabled by the worker, which writes roles and window as they are.
grant update (window_from, window_to) on users to gatehouse_worker;
