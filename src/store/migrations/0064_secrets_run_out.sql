-- Up Migration

-- The day on which a secret of a connection runs out, by its name, where somebody has said so.
alter table connections
  add secrets_expire jsonb not null default '{}' check (jsonb_typeof(secrets_expire) = 'object');

create or replace view connection_view with (security_invoker = true) as
select c.id, c.version, c.uuid, c.connector, c.name, c.category, c.settings, c.secret_fields as "secretFields",
       c.inbound_fields as "inboundFields", c.allowed_hosts as "allowedHosts", c.ca, c.owner, c.concurrency,
       c.rate_per_second::float8 as "ratePerSecond", c.state, c.state_because as "stateBecause",
       h.down_since as "downSince", h.checked_at as "checkedAt", h.acting_as as "actingAs", h.scopes,
       h.check_failure as "checkFailure", c.secrets_expire as "secretsExpire"
  from connections c
  left join connection_health h on h.connection_id = c.id;
