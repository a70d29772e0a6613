import { type Actor, type FactType, factTypes, settlingFacts } from '#core/event.ts';
import { type Evidence, leafShape, type Remote } from '#core/leaf.ts';
import type { Grade } from '#core/step.ts';
import { newId, randomBytes } from '#store/random.ts';
import { type Db, type Sql, sql } from '#store/sql.ts';
import { canonical, fitForLeaf } from './canonical.ts';
import {
  type Disclosure,
  disclosureOf,
  disclosurePlace,
  seal,
  sortedDigests,
} from './disclosure.ts';
import { base64url } from './hash.ts';

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
    /** The wrapped key of the subject, where it has just been read together with something else. */
    readonly key?: Uint8Array | null;
    readonly values: Readonly<Record<string, unknown>>;
  };
}

/** The 256-bit keys under which personal values are sealed, one for each person. */
export interface SubjectKeys {
  /** `stored` is the row's wrapped key where the caller has just read it. */
  keyOf(db: Db, subject: string, stored?: Uint8Array): Promise<Buffer>;
}

/** For facts that are about no person: they need no key, and none is handed out. */
export const aboutNobody: SubjectKeys = {
  keyOf() {
    throw new Error('This fact was to be about no person, and holds a personal value.');
  },
};

/** One fact written down and sealed: all but what the database fills in. */
export interface PreparedFact {
  readonly id: string;
  /** Canonical, as a format of PostgreSQL: the database fills in what only it can know. */
  readonly format: string;
  readonly caseId: string | null;
  readonly rowKey: string | null;
  readonly sealed: readonly Sealed[];
}

/** A personal value under its person's key, with the digest of it that stands in the leaf. */
interface Sealed {
  readonly name: string;
  readonly subject: string;
  readonly digest: string;
  readonly ct: Buffer;
}

/** The longest leaf that an entry bundle can hold. */
const longestLeafBytes = 65_535;

/**
 * States facts, in the transaction of the change they describe: either both are there or
 * neither. It costs one statement, however many facts, and locks the chains of their cases.
 *
 * Throws when a fact is not of its type's closed shape, and when the database refuses it: a
 * role may state only its own types. Then the change must not happen either.
 */
export async function record(tx: Db, keys: SubjectKeys, facts: readonly Fact[]): Promise<void> {
  if (facts.length > 0) await tx.query(sql`select ${stating(await prepared(tx, keys, facts))}`);
}

/** Writes facts down and seals what is personal: all that takes time, before anybody waits for a lock. */
export async function prepared(
  db: Db,
  keys: SubjectKeys,
  facts: readonly Fact[],
): Promise<readonly PreparedFact[]> {
  const subjectKeys = new Map<string, Buffer>();
  for (const { personal } of facts.filter((fact) => personalValues(fact).length > 0)) {
    const { subject, key } = personal!;
    if (!subjectKeys.has(subject))
      subjectKeys.set(subject, await keys.keyOf(db, subject, key ?? undefined));
  }
  return facts.map((fact) => {
    const { disclosures, ...leaf } = leafOf(fact);
    const sealed = disclosures.map(({ name, text, digest }) => {
      const { subject } = fact.personal!;
      const place = disclosurePlace(leaf.id, name);
      const ct = seal(subjectKeys.get(subject)!, place, Buffer.from(text, 'ascii'));
      return { name, subject, digest, ct };
    });
    return { ...leaf, sealed };
  });
}

/**
 * {@link record} as a part of a statement that does more: a call that states the facts and returns
 * when. What follows in the same statement must take that moment as its argument, so that it
 * comes after. Facts of one case belong together.
 */
export function stating(facts: readonly PreparedFact[]): Sql {
  const stated = sql`
    ${facts.map((it) => it.format)}::text[], ${facts.map((it) => it.caseId)}::text[],
    ${facts.map((it) => it.rowKey)}::text[]`;
  const sealed = facts.flatMap(({ id, sealed }) => sealed.map((it) => ({ ...it, id })));
  if (sealed.length === 0) return sql`ledger.state(${stated})`;
  return sql`
    ledger.state(
      ${stated},
      ${sealed.map((it) => it.id)}::text[], ${sealed.map((it) => it.name)}::text[],
      ${sealed.map((it) => it.subject)}::uuid[], ${sealed.map((it) => it.digest)}::text[],
      ${sealed.map((it) => it.ct)}::bytea[]
    )`;
}

