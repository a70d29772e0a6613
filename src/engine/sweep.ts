import { forkFound } from '#ledger/fork-guard.ts';
import { mirrorAmiss } from '#ledger/mirror-state.ts';
import { authoritiesFailing } from '#ledger/time-stamp-rows.ts';
import { witnessesSilent } from '#ledger/witnesses.ts';
import { alertsDue, alertsOpen, dueAlerts, wakeAlert } from '#store/alerts.ts';
import { approvalsNeedless, approvalsUntold } from '#store/approvals.ts';
import { breakGlassUsed } from '#store/break-glass.ts';
import {
  casesUnfinished,
  casesUnplanned,
  unfinishedCases,
  unplannedCases,
  wakeCase,
} from '#store/cases.ts';
import { usersDeparting } from '#store/departing-users.ts';
import { holdsLonger } from '#store/holds.ts';
import { freeDeadWorkers, notePulse, workersDead } from '#store/liveness.ts';
import { stepsOrphaned } from '#store/orphans.ts';
import { stepsOverdue } from '#store/overdue.ts';
import { passkeysUntold } from '#store/passkeys.ts';
import { answered } from '#store/questions.ts';
import { rehearsalsOver } from '#store/rehearsals.ts';
import { secretAlertsPast, secretsUntold } from '#store/secret-days.ts';
import type { Sql } from '#store/sql.ts';
import { dueSteps, stepsDue, wakeSteps } from '#store/steps.ts';
import { invitationsExpired } from '#store/survey-invitations.ts';
import { waiversExpired } from '#store/waivers.ts';
import { seeToApprovals, tellOfPasskeys } from './approval-sweep.ts';
import { seeToBreakGlass } from './break-glass.ts';
import type { Engine } from './engine.ts';
import { forkCondition, tellOfFork } from './fork.ts';
import { longHoldMs, tellOfLongHolds } from './holds.ts';
import { mirrorCondition, tellOfMirror } from './mirror.ts';
import { holdOrphans } from './orphans.ts';
import { accessOverdue, othersOverdue, tellOfOverdue } from './overdue.ts';
import { endDepartingUsers } from './own-users.ts';
import { endRehearsals } from './rehearsal.ts';
import { tellOfSecretsRunningOut } from './secret-days.ts';
import { silentAfterMs, tellOfSilentWitnesses, witnessCondition } from './silent-witnesses.ts';
import { expireInvitations } from './survey-expiry.ts';
import { silentForMs, stampCondition, tellOfTimeStamps } from './time-stamps.ts';
import { reopenExpiredWaivers } from './waivers.ts';

/** What the sweep sees to. */
interface Part {
  /** A row of any of these says that there is something to do. */
  readonly asks: readonly Sql[];
  readonly work: () => Promise<void>;
}

function partsOf(engine: Engine) {
  const { pool } = engine;
  const dueNow = { leaseMs: engine.timing.leaseMs, limit: 500 };
  return {
    jobs: { asks: [workersDead], work: () => freeDeadWorkers(pool) },
    steps: {
      asks: [stepsDue(dueNow)],
      work: async () => wakeSteps(pool, await dueSteps(pool, dueNow)),
    },
    orphans: { asks: [stepsOrphaned], work: () => holdOrphans(engine) },
    overdue: {
      asks: [stepsOverdue(accessOverdue), alertsOpen(accessOverdue.condition)],
      work: () => tellOfOverdue(engine, accessOverdue),
    },
    othersOverdue: {
      asks: [stepsOverdue(othersOverdue), alertsOpen(othersOverdue.condition)],
      work: () => tellOfOverdue(engine, othersOverdue),
    },
    holds: { asks: [holdsLonger(longHoldMs)], work: () => tellOfLongHolds(engine) },
    waivers: { asks: [waiversExpired], work: () => reopenExpiredWaivers(engine) },
    approvals: {
      asks: [approvalsNeedless, approvalsUntold],
      work: () => seeToApprovals(engine),
    },
    passkeys: { asks: [passkeysUntold], work: () => tellOfPasskeys(engine) },
    breakGlass: { asks: [breakGlassUsed], work: () => seeToBreakGlass(engine) },
    ownUsers: { asks: [usersDeparting(null)], work: () => endDepartingUsers(engine, null) },
    record: { asks: [forkFound, alertsOpen(forkCondition)], work: () => tellOfFork(engine) },
    mirror: { asks: [mirrorAmiss, alertsOpen(mirrorCondition)], work: () => tellOfMirror(engine) },
    timeStamps: {
      asks: [authoritiesFailing(silentForMs), alertsOpen(stampCondition)],
      work: () => tellOfTimeStamps(engine),
    },
    witnesses: {
      asks: [witnessesSilent(silentAfterMs), alertsOpen(witnessCondition)],
      work: () => tellOfSilentWitnesses(engine),
    },
    secrets: {
      asks: [secretsUntold, secretAlertsPast],
      work: () => tellOfSecretsRunningOut(engine),
    },
    rehearsals: { asks: [rehearsalsOver], work: () => endRehearsals(engine) },
    surveys: { asks: [invitationsExpired], work: () => expireInvitations(engine) },
    cases: {
      asks: [casesUnplanned, casesUnfinished],
      async work() {
        const waiting = [...(await unplannedCases(pool)), ...(await unfinishedCases(pool))];
        for (const caseId of waiting) await wakeCase(pool, { caseId, urgency: 50 });
      },
    },
    alerts: {
      asks: [alertsDue],
      async work() {
        for (const alertId of await dueAlerts(pool)) await wakeAlert(pool, alertId);
      },
    },
  } satisfies Record<string, Part>;
}

/**
 * Finds what no job woke. One statement asks whether there is anything at all, since nearly always there is not:
 * an installation that rests should be quiet. What is asked is what the work itself begins with.
 *
 * Each part is for itself: one that fails must not keep the others from being done, and where the question
 * fails all are done.
 */
export async function sweepOnce(engine: Engine): Promise<void> {
  const parts = partsOf(engine);
  const failed = (part: string) => (error: Error) =>
    engine.log.error({ error: error.message }, `the sweep failed: ${part}`);

  const questions = Object.entries(parts).map(([name, { asks }]) => [name, asks] as const);
  const due = await answered(engine.pool, Object.fromEntries(questions)).catch((error: Error) => {
    failed('what there is to do')(error);
    return new Set(Object.keys(parts));
  });
  for (const [name, { work }] of Object.entries(parts)) {
    if (due.has(name)) await work().catch(failed(name));
  }
  await notePulse(engine.pool, 'engine').catch(failed('pulse'));
}
