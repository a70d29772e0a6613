-- Up Migration

-- Links in letters are forgotten a month after they have ended. Those by which somebody answered stay: the record
-- names them, and only here stands who held them. That is for the scribe, which knows the record.
create index task_links_ended on task_links (expires_at);
grant select (id, expires_at), delete on task_links to gatehouse_scribe;
