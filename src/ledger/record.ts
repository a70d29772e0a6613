import { ulid } from 'ulid';
import { type Actor, type FactType, factTypes, settlingFacts } from '#core/event.ts';
import { type Evidence, leafShape, type Remote } from '#core/leaf.ts';
import { leafHash } from '#core/proof.ts';
import type { Grade } from '#core/step.ts';
import { type Db, sql } from '#store/sql.ts';
import { canonical, fitForLeaf } from './canonical.ts';
import {
  type Disclosure,
  disclosureOf,
  disclosurePlace,
  seal,
  sortedDigests,
} from './disclosure.ts';
import { base64url, sha256 } from './hash.ts';

/** Something that happened, as its author states it. The record adds when, and in which order. */
export interface Fact {
  readonly type: FactType;
  readonly actor: Actor;
  readonly onBehalfOf?: string;
  readonly caseId?: string;
  /** The row version this fact accounts for; each version has exactly one fact. */
  readonly row?: { readonly table: string; readonly id: string; readonly version: number };
  /** `attempt` counts from 1. */
  readonly step?: {
    readonly id: string;
    readonly attempt: number;
    readonly capability: string | null;
    readonly connection: string | null;
  };
  /** `ref` is the random pseudonym of the person it is about. */
  readonly target?: { readonly ref: string; readonly system?: string };
  /** May be left out: a fact that settles a step states one grade only. */
  readonly grade?: Grade;
  /** The plan digest, base64url. */
  readonly plan?: string;
  readonly remote?: Remote;
  /** Files that are about nobody. One about a person is a personal value `evidence.<n>`. */
  readonly evidence?: readonly Evidence[];
  readonly data?: Readonly<Record<string, unknown>>;
  /** Personal values: each becomes a salted digest in the leaf, and a disclosure under the subject's key. */
  readonly personal?: {
    readonly subject: string;
    readonly values: Readonly<Record<string, unknown>>;
  };
}

/** The 256-bit keys under which personal values are sealed, one for each person. */
export interface SubjectKeys {
  /** `stored` is the row's wrapped key where the caller has just read it; null: destroyed. */
  keyOf(db: Db, subject: string, stored?: Uint8Array | null): Promise<Buffer>;
}

/** Where a case's chain of facts ends. */
interface Link {
  readonly seq: number;
  readonly hash: Buffer;
  readonly at: Date;
}

interface StagedLeaf {
  readonly id: string;
  readonly leaf: Buffer;
  readonly row: string | null;
  readonly caseId: string | null;
  readonly caseSeq: number | null;
  readonly disclosures: readonly Disclosure[];
  readonly subject: string | null;
}

/** The longest leaf that an entry bundle can hold. */
const longestLeafBytes = 65_535;

/**
 * States facts, in the transaction of the change they describe: either both are there or
 * neither. This is the only writer of the record. It costs two statements, however many facts.
 *
 * Throws when a fact is not of its type's closed shape, and when the database refuses it: a
 * role may state only its own types. Then the change must not happen either.
 */
export async function record(tx: Db, keys: SubjectKeys, facts: readonly Fact[]): Promise<void> {
  if (facts.length === 0) return;
  const cases = [...new Set(facts.flatMap((fact) => fact.caseId ?? []))].sort();
  const subjects = subjectsOf(facts);
  const { now, links, stored } =
    cases.length > 0 ? await lockChains(tx, cases, subjects) : await readClock(tx);
  const subjectKeys = new Map<string, Buffer>();
  for (const subject of subjects) {
    subjectKeys.set(subject, await keys.keyOf(tx, subject, stored.get(subject)));
  }

  const staged = facts.map((fact) => {
    const link = fact.caseId === undefined ? undefined : links.get(fact.caseId);
    const leaf = leafOf(fact, link?.at ?? now, link);
    if (link && leaf.caseId !== null) {
      const hash = Buffer.from(leafHash(sha256, leaf.leaf));
      links.set(leaf.caseId, { seq: link.seq + 1, hash, at: link.at });
    }
    return leaf;
  });
  await stage(tx, staged, links, subjectKeys);
}

const subjectsOf = (facts: readonly Fact[]): readonly string[] => [
  ...new Set(
    facts.flatMap((fact) => (personalValues(fact).length > 0 ? fact.personal!.subject : [])),
  ),
];

const personalValues = (fact: Fact) =>
  Object.entries(fact.personal?.values ?? {}).filter(([, value]) => value !== undefined);

/**
 * Locks the chains in ascending order, so that nobody waits in a circle; the time is taken
 * after. Brings the people's wrapped keys along, which would cost a statement of their own.
 */
async function lockChains(tx: Db, caseIds: readonly string[], subjects: readonly string[]) {
  const { rows } = await tx.query<{
    case_id: string;
    seq: number;
    last_hash: Buffer;
    at: Date;
    stored: Record<string, string | null> | null;
  }>(sql`
    insert into ledger.chain (case_id, seq, last_hash)
    select case_id, 0, decode(repeat('00', 32), 'hex')
      from unnest(${caseIds}::text[]) with ordinality as touched (case_id, place)
     order by place
        on conflict (case_id) do update set seq = ledger.chain.seq
    returning case_id, seq, last_hash, clock_timestamp() as at,
              (select jsonb_object_agg(subject, encode(wrapped, 'hex'))
                 from ledger.subject_key
                where subject = any (${subjects}::uuid[])) as stored
  `);
  const links = new Map<string, Link>();
  for (const { case_id, seq, last_hash, at } of rows)
    links.set(case_id, { seq, hash: last_hash, at });
  const found = Object.entries(rows.at(-1)!.stored ?? {});
  const stored = new Map(
    found.map(([subject, hex]) => [subject, hex === null ? null : Buffer.from(hex, 'hex')]),
  );
  return { now: rows.at(-1)!.at, links, stored };
}

