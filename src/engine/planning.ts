import { setTimeout as wait } from 'node:timers/promises';
import type { Account } from '#core/account.ts';
import { aOf } from '#core/arrival.ts';
import { endStates, isHeld } from '#core/case.ts';
import type { Owned } from '#core/ownership.ts';
import type { Plan } from '#core/plan.ts';
import type { ConnectionOffer } from '#core/playbook.ts';
import { record } from '#ledger/record.ts';
import { saveFoundAccounts } from '#store/accounts.ts';
import { isAlertOpen, raiseAlert, resolveAlerts, unreviewed } from '#store/alerts.ts';
import { bulkStartsOf } from '#store/bulk-starts.ts';
import {
  type CaseRow,
  changeCase,
  isDepartureCase,
  loadCase,
  lockCase,
  noteOpenAccess,
  notePlanned,
  noteProgress,
} from '#store/cases.ts';
import { type OwnershipRow, saveOwnerships } from '#store/ownerships.ts';
import { insertSteps, nothingRevised, reviseSteps } from '#store/plans.ts';
import { type Db, inTransaction } from '#store/sql.ts';
import { loadWork, type Work, wakeSteps } from '#store/steps.ts';
import { wakeCasesCountingOn } from '#store/successors.ts';
import { askOwned, knownOwned } from './continuity.ts';
import { inTime } from './deadline.ts';
import { type Engine, engineActor } from './engine.ts';
import { failureIn } from './fail.ts';
import { findAccounts } from './look-up.ts';
import {
  behindOthers,
  type CasePlan,
  knownAccounts,
  offersOf,
  planFor,
  unansweredBy,
} from './plan-for.ts';
import { recallTasks } from './recall.ts';
import { holdIn, release, Stale, settleIn } from './settle.ts';
import { planWayBack } from './way-back.ts';

/** What a look-up step brought: it is settled in the same transaction that plans with its answer. */
export type Found =
  | { readonly work: Work; readonly accounts: readonly Account[] }
  /** What the step's account owns. */
  | { readonly work: Work; readonly owned: readonly Owned[] };

/**
 * {@link planWith}; when the case cannot be planned, the queue tries again, and a person is
 * told: nobody may be forgotten.
 */
export async function planCase(engine: Engine, caseId: string): Promise<void> {
  try {
    await planWith(engine, caseId);
    await resolveAlerts(engine.pool, `planning:${caseId}`);
  } catch (error) {
    if (!(error instanceof Stale)) await tellUnplanned(engine, caseId, error);
    throw error;
  }
}

/** {@link planOnce} with what a look-up found, again while others are busy with the case or its steps. */
export async function planWith(engine: Engine, caseId: string, found?: Found): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await planOnce(engine, caseId, found);
    } catch (error) {
      if (!(error instanceof Stale) || attempt === 5) throw error;
    }
    await wait(20 * attempt);
  }
}

async function tellUnplanned(engine: Engine, caseId: string, error: unknown): Promise<void> {
  const it = await loadCase(engine.pool, caseId);
  if (!it) return;
  await raiseAlert(engine.pool, {
    condition: `planning:${caseId}`,
    kind: 'case.unplanned',
    title: `${aOf(it.kind)} cannot be planned`,
    body:
      `Nothing happens in it until it can. ${failureIn(error).detail} We go on trying` +
      (isDepartureCase(it) ? '; until then close the access by hand.' : '.'),
    caseId,
    stepId: null,
    connectionId: null,
    confidential: it.departure.confidential,
  });
}

/**
 * Makes, or makes again, the plan of one case: looks the person up, applies the playbook,
 * and writes the steps. Planning twice changes nothing; steps that have begun stay.
 * Throws `Stale`, and leaves nothing behind, when the case was changed meanwhile.
 */
