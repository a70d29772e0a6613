import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { ulid } from 'ulid';
import type { Caller } from '#app/app.ts';
import { requestCase } from '#app/cases.ts';
import type { TestApp } from '#app/testing/app.ts';
import { until } from '#core/testing/until.ts';
import { keepBlob } from '#ledger/blob.ts';
import { verified } from '#ledger/testing/ledger.ts';
import { inTransaction } from '#store/sql.ts';

/** Somebody who left, with something of theirs in every table that can hold it. */
export interface Planted {
  readonly personId: string;
  readonly name: string;
  readonly ref: string;
  readonly subject: string;
  readonly caseId: string;
  /** The ended case of somebody else in which this person was the manager. */
  readonly otherCaseId: string;
  /** Everything that must be found nowhere once they are erased. */
  readonly values: readonly string[];
  setCase(state: string): Promise<void>;
  setRules(rules: readonly object[]): Promise<void>;
  /** Runs a statement past the guards. */
  bypassing(statement: string, ...values: readonly unknown[]): Promise<void>;
}

let count = 0;

export async function plantPerson(api: TestApp, by: Caller): Promise<Planted> {
  count += 1;
  const tag = `${String.fromCharCode(96 + count)}${randomUUID().slice(0, 6)}`;
  const personId = `E-${tag}`;
  const name = `Zdeňka Novotná-${tag}`;
  const email = `Zdenka.${tag}@meadow.example`;
  const personalEmail = `home-${tag}@mail.example`;
  const login = `znov${tag}`;
  const said = { reason: `because-${tag}`, title: `Head of ${tag}`, hold: `matter-${tag}` };
  const { admin } = api.pools;

  const bypassing = async (statement: string, ...values: readonly unknown[]) => {
    const client = await admin.connect();
    try {
      await client.query("set session_replication_role = 'replica'");
      await client.query(statement, [...values]);
    } finally {
      await client.query('reset session_replication_role');
      client.release();
    }
  };
  const departure = {
    kind: 'resignation',
    urgent: false,
    confidential: false,
    accessEnds: null,
    lastWorkingDay: '2030-11-29',
    employmentEnds: '2030-11-30',
    payEnds: null,
  } as const;
  const other = await api.addPerson({ name: `Otto Other ${tag}`, managerId: personId });
  await api.addPerson({
    ...{ personId, name, email, personalEmail, title: said.title, country: 'DE' },
    ...{ tags: [`tag-${tag}`], department: `Dept ${tag}` },
  });
  const open = async (id: string, reason: string | null) => {
    const { caseId, detail } = await requestCase(api.app, by, {
      personId: id,
      departure: { ...departure, reason },
    });
    if (caseId !== null) return caseId;
    if (detail !== null) throw new Error(`no departure was opened: ${detail}`);
    // A machine that is busy takes longer than whoever asks waits for.
    return until('the departure to be opened', async () => {
      const { rows } = await admin.query<{ id: string }>(
        'select cases.id from cases join people on people.id = cases.person where person_id = $1',
        [id],
      );
      return rows[0]?.id;
    });
  };
  const caseId = await open(personId, said.reason);
  const otherCaseId = await open(other.personId, null);
  const { rows } = await admin.query<{ id: string; ref: string; subject: string }>(
    'select id, ref, subject from people where person_id = $1',
    [personId],
  );
  const { id: person, ref, subject } = rows[0]!;

  const stepId = await api.addStep(caseId, {
    title: `Block ${login} of ${name}`,
    status: 'settled',
    grade: 'attested',
    because: `${name} handed in the badge`,
    assignment: { people: [{ name, email }], instructions: `Ask ${name}`, proof: [] },
    failure: { kind: 'rejected', detail: `no ${login}` },
  });
  await bypassing(
    `update steps set account = $2, params = $3, task = $3, notice = $3, before = $3, after_state = $3, summary = $4, decision = $5
      where id = $1`,
    stepId,
    { id: `uid-${login}`, login, privileged: false },
    { who: [name, { email }] },
    `block ${login}`,
    {
      ...{ kind: 'attested', by: by.user.id, byName: by.user.name, reason: name, proof: email },
      ...{ expiresAt: null, files: [{ name: `${login}.pdf`, sha256: 'a', size: 1 }] },
    },
  );
  const otherStep = await api.addStep(otherCaseId, {
    title: `Tell ${name}`,
    status: 'settled',
    grade: 'acknowledged',
    kind: 'notice',
    assignment: { people: [{ name, email }], instructions: `Dear ${name},\n${name}`, proof: [] },
  });
  const blob = await inTransaction(api.pools.web, async (tx) =>
    keepBlob(tx, api.keys, subject, Buffer.from(`badge of ${name}`)),
  );
  await api.state('worker', verified(caseId, { ref, subject }));
  const rowsOf: readonly (readonly [string, ...unknown[]])[] = [
    [
      "insert into connections (id, version, connector, name, category, settings, secret_fields, inbound_fields, allowed_hosts, state) values ($1, 1, 'list', 'x', 'x', '{}', '{}', '{}', '{}', 'active')",
      `c-${tag}`,
    ],
    [
      "insert into accounts (connection_id, account_id, login, status, privileged, person) values ($1, $2, $3, 'suspended', false, $4)",
      ...[`c-${tag}`, `uid-${login}`, login, person],
    ],
    [
      'insert into ownerships (connection_id, account_id, things) values ($1, $2, $3)',
      ...[`c-${tag}`, `uid-${login}`, JSON.stringify([{ name: `Plans of ${name}` }])],
    ],
    [
      'insert into proof_files (step_id, sha256, name, size, added_by) values ($1, $2, $3, 1, $4)',
      ...[stepId, blob.sha256, `${login}.pdf`, by.user.id],
    ],
    [
      'insert into notice_receipts (step_id, recipient, receipt) values ($1, $2, $3)',
      ...[otherStep, email.toLowerCase(), 'queued'],
    ],
    [
      "insert into alerts (id, condition, kind, title, body, case_id) values ($1, $1, 'x', $2, $3, $4)",
      ...[ulid(), `${name} waits`, `${login} cannot be blocked`, caseId],
    ],
    [
      "insert into alerts (id, condition, kind, title, body, resolved_at) values ($1, $1, 'x', 'x', $2, now())",
      ...[ulid(), `The manager ${name} (${email}) did nothing`],
    ],
    [
      "insert into alert_messages (alert_id, level, channel, recipient) select id, 1, 'mail', $1 from alerts limit 1",
      email,
    ],
    [
      "insert into orders (id, kind, input, asked_by, output, answered_at) values ($1, 'preview', $2, $3, $4, now())",
      ...[ulid(), { personId }, by.user.id, { title: `Departure of ${name}` }],
    ],
    [
      'insert into idempotency (actor, key, fingerprint, status, body) values ($1, $2, $2, 200, $3)',
      ...[by.user.id, tag, { person: { personId, name } }],
    ],
    [
      "insert into deliveries (id, source, message_id, body, body_sha256, outcome, detail) values ($1, 'hr', $2, $3, sha256($3), 'rejected', $4)",
      ...[ulid(), `m-${personId}`, Buffer.from(JSON.stringify({ person: { email, name } })), name],
    ],
    [
      "insert into saved_views (id, owner, list, name, search, shared) values ($1, $2, 'departures', $3, $4, false)",
      ...[ulid(), by.user.id, `All about ${name} ${tag}`, { text: email }],
    ],
    [
      "insert into saved_views (id, owner, list, name, search, shared) values ($1, $2, 'audit', $3, $4, false)",
      ...[ulid(), by.user.id, `Refused ${count}`, { person: personId, result: 'refused' }],
    ],
    [
      'insert into sample_comments (id, person, author, asks, text) values ($1, $2, $3, true, $4)',
      ...[ulid(), person, by.user.id, `Was it ${said.reason}?`],
    ],
    [
      `insert into sample_comments (id, person, author, asks, text)
       select $1, person, $2, false, $3 from cases where id = $4`,
      ...[ulid(), by.user.id, `Decided by ${name}.`, otherCaseId],
    ],
    [
      'insert into lists (id, uploaded_by, row_count, refused_rows, sha256) values ($1, $2, 1, 0, $1)',
      ...[`c-${tag}`, by.user.id],
    ],
    [
      'insert into list_rows (connection_id, key, name, person_id, email, is_open, privileged) values ($1, $2, $3, $4, $5, true, false)',
      ...[`c-${tag}`, login, name, personId, email],
    ],
    [
      "insert into scim_resources (source, kind, attributes, name, external_id, emails, person_id, active, active_since, created_at, changed_at) values ($1, 'User', $2, $3, $3, array[lower($4)], $5, true, now(), now(), now())",
      ...[`c-${tag}`, { userName: login, displayName: name }, login, email, personId],
    ],
    [
      'insert into successors (case_id, person_id, named_by) values ($1, $2, $3)',
      ...[otherCaseId, personId, by.user.id],
    ],
    [
      'insert into legal_holds (id, version, person, reason, set_by, lifted_by, lifted_at, why_lifted) values ($1, 2, $2, $3, $4, $4, now(), $3)',
      ...[randomUUID(), person, said.hold, by.user.id],
    ],
    [
      "insert into approvals (id, version, step_id, step_version, case_id, action, shown, plan_sha256, requested_by, expires_at, voided_because, ended_at) values ($1, 2, $2, 1, $3, 'account.delete', $4, sha256('x'), $5, now(), $6, now())",
      ...[randomUUID(), stepId, caseId, { account: { login }, summary: `delete ${login}` }],
      ...[by.user.id, `${name} came back`],
    ],
    [
      "insert into bulk_starts (id, version, state, source, asked_by, expires_at, people, report) values ($1, 2, 'withdrawn', 'csv', $2, now(), 1, $3)",
      ...[`b-${tag}`, by.user.id, { refused: [{ line: 2, found: `${name} <${email}>` }] }],
    ],
    [
      "insert into bulk_people (bulk_start, line, person_id, employment_id, facts, departure, standing) values ($1, 1, $2, '1', $3, $4, 'starts')",
      ...[`b-${tag}`, personId, { name, email }, { id: personId, reason: said.reason }],
    ],
    [
      "insert into task_links (token_hash, id, step_id, name, email, expires_at) values (sha256($1), $2, $3, $4, $5, now() + interval '1 day')",
      ...[tag, ulid(), otherStep, name, email],
    ],
    [
      "insert into users (id, version, name, email, roles, disabled_at) values ($1, 2, $2, $3, '{hr}', now())",
      ...[`u-${tag}`, name, email],
    ],
    [
      'insert into tokens (id, secret_hash, user_id, name, expires_at) values ($1, sha256($4), $2, $3, now())',
      ...[`0${tag.slice(1)}0`, `u-${tag}`, `laptop of ${name}`, tag],
    ],
    [
      "insert into surveys (id, version, name, number, text, author) values ($1, 1, $1, 1, 'x', 'x')",
      `s-${tag}`,
    ],
    [
      "insert into survey_invitations (id, step_id, case_id, survey_id, language, expires_at) values ($1, $2, $3, $4, 'en', now())",
      ...[`i-${tag}`, stepId, caseId, `s-${tag}`],
    ],
    [
      'insert into survey_answers (invitation, sealed, sent_at) values ($1, $2, now())',
      ...[`i-${tag}`, Buffer.from(`sealed-${tag}`)],
    ],
    [
      'update cases set plan_notes = $2, question = $3 where id = $1',
      ...[caseId, JSON.stringify([`${name} has no zone`]), `Who is ${login}?`],
    ],
  ];
  for (const [statement, ...values] of rowsOf) await bypassing(statement, ...values);

  const setCase = (state: string) =>
    bypassing('update cases set state = $2, ended_at = now() where id = $1', caseId, state);
  await setCase('complete');
  await bypassing("update cases set state = 'cancelled' where id = $1", otherCaseId);
  return {
    ...{ personId, name, ref, subject, caseId, otherCaseId, setCase, bypassing },
    values: [
      ...[personId, name, email, personalEmail, login, ...Object.values(said)],
      ...[`tag-${tag}`, `Dept ${tag}`, `sealed-${tag}`],
    ],
    setRules: (rules) =>
      bypassing(
        `insert into settings (id, version, value) values ('retention', 1, $1)
             on conflict (id) do update set value = excluded.value`,
        { rules },
      ),
  };
}

/** In which tables each of these values stands, whatever its capitals, in text and in bytes alike. */
export async function placesOf(
  admin: pg.Pool,
  values: readonly string[],
): Promise<readonly { readonly table: string; readonly value: string }[]> {
  const { rows: tables } = await admin.query<{ name: string }>(`
    select format('%I.%I', schemaname, tablename) as name
      from pg_tables
     where schemaname not in ('pg_catalog', 'information_schema')
     order by 1
  `);
  const found: { table: string; value: string }[] = [];
  for (const { name } of tables) {
    const { rows } = await admin.query<{ value: string }>(
      `select distinct wanted.wanted as value
         from ${name} as it, unnest($1::text[]) as wanted (wanted)
        where position(lower(wanted.wanted) in lower(it::text)) > 0
           or position(encode(convert_to(wanted.wanted, 'UTF8'), 'hex') in it::text) > 0
           or position(trim(both '"' from to_json(wanted.wanted)::text) in it::text) > 0`,
      [[...values]],
    );
    found.push(...rows.map(({ value }) => ({ table: name, value })));
  }
  return found;
}