async function readClock(tx: Db) {
  const { rows } = await tx.query<{ at: Date }>(sql`select clock_timestamp() as at`);
  return { now: rows[0]!.at, links: new Map<string, Link>(), stored: new Map<string, null>() };
}

/** Builds the bytes of one fact; from here on nobody writes them down anew. */
function leafOf(fact: Fact, at: Date, link: Link | undefined): StagedLeaf {
  const { type, actor, personal } = fact;
  const id = ulid(at.getTime());
  const caseSeq = link ? link.seq + 1 : null;
  const row = fact.row ? `${fact.row.table}/${fact.row.id}@${fact.row.version}` : null;
  const disclosures = personalValues(fact).map(([name, value]) => disclosureOf(name, value));
  demandProof(fact, disclosures);
  const data = type === 'case.sealed' ? { ...fact.data, count: caseSeq } : fact.data;

  const leaf = {
    v: factTypes[type].v,
    type,
    id,
    at: at.toISOString(),
    actor,
    on_behalf_of: fact.onBehalfOf,
    case: fact.caseId,
    case_seq: caseSeq ?? undefined,
    case_prev: link && link.seq > 0 ? base64url(link.hash) : undefined,
    row: row ?? undefined,
    step: fact.step,
    target: fact.target,
    grade: fact.grade ?? settlingFacts[type],
    plan: fact.plan,
    remote: fact.remote,
    evidence: fact.evidence,
    data: data && Object.keys(data).length > 0 ? data : undefined,
    ...(disclosures.length > 0 ? { _sd: sortedDigests(disclosures), _sd_alg: 'sha-256' } : {}),
  };
  return {
    id,
    leaf: bytesOf(type, leaf),
    row,
    caseId: fact.caseId ?? null,
    caseSeq,
    disclosures,
    subject: personal?.subject ?? null,
  };
}

/** "Revoked" may be said only of what was read back: an action's grade needs its states. */
function demandProof(fact: Fact, disclosures: readonly Disclosure[]): void {
  if (fact.type !== 'step.verified' || !fact.step?.capability) return;
  for (const name of ['step.before', 'step.after']) {
    if (disclosures.some((it) => it.name === name)) continue;
    throw new Error(`A fact step.verified about ${fact.step.capability} needs the value ${name}.`);
  }
}

function bytesOf(type: FactType, leaf: object): Buffer {
  const fit = fitForLeaf(leaf);
  const checked = leafShape(type).safeParse(fit);
  if (!checked.success) {
    const wrong = checked.error.issues.map((it) => `${it.path.join('.')}: ${it.message}`);
    throw new Error(`A fact ${type} is not of its shape (src/core/leaf.ts). ${wrong.join('; ')}`);
  }
  const bytes = canonical(fit);
  if (bytes.length > longestLeafBytes) {
    throw new Error(
      `A fact ${type} has ${bytes.length} bytes; a leaf holds ${longestLeafBytes}. ` +
        'Put what is long into its personal values, or into a blob.',
    );
  }
  return bytes;
}

/** One statement for everything: leaves in their order, disclosures, and where the chains end now. */
async function stage(
  tx: Db,
  leaves: readonly StagedLeaf[],
  links: ReadonlyMap<string, Link>,
  keys: ReadonlyMap<string, Buffer>,
): Promise<void> {
  const sealed = leaves.flatMap(({ id, subject, disclosures }) =>
    disclosures.map(({ name, text, digest }) => ({
      id,
      name,
      subject,
      digest,
      ct: seal(keys.get(subject!)!, disclosurePlace(id, name), Buffer.from(text, 'ascii')),
    })),
  );
  const ends = [...links];
  await tx.query(sql`
    with leaves as (
      insert into ledger.staged (leaf, row_key, case_id, case_seq)
      select leaf, row_key, case_id, case_seq
        from unnest(
               ${leaves.map((it) => it.leaf)}::bytea[], ${leaves.map((it) => it.row)}::text[],
               ${leaves.map((it) => it.caseId)}::text[], ${leaves.map((it) => it.caseSeq)}::integer[]
             ) with ordinality as stated (leaf, row_key, case_id, case_seq, place)
       order by place
    ), disclosures as (
      insert into ledger.disclosure (entry_id, name, subject, digest, ct)
      select *
        from unnest(
               ${sealed.map((it) => it.id)}::text[], ${sealed.map((it) => it.name)}::text[],
               ${sealed.map((it) => it.subject)}::uuid[], ${sealed.map((it) => it.digest)}::text[],
               ${sealed.map((it) => it.ct)}::bytea[]
             )
    )
    update ledger.chain
       set seq = ends.seq, last_hash = ends.last_hash
      from unnest(
             ${ends.map(([caseId]) => caseId)}::text[], ${ends.map(([, it]) => it.seq)}::integer[],
             ${ends.map(([, it]) => it.hash)}::bytea[]
           ) as ends (case_id, seq, last_hash)
     where chain.case_id = ends.case_id
  `);
}
