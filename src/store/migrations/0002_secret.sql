-- Up Migration

-- Secrets at rest. A value is sealed under a data key of its own, the data key under the key of its
-- purpose, and that key never enters the database. What one role may unseal, no other role may read.

create schema secret;

create table secret.kek (
  kek_id   uuid primary key,
  purpose  text not null check (purpose in ('connection', 'web', 'subject', 'signing')),
  provider text not null,               -- aws-kms, gcp-kms, azure-kv, vault-transit, file, passphrase
  ref      text not null,               -- key id, or name of the file
  state    text not null check (state in ('active', 'decrypt-only', 'destroyed'))
);
create unique index one_active_per_purpose on secret.kek (purpose) where state = 'active';

create table secret.dek (
  dek_id  uuid  primary key,
  kek_id  uuid  not null references secret.kek,
  wrapped bytea not null
);

create table secret.value (
  connection_id uuid    not null,
  field         text    not null check (field ~ '^[a-z0-9_.-]{1,64}$'),
  version       integer not null check (version > 0),
  dek_id        uuid    not null unique references secret.dek,
  blob          bytea   not null,
  allowed_hosts text[]  not null check (cardinality(allowed_hosts) > 0),
  expires_at    timestamptz,
  primary key (connection_id, field, version)
);

create table secret.inbox_key (
  key_id     uuid  primary key,
  public_key bytea not null check (octet_length(public_key) = 32),
  wrapped    bytea not null,            -- X25519 private key under the 'connection' kek
  retired_at timestamptz
);

create table secret.inbox (             -- what an administrator typed, on its way to the worker
  connection_id uuid        not null,
  field         text        not null,
  version       integer     not null,
  sealed        bytea       not null,
  allowed_hosts text[]      not null,
  entered_by    text        not null,
  entered_at    timestamptz not null default clock_timestamp(),
  primary key (connection_id, field, version)
);

create table secret.web_value (         -- what checks those who come in: OIDC, TOTP, webhooks
  name    text    not null check (name ~ '^[a-z0-9_.-]{1,128}$'),
  version integer not null check (version > 0),
  dek_id  uuid    not null unique references secret.dek,
  blob    bytea   not null,
  primary key (name, version)
);

create table secret.signing_value (     -- what signs the record
  name    text    not null check (name ~ '^[a-z0-9_.-]{1,128}$'),
  version integer not null check (version > 0),
  dek_id  uuid    not null unique references secret.dek,
  blob    bytea   not null,
  primary key (name, version)
);

-- Rights ----------------------------------------------------------------------------------------

grant usage on schema secret to gatehouse_web, gatehouse_worker, gatehouse_scribe;
grant select on secret.kek to gatehouse_web, gatehouse_worker, gatehouse_scribe;

grant select, insert, delete on secret.value to gatehouse_worker;
grant select, insert, delete on secret.web_value to gatehouse_web;
grant select, insert, delete on secret.signing_value to gatehouse_scribe;

-- Web seals to the worker's public key and can read neither what it sealed nor what came of it.
grant insert (connection_id, field, version, sealed, allowed_hosts, entered_by) on secret.inbox
   to gatehouse_web;
grant select, delete on secret.inbox to gatehouse_worker;
grant select (key_id, public_key) on secret.inbox_key to gatehouse_web;
grant select, insert, update (wrapped, retired_at) on secret.inbox_key to gatehouse_worker;

alter table secret.inbox_key enable row level security;
create policy seals on secret.inbox_key for select to gatehouse_web using (retired_at is null);
create policy opens on secret.inbox_key to gatehouse_worker using (true);

-- Data keys share a table; each role sees those of its own purpose. Wrapping anew is an update.
grant select, insert, update (kek_id, wrapped), delete on secret.dek
   to gatehouse_web, gatehouse_worker, gatehouse_scribe;
alter table secret.dek enable row level security;
create policy of_web on secret.dek to gatehouse_web
 using (exists (select from secret.kek where kek.kek_id = dek.kek_id and purpose = 'web'));
create policy of_worker on secret.dek to gatehouse_worker
 using (exists (select from secret.kek where kek.kek_id = dek.kek_id and purpose = 'connection'));
create policy of_scribe on secret.dek to gatehouse_scribe
 using (exists (select from secret.kek where kek.kek_id = dek.kek_id and purpose = 'signing'));
