import { randomUUID } from 'node:crypto';
import type { Assertion } from '#core/passkey.ts';
import { atBundle, type PruningObstacle, pruningLastsMs } from '#core/pruning.ts';
import { rights } from '#core/user.ts';
import { checkSignature } from '#engine/signed-decision.ts';
import { keepOpenBlob } from '#ledger/blob.ts';
import { pruningChallenge, pruningDigest } from '#ledger/digest.ts';
import { planPruning, prune } from '#ledger/prune.ts';
import { aboutNobody, type Fact, record } from '#ledger/record.ts';
import { rootAt } from '#ledger/tiles.ts';
import { notePasskeyUse } from '#store/passkeys.ts';
import {
  addPruning,
  approvedPruning,
  approvePruning as approveStored,
  type Gone,
  listPrunings as listStored,
  loadPruning,
  lockPruning,
  type NewPruning,
  type PruningRow,
  withdrawPruning as withdrawStored,
} from '#store/prunings.ts';
import { type Db, inTransaction, type Pool } from '#store/sql.ts';
import { loadUser } from '#store/users.ts';
import type { App, Caller } from './app.ts';
import { countsBackwards } from './approval-decision.ts';
import { signatureAsked } from './approvals.ts';
import { authorize } from './authorize.ts';
import { changedMeanwhile, notFound, Problem } from './problem.ts';

export type { PruningRow };

/** Asked for, approved and carried out, the newest first. */
export async function listPrunings(app: App, caller: Caller): Promise<readonly PruningRow[]> {
  authorize(caller, 'pruning.read');
  return listStored(app.pool);
}

/**
 * Asks that the facts below a size go, rounded down to the end of a bundle. Nothing is destroyed until two others
 * have approved it, and somebody carries it out on the server.
 */
export async function requestPruning(
  app: App,
  caller: Caller,
  beforeSize: number,
): Promise<PruningRow> {
  authorize(caller, 'pruning.decide');
  const size = atBundle(beforeSize);
  return inTransaction(app.pool, async (tx) => {
    const { obstacles, standing, months } = await planPruning(tx, size);
    const { newestAt } = standing;
    if (obstacles.length > 0 || newestAt === null) throw whyNot(obstacles);
    const terms = {
      id: randomUUID(),
      origin: standing.origin,
      beforeSize: size,
      newestAt,
      months,
      requestedBy: caller.user.id,
      requestedAt: standing.now,
      expiresAt: new Date(standing.now.getTime() + pruningLastsMs),
    };
    const added: NewPruning = { ...terms, digest: await digestOf(tx, terms) };
    await addPruning(tx, added);
    await record(tx, aboutNobody, [
      {
        type: 'pruning.requested',
        actor: caller.actor,
        row: { table: 'prunings', id: added.id, version: 1 },
        data: { ...dataOf(added), months, expires: added.expiresAt.toISOString() },
      },
    ]);
    return (await loadPruning(tx, added.id))!;
  });
}

/** What a passkey of the caller has to sign to approve. */
export async function pruningOptions(app: App, caller: Caller, id: string) {
  authorize(caller, 'pruning.decide');
  const it = await loadPruning(app.pool, id);
  if (!it) throw notFound(`pruning ${id}`);
  return {
    digest: it.digest.toString('base64url'),
    approved: { ...(await signatureAsked(app, caller)), challenge: pruningChallenge(it.digest) },
  };
}

/** Approves, signed by the caller's passkey over exactly what was asked for. `needsAnother`: the caller was the first of two. */
export async function approvePruning(
  app: App,
  caller: Caller,
  id: string,
  { digest, assertion }: { digest: string; assertion: Assertion },
): Promise<{ needsAnother: boolean; beforeSize: number }> {
  authorize(caller, 'pruning.decide');
  return inTransaction(app.pool, async (tx) => {
    const it = await openPruning(tx, id);
    const by = caller.user.id;
    if (it.requestedBy === by) {
      throw new Problem(
        'not allowed',
        'Who asked for a pruning does not approve it. It takes two other people.',
      );
    }
    if (it.firstBy === by) {
      throw new Problem('not allowed', 'You have approved this already. It takes another person.');
    }
    if (it.state === 'approved') {
      throw new Problem('not possible', 'Two people have approved this already.');
    }
    if (it.digest.toString('base64url') !== digest) throw changedMeanwhile('The pruning');
    const { obstacles } = await planPruning(tx, it.beforeSize, it.months);
    if (obstacles.length > 0) throw whyNot(obstacles);
    const challenge = pruningChallenge(it.digest);
    const checked = await checkSignature(tx, app.publicUrl, { by, assertion, challenge });
    if (!checked.ok) throw new Problem('not allowed', checked.because);
    if (!(await notePasskeyUse(tx, { id: checked.passkey.id, counter: checked.counter }))) {
      throw countsBackwards();
    }
    const blob = await keepOpenBlob(tx, Buffer.from(JSON.stringify(assertion)));
    await record(tx, aboutNobody, [
      {
        type: 'pruning.approved',
        actor: { ...caller.actor, auth: 'webauthn' },
        row: { table: 'prunings', id, version: it.version + 1 },
        data: {
          ...dataOf(it),
          credential_id: assertion.id,
          ...(it.firstBy === null ? {} : { second: it.firstBy }),
        },
        evidence: [{ kind: 'assertion', ...blob }],
      } satisfies Fact,
    ]);
    const place = it.firstBy === null ? 'first' : 'second';
    if (!(await approveStored(tx, { id, version: it.version, by, assertion }, place))) {
      throw changedMeanwhile('The pruning');
    }
    return { needsAnother: place === 'first', beforeSize: it.beforeSize };
  });
}

