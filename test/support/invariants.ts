import assert from 'node:assert/strict';
import { findSecrets, needlesFor } from '#connector-kit/secret-search.ts';
import { approvalsOf } from '#core/approval-proof.ts';
import { type Capability, capabilities } from '#core/capability.ts';
import { CaseLeaf } from '#core/case-summary.ts';
import { gradeProblem } from '#core/grade-proof.ts';
import { leafHash } from '#core/proof.ts';
import { base64url, sha256 } from '#ledger/hash.ts';
import { verifySignature } from '#ledger/log-keys.ts';
import { type Entry, entriesOf } from '#ledger/testing/ledger.ts';
import { rootAt } from '#ledger/tiles.ts';
import type { TestGatehouse } from './gatehouse.ts';

/** What a test knows of the world outside, to hold our claims against. */
export interface Outside {
  /** Every secret of the installation. */
  readonly secrets?: readonly string[];
  /** What left the house or was written down: mails, webhooks, logs of other processes. */
  readonly seen?: readonly string[];
  /** Changes of state that practice systems have logged, each of which may happen once. */
  readonly effects?: readonly { readonly id: string; readonly what: string }[];
}

/**
 * What must hold after every fault, whatever happened: checked on the rows and the record
 * themselves, not through our own reading functions. Brings what is staged into the record first.
 */
export async function checkInvariants(gatehouse: TestGatehouse, outside: Outside = {}) {
  const { versions, head, entries, steps, cases } = await atRest(gatehouse);
  await checkTree(gatehouse, head, entries);
  checkChains(entries);
  checkRows(versions, entries);
  checkSteps(steps, entries);
  checkApprovals(entries);
  checkCases(cases, entries);
  await checkProof(gatehouse, entries);
  checkEffects(outside.effects ?? []);
  await checkSecrets(gatehouse, outside);
}

/** The versions of all guarded rows, what is judged of them and the whole record, read while nothing changed. */
async function atRest(gatehouse: TestGatehouse) {
  for (;;) {
    const versions = await versionsOf(gatehouse);
    await gatehouse.scribe.flush();
    const record = await recordOf(gatehouse);
    const steps = await stepsOf(gatehouse);
    const cases = await casesOf(gatehouse);
    const after = await versionsOf(gatehouse);
    if (JSON.stringify(versions) === JSON.stringify(after)) {
      return { versions, ...record, steps, cases };
    }
  }
}

interface Head {
  readonly size: string;
  readonly root: Buffer;
}

/** The head and the entries of one moment: facts that change no row may join the record at any time. */
async function recordOf({ database }: TestGatehouse) {
  const client = await database.pools.admin.connect();
  try {
    await client.query('begin isolation level repeatable read read only');
    const { rows } = await client.query<Head>('select size, root from ledger.head');
    const entries = await entriesOf(client);
    await client.query('commit');
    return { head: rows[0], entries };
  } finally {
    client.release();
  }
}

/** Indexes without a gap, and the root that the leaves give. */
async function checkTree(
  { database }: TestGatehouse,
  head: Head | undefined,
  entries: readonly Entry[],
) {
  assert.equal(Number(head?.size), entries.length, 'the head counts every entry');
  for (const [index, entry] of entries.entries()) {
    assert.equal(entry.idx, index, 'indexes are dense');
    assert.deepEqual(entry.hash, Buffer.from(leafHash(sha256, entry.leaf)));
  }
  assert.deepEqual(head?.root, await rootAt(database.pools.admin, entries.length));
  assert.deepEqual(head?.root, treeHash(entries.map(({ hash }) => hash)));
}

/** RFC 9162, 2.1.1, as it is defined and not as we compute it. */
function treeHash(hashes: readonly Buffer[]): Buffer {
  if (hashes.length === 0) return sha256(Buffer.of());
  if (hashes.length === 1) return hashes[0]!;
  let half = 1;
  while (half * 2 < hashes.length) half *= 2;
  return sha256(Buffer.of(1), treeHash(hashes.slice(0, half)), treeHash(hashes.slice(half)));
}