async function planOnce(engine: Engine, caseId: string, found?: Found): Promise<void> {
  const it = await loadCase(engine.reads, caseId);
  if (!it) return;
  if (it.state === 'cancelled' || it.direction === 'back') await recallTasks(engine, it);
  if (endStates.includes(it.state)) return;
  if ((it.stateBeforePause ?? it.state) === 'quarantined') return;
  if (it.direction === 'back') return planWayBack(engine, it);
  if (
    it.question !== null &&
    isDepartureCase(it) &&
    it.accessEndsAt === null &&
    !it.departure.urgent
  )
    return;

  const [offers, bulkStarts] = await Promise.all([
    offersOf(engine),
    bulkStartsOf(engine.reads, [caseId]),
  ]);
  const isOfBulk = bulkStarts.size > 0;
  const answers = new Map<string, readonly Account[]>();
  let owned: readonly OwnershipRow[] = [];
  if (found && 'accounts' in found) answers.set(found.work.connectionId!, found.accounts);
  else if (found) owned = [ownershipIn(found)];
  else if (it.planDigest === null) {
    await askEverywhere(engine, it, offers, answers, isOfBulk);
    const endsLater = it.accessEndsAt !== null && it.accessEndsAt > it.confirmedAt;
    if (endsLater) owned = await askOwned(engine, offers, answers);
  }

  const [accounts, ownedThere] = await Promise.all([
    knownAccounts(engine, it, offers, answers),
    knownOwned(engine, it.person, offers, owned),
  ]);
  const planned = await planFor(engine, {
    case: it,
    caseId,
    offers,
    accounts,
    owned: ownedThere,
  });
  if (planned.kind === 'question') return ask(engine, it, planned.question);
  const toWrite = isOfBulk ? { ...planned, plan: behindOthers(planned.plan) } : planned;

  await inTransaction(engine.pool, async (tx) => {
    const locked = await lockCase(tx, caseId);
    if (!locked || locked.version !== it.version) throw new Stale(caseId);
    await Promise.all([
      saveFoundAccounts(tx, { person: it.person, answers }),
      saveOwnerships(tx, owned),
      write(tx, engine, locked, toWrite, [...new Set([...it.lookedUp, ...answers.keys()])]),
    ]);
    if (found) await settleLookUp(tx, engine, found);
    // What is held takes no turn in any line.
    if (!isHeld(locked)) await release(tx, engine, { caseId, direction: 'forward' });
  });
}

/** Asks every connection at once; who does not answer in time gets a look-up step instead. */
async function askEverywhere(
  engine: Engine,
  it: CaseRow,
  offers: readonly ConnectionOffer[],
  answers: Map<string, readonly Account[]>,
  isOfBulk: boolean,
): Promise<void> {
  const connections = await unansweredBy(engine, it, offers, isOfBulk);
  await Promise.all(
    connections.map(async (connectionId) => {
      const finding = findAccounts(engine, connectionId, it.personFacts);
      const accounts = await inTime(finding, engine.timing.lookUpMs).catch((error: Error) => {
        engine.log.warn({ connectionId, caseId: it.id, error: error.message }, 'no look-up yet');
        return null;
      });
      if (accounts) answers.set(connectionId, accounts);
    }),
  );
}

type Planned = Extract<CasePlan, { kind: 'plan' }>;

async function write(
  tx: Db,
  engine: Engine,
  it: CaseRow,
  planned: Planned,
  lookedUp: readonly string[],
): Promise<void> {
  const { plan, playbook, digest } = planned;
  const gaps = await insertSteps(tx, it.id, plan.steps);
  const isFirst = it.planDigest === null;
  const changed = isFirst ? nothingRevised(gaps) : await reviseSteps(tx, it.id, plan.steps);
  if (changed.skipped) throw new Stale(it.id);

  const state = it.accessEndsAt && it.accessEndsAt > planned.now ? 'scheduled' : 'running';
  // What was asked while the case was paused is for a person to answer.
  const question = it.state === 'paused' ? it.question : null;
  const same =
    digest === it.planDigest &&
    playbook.id === it.playbookId &&
    question === it.question &&
    it.state !== 'draft' &&
    lookedUp.length === it.lookedUp.length;
  const notBegun = it.state === 'scheduled' || it.state === 'running';
  await Promise.all([
    ...(same
      ? [it.planStale && notePlanned(tx, it.id)]
      : [
          record(tx, engine.keys, [
            {
              type: 'case.changed',
              actor: engineActor,
              caseId: it.id,
              row: { table: 'cases', id: it.id, version: it.version + 1 },
              target: { ref: it.ref },
              data: {
                changed: playbook.id === it.playbookId ? ['plan'] : ['playbook', 'plan'],
                playbook: playbook.name,
                playbook_version: playbook.number,
                steps: plan.steps.length,
                plan: digest,
              },
            },
          ]),
          changeCase(tx, it, {
            playbookId: playbook.id,
            planDigest: digest,
            planNotes: plan.notes,
            planStale: false,
            lookedUp,
            question,
            ...(it.state === 'draft' ? { state } : {}),
          }),
          notBegun && it.containmentAt === null && noteProgress(tx, { caseId: it.id, state }),
          question === null && it.question !== null && resolveAlerts(tx, `question:${it.id}`),
          tellOfUnreviewed(tx, plan),
        ]),
    // The first plan of a departure tells those that counted on this person.
    isFirst && it.kind === 'departure' && wakeCasesCountingOn(tx, it.personId),
    it.state === 'access-removed' && noteOpenAccess(tx, it.id),
    wakeSteps(tx, changed.moved),
  ]);
  for (const stepId of changed.newGaps) await holdGap(tx, engine, stepId);
}

