-- Up Migration

-- A file that somebody imports by hand is judged as a whole as well. Its source is no connection.
alter table feed_batches drop constraint feed_batches_source_fkey;
alter table feed_batches add imported_by text; -- the user who brought it; null: the source was read

create or replace view feed_batch_view with (security_invoker = true) as
select id, version, source, name, digest, began_at as "beganAt", listed, rows, changed, leaving, reasons, content,
       set_aside_at as "setAsideAt", asked_by as "askedBy", asked_for as "askedFor", decision, decided_by as "decidedBy",
       decided_at as "decidedAt", passed_at as "passedAt", ended_at as "endedAt", ended_as as "endedAs",
       imported_by as "importedBy"
  from feed_batches;

insert into ledger.writer (role, type) values ('gatehouse_web', 'source.batch');

-- Rights: whoever imports waits for the answer, so web judges; what is released is the worker's to take in.
grant select on feed_normals to gatehouse_web;
grant insert on feed_batches, feed_rows to gatehouse_web;
grant update (listed, rows, changed, leaving, reasons, content, set_aside_at) on feed_batches to gatehouse_web;
grant update (reading) on feed_rows to gatehouse_web;
