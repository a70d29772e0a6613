-- Up Migration

-- What an auditor drew out of everybody who left is a fact, so that anybody can draw it again.

insert into ledger.writer (role, type) values ('gatehouse_web', 'sample.drawn');
