-- Up Migration

-- Surveys, their invitations and answers. Answers lie apart from the case, sealed under the key of the person: whoever
-- erases that key erases them.

create table surveys (                     -- each row is one version; the highest number of a name is asked
  id         text        primary key,
  version    integer     not null check (version = 1),  -- of the row, which never changes
  name       text        not null,
  number     integer     not null,           -- 1, 2, 3 … per name
  text       text        not null,
  author     text        not null,
  created_at timestamptz not null default clock_timestamp(),
  unique (name, number)
);

create table survey_invitations (          -- one form of one case
  id         text        primary key,
  version    integer     not null default 1,
  step_id    text        not null unique references steps,
  case_id    text        not null references cases,
  survey_id  text        not null references surveys,
  language   text        not null,
  expires_at timestamptz not null,
  sent_at    timestamptz,                    -- the mail server took it
  outcome    text        check (outcome in ('answered', 'declined', 'expired')),
  ended_at   timestamptz,
  check ((outcome is null) = (ended_at is null))
);
create index survey_invitations_open on survey_invitations (expires_at) where outcome is null;

create table survey_links (                -- a letter that had to be sent again has a link of its own
  token_hash bytea       primary key check (octet_length(token_hash) = 32),
  invitation text        not null references survey_invitations,
  made_at    timestamptz not null default clock_timestamp()
);

create table survey_answers (
  invitation text        primary key references survey_invitations,
  sealed     bytea       not null,
  saved_at   timestamptz not null default clock_timestamp(),
  sent_at    timestamptz,                    -- null: only saved, so nobody may read it but who wrote it
  part       text                            -- whom it was last shown together with; null: not shown yet
);

create table public_requests (             -- not facts: how often one address has opened public links in this hour
  address bytea       primary key,           -- hashed
  ends_at timestamptz not null,
  count   integer     not null
);

create constraint trigger accounted after insert or update on surveys
  deferrable initially deferred for each row execute function ledger.accounted();
create constraint trigger accounted after update on survey_invitations
  deferrable initially deferred for each row
  when (old.outcome is distinct from new.outcome) execute function ledger.accounted();

-- Who took part is final, and a version that was asked stays as it was.
create function guard_survey_invitation() returns trigger language plpgsql as $$
begin
  if new.outcome is not distinct from old.outcome and new.version = old.version then return new; end if;
  if old.outcome is not null or new.version <> old.version + 1 then
    raise exception 'invitation % has ended already', old.id using errcode = '23514';
  end if;
  return new;
end $$;
create trigger guard_survey_invitation before update on survey_invitations
  for each row execute function guard_survey_invitation();

create trigger no_delete before delete on surveys for each row execute function no_delete();
create trigger no_delete before delete on survey_invitations for each row execute function no_delete();

insert into ledger.writer (role, type)
values ('gatehouse_web', 'survey.published'), ('gatehouse_web', 'survey.answered'), ('gatehouse_web', 'survey.declined'),
       ('gatehouse_worker', 'survey.expired');

-- Web never makes a link, and a worker never reads what somebody answered.
grant select, insert on surveys to gatehouse_web;
grant select on survey_invitations, survey_links to gatehouse_web;
grant update (version, language, outcome, ended_at) on survey_invitations to gatehouse_web;
grant select, insert, update, delete on survey_answers, public_requests to gatehouse_web;

grant select on surveys to gatehouse_worker;
grant select, insert, update on survey_invitations to gatehouse_worker;
grant select, insert on survey_links to gatehouse_worker;
grant select (invitation, sent_at), delete on survey_answers to gatehouse_worker;
