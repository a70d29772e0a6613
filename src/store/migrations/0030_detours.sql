-- Up Migration

-- Hosts that the worker reaches at another address than DNS says are a fact of every start.

insert into ledger.writer (role, type) values ('gatehouse_worker', 'detours.in-force');