/** A deadline from rules that counsel has not seen, or not lately, is shown all the same; somebody is told. */
async function tellOfUnreviewed(tx: Db, plan: Plan): Promise<void> {
  const obligations = plan.steps.flatMap(({ task }) => task?.obligation ?? []);
  const packs = obligations.filter(({ reviewed }) => reviewed === null).map(({ pack }) => pack);
  for (const pack of new Set(packs)) {
    // Hundreds of departures at once must not wait for each other to count the same alert.
    if (await isAlertOpen(tx, unreviewed(pack))) continue;
    await raiseAlert(tx, {
      condition: unreviewed(pack),
      kind: 'obligations.unreviewed',
      title: 'Legal deadlines need a look by counsel',
      body:
        `A departure goes by the rule pack ${pack}, which counsel has not reviewed, or too long ago. ` +
        'Its deadlines are shown and reminded of all the same. Once it is reviewed, say so ' +
        '(gatehouse settings set obligations).',
      caseId: null,
      stepId: null,
      connectionId: null,
      confidential: false,
    });
  }
}

/** An account that no step covers keeps the case from completing until a person answers for it. */
async function holdGap(tx: Db, engine: Engine, stepId: string): Promise<void> {
  const work = await loadWork(tx, stepId);
  if (!work) return;
  await holdIn(tx, engine, work, {
    because: `No step of the playbook ${work.layer === 'security' ? 'ends this access' : 'deals with this'}: ${work.account?.login ?? 'an account'} in ${work.connectionId}.`,
    failure: null,
    reason: 'gap',
  });
}

const ownershipIn = ({ work, owned }: Extract<Found, { owned: unknown }>): OwnershipRow => ({
  connectionId: work.connectionId!,
  accountId: work.account!.id,
  things: owned,
});

async function settleLookUp(tx: Db, engine: Engine, found: Found): Promise<void> {
  if ('owned' in found) {
    const { work, owned } = found;
    const alone = owned.filter(({ soleOwner }) => soleOwner).length;
    return settleIn(tx, engine, work, {
      grade: 'verified',
      type: 'step.verified',
      after: { owned },
      because: owned.length === 0 ? 'Owns nothing.' : `Owns ${owned.length}, ${alone} alone.`,
    });
  }
  const { work, accounts } = found;
  const count = accounts.length;
  const none = { grade: 'absent', type: 'step.absent', searched: [work.connectionId!] } as const;
  const some = { grade: 'verified', type: 'step.verified' } as const;
  await settleIn(tx, engine, work, {
    ...(count === 0 ? none : some),
    after: { accounts: accounts.map(({ id, login, status }) => ({ id, login, status })) },
    because: count === 0 ? 'Looked, and there is no account.' : `Found ${count}, all in the plan.`,
  });
}

/** The case stands still until a person answers; nobody has to find that out alone. */
async function ask(engine: Engine, it: CaseRow, question: string): Promise<void> {
  if (it.question === question) return;
  await inTransaction(engine.pool, async (tx) => {
    const locked = await lockCase(tx, it.id);
    if (!locked || locked.version !== it.version) throw new Stale(it.id);
    await record(tx, engine.keys, [
      {
        type: 'case.held',
        actor: engineActor,
        caseId: it.id,
        row: { table: 'cases', id: it.id, version: it.version + 1 },
        target: { ref: it.ref },
        data: { reason: 'question' },
        personal: { subject: it.subject, values: { reason: question } },
      },
    ]);
    await changeCase(tx, locked, { question });
    await raiseAlert(tx, {
      condition: `question:${it.id}`,
      kind: 'case.question',
      title: `${aOf(it.kind)} waits for an answer`,
      body: question,
      caseId: it.id,
      stepId: null,
      connectionId: null,
      confidential: it.departure.confidential,
    });
  });
}