/** Takes a request back, or declines it, as long as it was not carried out. */
export async function withdrawPruning(app: App, caller: Caller, id: string): Promise<void> {
  authorize(caller, 'pruning.decide');
  await inTransaction(app.pool, async (tx) => {
    const it = await lockPruning(tx, id);
    if (!it) throw notFound(`pruning ${id}`);
    if (it.endedAt !== null) throw new Problem('not possible', `This pruning is ${it.state}.`);
    await record(tx, aboutNobody, [
      {
        type: 'pruning.withdrawn',
        actor: caller.actor,
        row: { table: 'prunings', id, version: it.version + 1 },
        data: { pruning: id },
      },
    ]);
    if (!(await withdrawStored(tx, it))) throw changedMeanwhile('The pruning');
  });
}

/**
 * Carries out what two people approved, on the server. What they signed is checked once more, so whoever can only
 * write rows approves nothing.
 */
export async function carryOutPruning(
  { scribe, publicUrl }: { scribe: Pool; publicUrl: string },
  beforeSize: number,
): Promise<Gone> {
  const size = atBundle(beforeSize);
  const it = await approvedPruning(scribe, size);
  if (!it) throw new Problem('not possible', notApproved(size));
  return inTransaction(scribe, async (tx) => {
    await demandSigned(tx, publicUrl, it);
    const done = await prune(tx, it);
    if (done.kind === 'refused') throw whyNot(done.obstacles);
    if (done.kind === 'not approved') throw new Problem('not possible', notApproved(size));
    return done.gone;
  });
}

/** Throws a Problem unless two people, neither of whom asked, signed exactly this and still may. */
async function demandSigned(tx: Db, publicUrl: string, it: PruningRow): Promise<void> {
  const digest = await digestOf(tx, it);
  const signed = [
    { by: it.firstBy, assertion: it.firstAssertion },
    { by: it.secondBy, assertion: it.secondAssertion },
  ];
  const people = new Set([it.requestedBy, it.firstBy, it.secondBy]);
  if (people.size < 3 || !digest.equals(it.digest)) {
    throw new Problem('not possible', notApproved(it.beforeSize));
  }
  const roles: readonly string[] = rights['pruning.decide'];
  for (const { by, assertion } of signed) {
    const user = by === null ? null : await loadUser(tx, by);
    if (!user || !assertion || user.disabledAt || !user.roles.some((it) => roles.includes(it))) {
      throw new Problem('not possible', 'Whoever approved this may not any more. Ask for it anew.');
    }
    const challenge = pruningChallenge(digest);
    const checked = await checkSignature(tx, publicUrl, { by: user.id, assertion, challenge });
    if (!checked.ok)
      throw new Problem('not possible', `An approval does not hold: ${checked.because}`);
  }
}

const notApproved = (size: number): string =>
  `No two people have approved, within the last seven days, that the facts below ${size} go. Ask for it with ` +
  `gatehouse pruning request ${size}.`;

const digestOf = async (db: Db, it: Omit<NewPruning, 'digest' | 'requestedAt'>): Promise<Buffer> =>
  pruningDigest({ ...it, root: await rootAt(db, it.beforeSize) });

async function openPruning(tx: Db, id: string): Promise<PruningRow> {
  const it = await lockPruning(tx, id);
  if (!it) throw notFound(`pruning ${id}`);
  if (it.endedAt !== null) throw new Problem('not possible', `This pruning is ${it.state}.`);
  if (it.isOver) throw new Problem('not possible', 'Its time is over. Ask for it anew.');
  return it;
}

const whyNot = (obstacles: readonly PruningObstacle[]): Problem =>
  new Problem(
    'not possible',
    'These facts cannot go yet.',
    obstacles.map(({ kind, detail }) => ({ at: kind, problem: detail })),
  );

const dataOf = ({ id, beforeSize, digest }: Pick<PruningRow, 'id' | 'beforeSize' | 'digest'>) => ({
  pruning: id,
  min_index: beforeSize,
  digest: digest.toString('base64url'),
});
