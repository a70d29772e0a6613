-- Up Migration

-- An alert is told again and again after its last rung, until it is over or somebody says that they see to it.
alter table alerts
  add acknowledged_by text,                -- the user
  add acknowledged_at timestamptz,
  add check ((acknowledged_by is null) = (acknowledged_at is null));

-- Those that had been told to the last rung.
update alerts set next_at = now() + interval '4 hours' where resolved_at is null and next_at is null;

insert into ledger.writer (role, type) values ('gatehouse_web', 'alert.acknowledged');