/** Each case's facts are numbered without a gap, and each names the one before it. */
function checkChains(entries: readonly Entry[]): void {
  const ends = new Map<string, { seq: number; hash: Buffer }>();
  for (const { caseId, caseSeq, body, hash } of entries) {
    if (caseId === null || caseSeq === null) continue;
    const end = ends.get(caseId);
    assert.equal(caseSeq, (end?.seq ?? 0) + 1, `case ${caseId} has no gap`);
    assert.equal(body['case_prev'], end && base64url(end.hash), `case ${caseId} is one chain`);
    ends.set(caseId, { seq: caseSeq, hash });
  }
}

/** Tables whose rows change only with a fact, and the first version that has one. */
const guarded = {
  bulk_starts: 1,
  cases: 1,
  connections: 1,
  settings: 1,
  users: 1,
  steps: 2,
  playbooks: 2,
  passkeys: 1,
  approvals: 1,
  legal_holds: 1,
  protections: 1,
  departure_hints: 1,
  feed_batches: 2,
  surveys: 1,
  survey_invitations: 2,
};

/** Every version that a guarded row has had and that needs a fact. */
async function versionsOf({ rows }: TestGatehouse): Promise<readonly string[]> {
  const due: string[] = [];
  for (const [table, first] of Object.entries(guarded)) {
    for (const { id, version } of await rows<{ id: string; version: number }>(
      `select id, version from ${table} order by id`,
    )) {
      for (let it = first; it <= version; it += 1) due.push(`${table}/${id}@${it}`);
    }
  }
  return due.toSorted();
}

/** Every version of a guarded row has exactly one leaf, and there is no leaf of any other. */
function checkRows(versions: readonly string[], entries: readonly Entry[]): void {
  const told = entries.flatMap(({ body }) => (typeof body['row'] === 'string' ? body['row'] : []));
  assert.deepEqual(told.toSorted(), versions, 'row versions and leaves are the same');
}

interface StepEntry {
  readonly id: string;
  readonly attempt: number;
}

const stepOf = ({ body }: Entry) => body['step'] as StepEntry | undefined;

interface StepRow {
  readonly id: string;
  readonly version: number;
  readonly key: string;
  readonly grade: string | null;
}

const stepsOf = ({ rows }: TestGatehouse): Promise<readonly StepRow[]> =>
  rows<StepRow>('select id, version, key, grade from steps');

/** A settled step has one fact that says so with the same grade; nothing was called unannounced. */
function checkSteps(steps: readonly StepRow[], entries: readonly Entry[]): void {
  for (const { id, version, key, grade } of steps) {
    const own = entries.filter((it) => stepOf(it)?.id === id);
    const last = own.find(({ body }) => body['row'] === `steps/${id}@${version}`);
    if (version > 1) assert.equal(last?.body['grade'] ?? null, grade, `${key} is what was stated`);
    const intended = new Set<number>();
    for (const { body } of own) {
      const { attempt } = body['step'] as StepEntry;
      if (body['type'] === 'step.intended') intended.add(attempt);
      if (body['type'] === 'step.applied' || body['type'] === 'step.unknown') {
        assert.ok(intended.has(attempt), `${key}: call ${attempt} was announced`);
      }
    }
  }
}

