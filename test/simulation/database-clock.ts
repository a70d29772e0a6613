/** Says what time it is in the world, in microseconds since 1970, to one session. */
export const tellTime = `select set_config('sim.now', $1, false)`;

/** What a statement asks of PostgreSQL's clock and chance, and whom it asks in the world. */
export const inWorld = (text: string): string =>
  text
    .replaceAll(/(?<!\.)\b(?:clock_timestamp|statement_timestamp|now)\(\)/g, 'sim.now()')
    .replaceAll(/(?<!\.)\bgen_random_uuid\(\)/g, 'sim.uuid()');

/**
 * Puts the world's clock and chance in the place of PostgreSQL's in every function, view and default, and makes what keeps and
 * brings back the rows that each history begins with.
 */
export const transplant = `
create schema sim;
grant usage on schema sim to public;
create function sim.now() returns timestamptz language sql stable parallel safe
  as $$ select to_timestamp(current_setting('sim.now')::float8 / 1000000) $$;
create sequence sim.chance;
grant usage on sequence sim.chance to public;
create function sim.uuid() returns uuid language sql volatile
  as $$ select regexp_replace(md5('sim' || nextval('sim.chance')), '^(.{12}).(...).', '\\14\\28')::uuid $$;
create function sim.moved(source text) returns text language sql immutable as $$
  select regexp_replace(regexp_replace(source, '\\m(clock_timestamp|statement_timestamp|now)\\(\\)', 'sim.now()', 'g'),
                        '\\mgen_random_uuid\\(\\)', 'sim.uuid()', 'g')
$$;
select set_config('sim.now', '0', false);

do $do$
declare it record;
begin
  for it in
    select pg_get_functiondef(p.oid) as source
      from pg_proc p join pg_namespace n on n.oid = p.pronamespace
     where n.nspname not in ('pg_catalog', 'information_schema', 'sim') and p.prokind in ('f', 'p')
       and p.prosrc <> sim.moved(p.prosrc)
  loop
    execute sim.moved(it.source);
  end loop;
  for it in
    select n.nspname, c.relname, pg_get_viewdef(c.oid) as source, c.reloptions
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'v' and n.nspname not in ('pg_catalog', 'information_schema', 'sim')
  loop
    continue when it.source = sim.moved(it.source);
    execute format('create or replace view %I.%I %s as %s', it.nspname, it.relname,
                   coalesce('with (' || array_to_string(it.reloptions, ', ') || ')', ''),
                   sim.moved(it.source));
  end loop;
  for it in
    select d.adrelid::regclass as owner, a.attname, pg_get_expr(d.adbin, d.adrelid) as source
      from pg_attrdef d
      join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
      join pg_class c on c.oid = d.adrelid join pg_namespace n on n.oid = c.relnamespace
     where n.nspname not in ('pg_catalog', 'information_schema', 'sim') and a.attgenerated = ''
       and pg_get_expr(d.adbin, d.adrelid) <> sim.moved(pg_get_expr(d.adbin, d.adrelid))
  loop
    execute format('alter table %s alter column %I set default %s', it.owner, it.attname,
                   sim.moved(it.source));
  end loop;
end $do$;

create table sim.tables (name text primary key, kept boolean not null, columns text not null);
create table sim.numbers (name text primary key, last_value bigint, is_called boolean);

create function sim.keep() returns void language plpgsql as $$
declare it record; has boolean;
begin
  for it in
    select c.oid, format('%I.%I', n.nspname, c.relname) as name,
           (select string_agg(format('%I', attname), ', ' order by attnum) from pg_attribute a
             where a.attrelid = c.oid and attnum > 0 and not attisdropped and attgenerated = '') as columns
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema', 'sim')
       and c.relname not in ('pgmigrations', 'migrations')
  loop
    execute format('select exists (select from %s)', it.name) into has;
    insert into sim.tables values (it.name, has, it.columns);
    if has then execute format('create table sim.%I as table %s', it.name, it.name); end if;
  end loop;
  for it in select format('%I.%I', schemaname, sequencename) as name from pg_sequences loop
    execute format('insert into sim.numbers select %L, last_value, is_called from %s', it.name, it.name);
  end loop;
end $$;

-- In two steps, with the tables made truly empty in between: what is put back lies as it did at the start.
create function sim.clear() returns text[] language plpgsql as $$
declare it record; has boolean; touched text[] := '{}';
begin
  set local session_replication_role = replica;
  for it in select * from sim.tables order by name loop
    execute format('select exists (select from %s)', it.name) into has;
    continue when not has;
    execute format('delete from %s', it.name);
    touched := touched || it.name;
  end loop;
  return touched;
end $$;

create function sim.restore() returns void language plpgsql as $$
declare it record;
begin
  set local session_replication_role = replica;
  for it in select * from sim.tables where kept order by name loop
    execute format('insert into %s (%s) overriding system value select %s from sim.%I',
                   it.name, it.columns, it.columns, it.name);
  end loop;
  perform setval(name::regclass, last_value, is_called) from sim.numbers;
end $$;
`;
