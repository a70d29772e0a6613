-- Up Migration

-- The worker ends rehearsals whose days are over, and has what they held tried.
grant delete on rehearsals to gatehouse_worker;
insert into ledger.writer (role, type) values ('gatehouse_worker', 'step.retried');
