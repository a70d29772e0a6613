-- Up Migration

-- Tasks go from hand to hand: handed over, confirmed by whoever did them, accepted or sent back by the receiver.
-- Repeats `by` of src/core/case-facts.ts; a test compares the two.
insert into ledger.writer (role, type)
select 'gatehouse_web', unnest(array['step.handed-over', 'step.submitted', 'step.sent-back', 'step.accepted']);
