import { isHeld } from '#core/case.ts';
import { resolveDates } from '#core/dates.ts';
import { atRelease } from '#core/hold.ts';
import { settingsFrom } from '#core/settings.ts';
import { resolveAlerts, resolveGuardAlerts } from '#store/alerts.ts';
import { type CaseRow, type DepartureRow, isDepartureCase, wakeCase } from '#store/cases.ts';
import { databaseNow } from '#store/clock.ts';
import { noteRelease, quarantineOf } from '#store/quarantines.ts';
import { loadSettings } from '#store/settings.ts';
import { type Db, inTransaction } from '#store/sql.ts';
import { wakeOpenSteps } from '#store/steps.ts';
import type { App, Caller } from './app.ts';
import { authorize, demandStepUp } from './authorize.ts';
import { caseForDecision, decide } from './cases.ts';
import { Problem } from './problem.ts';
import { deciders, noted } from './second-person.ts';

/** How something that is held is released. */
export interface Release {
  /** The person has not been told, and access ends now all the same. */
  readonly untold?: boolean;
  readonly reason?: string | undefined;
}

/** What became of one of several. */
export interface ReleaseOutcome {
  readonly id: string;
  /** Null: it was refused. */
  readonly detail: string | null;
  readonly problem: string | null;
}

/** The same about several, each for itself: one that cannot be released keeps no other back. */
export async function releaseCases(
  app: App,
  caller: Caller,
  ids: readonly string[],
): Promise<readonly ReleaseOutcome[]> {
  authorize(caller, 'case.release');
  demandStepUp(caller);
  const outcomes: ReleaseOutcome[] = [];
  for (const id of new Set(ids)) {
    try {
      const { detail } = await releaseCase(app, caller, id);
      outcomes.push({ id, detail, problem: null });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      outcomes.push({ id, detail: null, problem: error.message });
    }
  }
  return outcomes;
}

/** Lets a case go that a guard held back, or that was to be held until somebody says so. */
export async function releaseCase(
  app: App,
  caller: Caller,
  id: string,
  it: Release = {},
): Promise<{ detail: string }> {
  authorize(caller, 'case.change');
  return inTransaction(app.pool, async (tx) => {
    const found = await caseForDecision(tx, caller, id);
    if (found.state === 'quarantined') return liftQuarantine(tx, app, caller, found);
    if (found.state !== 'paused' && isDepartureCase(found) && isHeld(found))
      return releaseHeld(tx, app, caller, found, it);
    throw new Problem('not possible', `This departure is not held back; it is ${found.state}.`);
  });
}

/**
 * Takes two people, as soon as there are two who may. Whoever opened it by hand is one of them: they asked for it. What
 * a source told nobody has looked at yet.
 */
async function liftQuarantine(tx: Db, app: App, caller: Caller, it: CaseRow) {
  authorize(caller, 'case.release');
  demandStepUp(caller);
  if (it.openedBy === caller.user.id) {
    throw new Problem(
      'not possible',
      'Who opened a departure cannot release it; ask another person.',
    );
  }
  const asked = it.openedBy === it.source ? (await quarantineOf(tx, it.id))?.askedBy : it.openedBy;
  const who = await deciders(tx, caller, { right: 'case.release', first: asked ?? null });
  if (!who) {
    await noteRelease(tx, { caseId: it.id, askedBy: caller.user.id, isReleased: false });
    return { detail: noted };
  }
  const hold = isDepartureCase(it) && it.departure.hold;
  const state = hold ? 'waiting-for-approval' : 'draft';
  const fact = { type: 'case.released', data: { reason: 'quarantine-lifted', ...who } } as const;
  await decide(tx, app, caller, it, { state }, fact);
  await noteRelease(tx, { caseId: it.id, askedBy: null, isReleased: true });
  await resolveGuardAlerts(tx);
  await wakeCase(tx, { caseId: it.id, urgency: 0 });
  return {
    detail: hold ? 'Released by the guard. It is held until somebody releases it.' : 'Released.',
  };
}

/**
 * The talk is over: this is the moment that counts as the confirmation, and access ends with it
 * unless its date is still to come. Cutting it before the person knows takes more: a reason, and
 * the right to lift what keeps a departure back.
 */
async function releaseHeld(
  tx: Db,
  app: App,
  caller: Caller,
  it: DepartureRow,
  { untold = false, reason }: Release,
) {
  if (untold) {
    authorize(caller, 'case.release');
    demandStepUp(caller);
  }
  if (untold && !reason) {
    throw new Problem('not readable', 'Say why access ends before the person has been told.', [
      { at: 'reason', problem: 'a reason is needed with untold' },
    ]);
  }
  const settings = settingsFrom(await loadSettings(tx));
  const confirmedAt = await databaseNow(tx);
  const context = { zone: it.zone, confirmedAt, defaultAccessEnd: settings.company.accessEnds };
  const departure = atRelease(it.departure, context, { cutNow: untold });
  const dates = resolveDates(departure, context);
  if ('question' in dates) throw new Problem('not possible', dates.question);
  const accessEndsAt = dates.accessEnds.at;
  const begun = accessEndsAt > confirmedAt ? 'scheduled' : 'running';
  await decide(
    tx,
    app,
    caller,
    it,
    {
      state: it.planDigest === null ? 'draft' : begun,
      departure,
      confirmedAt,
      accessEndsAt,
      lastWorkingDay: dates.lastWorkingDay,
      employmentEnds: dates.employmentEnds,
      payEnds: dates.payEnds,
      planStale: it.planDigest !== null,
    },
    {
      type: 'case.released',
      data: { reason: untold ? 'released-untold' : 'hold-released' },
      ...(reason ? { reason } : {}),
    },
  );
  await resolveAlerts(tx, `held:${it.id}`);
  await wakeCase(tx, { caseId: it.id, urgency: 0 });
  await wakeOpenSteps(tx, it.id);
  return {
    detail:
      accessEndsAt > confirmedAt
        ? `Released. Access ends ${dates.accessEnds.local}.`
        : 'Released. Access ends now.',
  };
}
