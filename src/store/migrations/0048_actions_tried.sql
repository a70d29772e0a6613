-- Up Migration

-- Whoever describes a system tries an action on one account: stated before anything is sent.
insert into ledger.writer (role, type) values ('gatehouse_web', 'connection.tried');
