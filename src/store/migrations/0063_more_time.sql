-- Up Migration

-- Whoever is asked for a task may ask for more time; another person gives it or not.
insert into ledger.writer (role, type)
select 'gatehouse_web', unnest(array['step.time-asked', 'step.time-given', 'step.time-refused']);
