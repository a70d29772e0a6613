-- Up Migration

-- A passkey that came with a key of the API approves, as before, once it is a day old. It neither signs in nor signs
-- anew: whoever has somebody's key must not come to have their sessions.

alter table passkeys add column by_key boolean not null default false;

create or replace view passkey_view with (security_invoker = true) as
select id, version, user_id as "userId", name, credential_id as "credentialId", public_key as "publicKey",
       counter::float8 as counter, transports, registered_at as "registeredAt", last_used_at as "lastUsedAt",
       removed_at as "removedAt", told_at as "toldAt", by_key as "byKey"
  from passkeys;
