-- Up Migration

-- What a source said last of an arrival, where it is read and does not tell by events. Null: taken back, or none.
alter table separations add column arrival jsonb;