const personalValues = (fact: Fact) =>
  Object.entries(fact.personal?.values ?? {}).filter(([, value]) => value !== undefined);

/**
 * Stand in a leaf for what only the database knows, once it holds the case's chain: the time, the
 * fact's place in its case, and the hash of the one before. Nobody can know them, so they stand
 * nowhere else; none is shorter than what takes its place.
 */
const marks = Object.fromEntries(
  ['at', 'seq', 'prev'].map((it) => [it, `${it}-${randomBytes(32).toString('base64url')}`]),
) as { readonly at: string; readonly seq: string; readonly prev: string };

/** What the marks stand for, for the check of a leaf's shape. */
const likely = { at: new Date(0).toISOString(), seq: 1, prev: base64url(Buffer.alloc(32)) };

/** Writes down one fact. */
function leafOf(
  fact: Fact,
): Omit<PreparedFact, 'sealed'> & { readonly disclosures: readonly Disclosure[] } {
  const { type, actor, caseId } = fact;
  const id = newId();
  const disclosures = personalValues(fact).map(([name, value]) => disclosureOf(name, value));
  demandProof(fact, disclosures);

  const rowKey = fact.row && `${fact.row.table}/${fact.row.id}@${fact.row.version}`;
  const rest = fitForLeaf({
    v: factTypes[type].v,
    type,
    id,
    actor,
    on_behalf_of: fact.onBehalfOf,
    case: caseId,
    row: rowKey,
    step: fact.step,
    target: fact.target,
    grade: fact.grade ?? settlingFacts[type],
    plan: fact.plan,
    remote: fact.remote,
    evidence: fact.evidence,
    data: Object.keys(fact.data ?? {}).length > 0 ? fact.data : undefined,
    ...(disclosures.length > 0 ? { _sd: sortedDigests(disclosures), _sd_alg: 'sha-256' } : {}),
  }) as object & { readonly data?: object };
  const leaf = ({ at, seq, prev }: { at: string; seq: number | string; prev: string }) => ({
    ...rest,
    at,
    ...(caseId === undefined ? {} : { case_seq: seq, case_prev: prev }),
    ...(type === 'case.sealed' ? { data: { ...rest.data, count: seq } } : {}),
  });
  checkShape(type, leaf(likely));
  const text = canonical(leaf(marks));
  checkLength(type, Buffer.byteLength(text));
  return {
    id,
    format: formatOf(text),
    caseId: caseId ?? null,
    rowKey: rowKey ?? null,
    disclosures,
  };
}

/** Puts what `ledger.state` fills in where the marks stand. */
const formatOf = (text: string) =>
  text
    .replaceAll('%', '%%')
    .replace(marks.at, '%1$s')
    .replace(`"case_prev":"${marks.prev}",`, '%2$s')
    .replaceAll(`"${marks.seq}"`, '%3$s');

/** "Revoked" may be said only of what was read back: an action's grade needs its states. */
function demandProof(fact: Fact, disclosures: readonly Disclosure[]): void {
  if (fact.type !== 'step.verified' || !fact.step?.capability) return;
  for (const name of ['step.before', 'step.after']) {
    if (disclosures.some((it) => it.name === name)) continue;
    throw new Error(`A fact step.verified about ${fact.step.capability} needs the value ${name}.`);
  }
}

function checkShape(type: FactType, leaf: unknown): void {
  const checked = leafShape(type).safeParse(leaf);
  if (checked.success) return;
  const wrong = checked.error.issues.map((it) => `${it.path.join('.')}: ${it.message}`);
  throw new Error(`A fact ${type} is not of its shape (src/core/leaf.ts). ${wrong.join('; ')}`);
}

function checkLength(type: FactType, bytes: number): void {
  if (bytes <= longestLeafBytes) return;
  throw new Error(
    `A fact ${type} has ${bytes} bytes; a leaf holds ${longestLeafBytes}. ` +
      'Put what is long into its personal values, or into a blob.',
  );
}
