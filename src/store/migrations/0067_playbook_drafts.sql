-- Up Migration

-- What somebody is writing and has shown to nobody yet: one draft per author and playbook, which changes as they
-- type, and may be unreadable meanwhile. What they put forward becomes a version of its own, and the draft ends.
create table playbook_drafts (
  id         text        primary key,
  author     text        not null references users,
  name       text        not null,           -- of the playbook that it becomes a version of
  version    integer     not null,
  text       text        not null,
  based_on   text        references playbooks, -- the version that was live when it began; null: there was none
  changed_at timestamptz not null default clock_timestamp(),
  unique (author, name)
);
grant select, insert, update, delete on playbook_drafts to gatehouse_web;
grant select on playbook_drafts to gatehouse_worker; -- what it would do is looked at before it is put forward
grant select on playbook_drafts to gatehouse_scribe; -- nobody is erased while an address of theirs stands in one

-- Whoever is no user any more writes nothing more; what they put forward stays.
create function end_drafts() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  delete from public.playbook_drafts where author = new.id;
  return null;
end $$;
revoke execute on function end_drafts() from public;
create trigger end_drafts after update of disabled_at on users
  for each row when (new.disabled_at is not null) execute function end_drafts();

-- What is different and why, in the words of whoever put the version forward.
alter table playbooks add column note text;