/** What cannot be undone was granted by somebody else, for exactly that plan, and used before the call. */
function checkApprovals(entries: readonly Entry[]): void {
  for (const intent of entries.filter(({ body }) => body['type'] === 'step.intended')) {
    const { id, capability } = intent.body['step'] as { id: string; capability: Capability | null };
    if (capability === null || capabilities[capability].weight !== 'destructive') continue;
    const approval = (intent.body['data'] as { approval?: string }).approval;
    const about = (type: string) =>
      entries.find(({ body, caseId }) => {
        const data = body['data'] as { approval?: string; step?: string } | undefined;
        const isIt = data?.approval === approval && data?.step === id;
        return body['type'] === type && caseId === intent.caseId && isIt;
      });
    const granted = about('approval.granted');
    const grants = entries.filter(({ body, caseId }) => {
      const data = body['data'] as { approval?: string } | undefined;
      const isIt = body['type'] === 'approval.granted' && data?.approval === approval;
      return isIt && caseId === intent.caseId;
    });
    const asked = about('approval.requested')?.body['data'] as { approvers?: number } | undefined;
    const people = new Set(grants.map(({ body }) => (body['actor'] as { id: string }).id));
    assert.ok(
      people.size >= (asked?.approvers ?? 1),
      `step ${id} was approved by as many as asked`,
    );
    const consumed = about('approval.consumed');
    for (const fact of [granted, consumed]) {
      assert.equal(fact?.body['plan'], intent.body['plan'], `step ${id} did what was approved`);
    }
    // Stated side by side, in the transaction before the call.
    assert.ok(Number(granted?.caseSeq) < Number(intent.caseSeq), `step ${id} was approved before`);
    assert.ok(Number(consumed?.caseSeq) <= Number(intent.caseSeq) + 1, `step ${id} used it once`);
  }
}

interface CaseEnd {
  readonly id: string;
  readonly state: string;
  /** Steps without a grade, in the direction the case goes, and of those that end access. */
  readonly open: number;
  readonly security: number;
  readonly grades: object;
  readonly delivers: boolean;
}

const casesOf = ({ rows }: TestGatehouse): Promise<readonly CaseEnd[]> =>
  rows<CaseEnd>(
    `select id, state,
            (select count(*)::int from steps s where s.case_id = c.id and s.dropped_at is null
                and s.grade is null and (s.undo_of is not null) = (c.direction = 'back')) as open,
            (select count(*)::int from steps s where s.case_id = c.id and s.dropped_at is null
                and s.grade is null and s.layer = 'security' and s.undo_of is null) as security,
            exists (select from steps s where s.case_id = c.id and s.kind = 'record') as delivers,
            (select coalesce(jsonb_object_agg(grade, count), '{}')
               from (select grade, count(*)::int from steps s where s.case_id = c.id
                        and s.dropped_at is null and s.grade is not null
                        and (s.undo_of is not null) = (c.direction = 'back')
                      group by grade) as counted) as grades
       from cases c`,
  );

/** A case is complete when every step has a grade, never before, and is sealed each time it ends. */
function checkCases(cases: readonly CaseEnd[], entries: readonly Entry[]): void {
  const none = { verified: 0, acknowledged: 0, absent: 0, attested: 0, waived: 0 };
  for (const { id, state, open, security, grades, delivers } of cases) {
    const ended = state === 'complete' || state === 'brought-back';
    const own = entries.filter((it) => it.caseId === id);
    const seals = own.filter((it) => it.body['type'] === 'case.sealed');
    const openedAgain = own.filter(
      ({ body, caseSeq }) =>
        (body['type'] === 'case.reopened' || body['type'] === 'case.rescinded') &&
        seals.some((seal) => Number(seal.caseSeq) < Number(caseSeq)),
    );
    // Before a record is delivered the case is sealed too, so that what is delivered is whole.
    const ending = openedAgain.length + (ended ? 1 : 0);
    const ends = endsAmong(own);
    const isRight = delivers ? ends >= ending : ends === ending;
    assert.ok(isRight, `case ${id} is ${state}, with ${ends} seals that end it`);
    if (ended) assert.equal(open, 0, `case ${id} is ${state} with ${open} open steps`);
    if (state === 'access-removed') assert.equal(security, 0, `case ${id} has open access`);
    for (const { body, caseSeq } of seals) {
      const data = body['data'] as { count: number };
      assert.equal(data.count, caseSeq);
    }
    const last = ended ? (seals.at(-1)?.body['data'] as { grades: object }) : null;
    if (last)
      assert.deepEqual(last.grades, { ...none, ...grades }, `case ${id} is sealed as it is`);
  }
}

