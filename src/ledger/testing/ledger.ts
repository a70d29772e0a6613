import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { ulid } from 'ulid';
import type { FactData } from '#core/event.ts';
import { createKeyFiles, openKeyring } from '#store/keys.ts';
import type { Role } from '#store/roles.ts';
import { inTransaction, sql } from '#store/sql.ts';
import { openSubjectKeys } from '#store/subject-keys.ts';
import { startDatabase } from '#store/testing/database.ts';
import { type Fact, record, type SubjectKeys } from '../record.ts';
import { sequence } from '../sequence.ts';

/** One entry of the record, its leaf read as JSON. */
export interface Entry {
  readonly idx: number;
  readonly leaf: Buffer;
  readonly hash: Buffer;
  readonly caseId: string | null;
  readonly caseSeq: number | null;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface TestLedger {
  readonly pools: Awaited<ReturnType<typeof startDatabase>>['pools'];
  readonly keys: SubjectKeys;
  /** States facts in a transaction of their own. */
  state(role: Role, ...facts: Fact[]): Promise<void>;
  /** Brings everything staged into the record. */
  sequenceAll(): Promise<void>;
  entries(): Promise<readonly Entry[]>;
}

/** A record of its own on a real server, with the product's roles, rights and keys. */
export async function startLedger(): Promise<TestLedger> {
  const { pools, keysDirectory } = await startDatabase();
  await createKeyFiles(keysDirectory);
  const keys = openSubjectKeys(await openKeyring(keysDirectory, ['subject']));
  return {
    pools,
    keys,
    state: (role, ...facts) => inTransaction(pools[role], (tx) => record(tx, keys, facts)),
    async sequenceAll() {
      while ((await inTransaction(pools.scribe, sequence)) > 0);
    },
    entries: () => entriesOf(pools.admin),
  };
}

export async function entriesOf(pool: pg.Pool | pg.PoolClient): Promise<readonly Entry[]> {
  const { rows } = await pool.query<Omit<Entry, 'body'>>(sql`
    select idx::integer, leaf, leaf_hash as hash, case_id as "caseId", case_seq as "caseSeq"
      from ledger.entry
     order by ledger.entry.idx
  `);
  return rows.map((row) => ({ ...row, body: JSON.parse(row.leaf.toString('utf8')) }));
}

/** A person whom facts can be about. */
export const somebody = () => ({ ref: `p_${ulid()}`, subject: randomUUID() as string });

const worker = { kind: 'system', id: 'worker', auth: 'none' } as const;

export const opened = (caseId: string): Fact => ({
  type: 'case.opened',
  actor: { kind: 'source', id: 'hris_1', auth: 'none' },
  caseId,
  data: {
    kind: 'departure',
    trigger: 'source',
    playbook: null,
    playbook_version: null,
    steps: 0,
    plan: null,
  } satisfies FactData<'case.opened'>,
});

/** A step read back as done, with a personal value for each state. */
export const verified = (
  caseId: string,
  person: { ref: string; subject: string },
  more: Partial<Fact> = {},
): Fact => ({
  type: 'step.verified',
  actor: worker,
  caseId,
  step: { id: ulid(), attempt: 1, capability: 'account.suspend', connection: 'okta-prod' },
  target: { ref: person.ref, system: 'okta-prod' },
  personal: {
    subject: person.subject,
    values: { 'step.before': { status: 'active' }, 'step.after': { status: 'suspended' } },
  },
  ...more,
});

/** The end of a case with so many verified steps. */
export const sealed = (caseId: string, verifiedSteps: number): Fact => ({
  type: 'case.sealed',
  actor: worker,
  caseId,
  data: {
    grades: { verified: verifiedSteps, acknowledged: 0, absent: 0, attested: 0, waived: 0 },
  },
});

/** That everything personal about somebody was destroyed. */
export const erased = (ref: string): Fact => ({
  type: 'subject.erased',
  actor: { kind: 'system', id: 'scribe', auth: 'none' },
  target: { ref },
  data: {
    basis: 'objection',
    approver: 'u_2',
    values: 2,
    blobs: 0,
  } satisfies FactData<'subject.erased'>,
});

export const held = (caseId: string): Fact => ({
  type: 'case.held',
  actor: worker,
  caseId,
  data: { reason: 'paused' },
});

export const loggedIn = (id = 'u_1'): Fact => ({
  type: 'login.succeeded',
  actor: { kind: 'person', id, auth: 'oidc' },
  data: { method: 'oidc' },
});

const ivy = { kind: 'person', id: 'u_ivy', auth: 'webauthn' } as const;

/** A passkey of somebody who decides. */
export const registered = (credentialId: string): Fact => ({
  type: 'passkey.registered',
  actor: ivy,
  data: {
    user: ivy.id,
    credential_id: credentialId,
    public_key: 'cHVibGlj',
    rp_id: 'gatehouse.example',
  },
});

/** An approval, signed with a passkey. */
export const granted = (caseId: string, credentialId: string): Fact => ({
  type: 'approval.granted',
  actor: ivy,
  caseId,
  plan: 'A'.repeat(43),
  data: {
    approval: ulid(),
    step: ulid(),
    credential_id: credentialId,
    expires: new Date(0).toISOString(),
  } satisfies FactData<'approval.granted'>,
});
