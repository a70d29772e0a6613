-- Up Migration

-- Until when a new connection only says what it would do; null: it acts.
alter table connections add rehearses_until timestamptz;

-- Held steps that have only said what they would do, as they stood then, and go on once the connection acts.
create table rehearsals (
  step_id text    primary key references steps,
  version integer not null
);

grant select, delete on rehearsals to gatehouse_web;
grant select, insert, update on rehearsals to gatehouse_worker;

create or replace view connection_view with (security_invoker = true) as
select c.id, c.version, c.uuid, c.connector, c.name, c.category, c.settings, c.secret_fields as "secretFields",
       c.inbound_fields as "inboundFields", c.allowed_hosts as "allowedHosts", c.ca, c.owner, c.concurrency,
       c.rate_per_second::float8 as "ratePerSecond", c.state, c.state_because as "stateBecause",
       h.down_since as "downSince", h.checked_at as "checkedAt", h.acting_as as "actingAs", h.scopes,
       h.check_failure as "checkFailure", c.secrets_expire as "secretsExpire", c.rehearses_until as "rehearsesUntil"
  from connections c
  left join connection_health h on h.connection_id = c.id;