/** What is only looked at again is sealed as well, and ends nothing. */
function endsAmong(own: readonly Entry[]): number {
  const inOrder = own.toSorted((a, b) => Number(a.caseSeq) - Number(b.caseSeq));
  let ends = 0;
  let since: string[] = [];
  for (const { body } of inOrder) {
    const type = String(body['type']);
    since.push(type);
    if (type !== 'case.sealed') continue;
    const isOpened = since.some((it) => it === 'case.reopened' || it === 'case.rescinded');
    const isOfLooks = since.some((it) => /^(case|step)\.(re|un)checked$/.test(it));
    if (ends === 0 || isOpened || !isOfLooks) ends += 1;
    since = [];
  }
  return ends;
}

/** What an auditor is shown of each sealed case would convince them. */
async function checkProof({ rows }: TestGatehouse, entries: readonly Entry[]) {
  const placed = entries.map(({ idx, caseId, body }) => ({
    index: idx,
    caseId,
    leaf: CaseLeaf.parse(body),
  }));
  const context = placed.filter(({ leaf }) => leaf.type === 'passkey.registered');
  const values = Map.groupBy(
    await rows<{ id: string; name: string }>('select entry_id as id, name from ledger.disclosure'),
    ({ id }) => id,
  );
  const blobs = await rows<{ sha256: string; ct: Buffer }>(
    "select encode(sha256, 'hex') as sha256, ct from ledger.blob where subject is null",
  );
  const files = new Map(blobs.map(({ sha256, ct }) => [sha256, ct]));
  for (const [caseId, own] of Map.groupBy(placed, (it) => it.caseId ?? '')) {
    const seal = own.findLastIndex(({ leaf }) => leaf.type === 'case.sealed');
    const facts = own.slice(0, seal + 1);
    if (facts.length === 0) continue;
    const leaves = facts.map(({ leaf }) => leaf);
    const names = (id: string) => new Set(values.get(id)?.map(({ name }) => name));
    assert.equal(gradeProblem(leaves, names), null, `case ${caseId}`);
    const fileOf = (hash: string) => files.get(hash);
    const parts = { facts, context, fileOf, sha256, verify: verifySignature };
    const approved = await approvalsOf(parts);
    assert.ok(approved.ok, approved.ok ? '' : `case ${caseId}: ${approved.because}`);
  }
}

function checkEffects(effects: NonNullable<Outside['effects']>): void {
  const seen = new Set<string>();
  for (const { id, what } of effects) {
    const effect = `${id} ${what}`;
    assert.ok(!seen.has(effect), `this happened twice: ${effect}`);
    seen.add(effect);
  }
}

/** No secret anywhere: not in any column of any table, nor in a log, a mail or a message. */
async function checkSecrets(gatehouse: TestGatehouse, { secrets = [], seen = [] }: Outside) {
  if (secrets.length === 0) return;
  const needles = needlesFor(secrets);
  const look = (where: string, text: string) => {
    const found = findSecrets(text, needles);
    assert.deepEqual(found, [], `a secret shows in ${where}`);
  };
  for (const line of [...gatehouse.logs, ...seen]) look('what was seen or logged', line);
  for (const [table, text] of await dump(gatehouse)) look(table, text);
}

/** Every table as text; bytes as latin1, so that what is written in them shows. */
async function dump({ rows }: TestGatehouse): Promise<readonly (readonly [string, string])[]> {
  const columns = await rows<{ table: string; column: string; type: string }>(
    `select format('%I.%I', table_schema, table_name) as table, format('%I', column_name) as column,
            data_type as type
       from information_schema.columns
       join information_schema.tables using (table_schema, table_name)
      where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'`,
  );
  const tables = Map.groupBy(columns, (it) => it.table);
  const texts: [string, string][] = [];
  for (const [table, of] of tables) {
    const shown = of.map(({ column, type }) =>
      type === 'bytea' ? `encode(${column}, 'escape')` : `${column}::text`,
    );
    const found = await rows<{ text: string }>(
      `select concat_ws(e'\\n', ${shown.join(', ')}) as text from ${table}`,
    );
    for (const { text } of found) texts.push([table, text]);
  }
  return texts;
}
