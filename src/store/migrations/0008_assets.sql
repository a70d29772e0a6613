-- Up Migration

-- Things that people had: who says that one is back, and who answers for one that never comes back.
insert into ledger.writer (role, type) values
  ('gatehouse_web', 'step.confirmed'),
  ('gatehouse_web', 'step.written-off');
