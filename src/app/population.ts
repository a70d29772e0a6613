import { randomBytes } from 'node:crypto';
import { pickSample, populationDigest } from '#core/sample.ts';
import { settingsFrom } from '#core/settings.ts';
import { sha256 } from '#ledger/hash.ts';
import { record } from '#ledger/record.ts';
import { approvalsOfCase, type CaseApproval } from '#store/approvals.ts';
import type { CaseRow } from '#store/cases.ts';
import { databaseNow } from '#store/clock.ts';
import { type Leaver, leaversBetween } from '#store/population.ts';
import { loadSettings } from '#store/settings.ts';
import { gapsIn, type SourceGap } from '#store/sources.ts';
import { type Db, inSnapshot, inTransaction } from '#store/sql.ts';
import type { App, Caller } from './app.ts';
import { authorize, demandInWindow, mayKnow } from './authorize.ts';
import { type CaseWithSteps, wholeCase } from './cases.ts';
import { notFound, Problem } from './problem.ts';

export type { CaseApproval, Leaver, SourceGap };

/** Everybody who left in a period, held against the cases there are. */
export interface Population {
  readonly readAt: Date;
  /** Of the ids of those that are listed. */
  readonly digest: string;
  readonly leavers: readonly Leaver[];
  /** Confidential departures that are left out, as the reader may not know of them. */
  readonly withheld: number;
  /** When an HR system was not read: whoever left then may be missing here. */
  readonly unread: readonly SourceGap[];
}

export interface Period {
  readonly from: string;
  readonly to: string;
}

const mostListed = 20_000;

/** What stands for one leaver in a sample: the case, or the person's pseudonym where there is none. */
export const idOf = ({ caseId, ref }: Leaver): string => caseId ?? ref;

/** Why somebody who left has no case that ended their access; null: they have one. */
export function whyMissing({ caseId, state }: Leaver): string | null {
  if (caseId === null) return 'No departure was ever opened.';
  return state === 'cancelled'
    ? 'The departure was cancelled, and HR still says that they left.'
    : null;
}

/** Who left in a period, according to HR and to the cases. That somebody asked is itself a fact. */
export async function populationOf(app: App, caller: Caller, it: Period): Promise<Population> {
  authorize(caller, 'audit.read');
  const found = await read(app, caller, it);
  const criteria = ['population', `from:${it.from}`, `to:${it.to}`];
  const data = { criteria, found: found.leavers.length };
  await inTransaction(app.pool, (tx) =>
    record(tx, app.keys, [{ type: 'read.search', actor: caller.actor, data }]),
  );
  return found;
}

/** One of those who left in a period, by {@link idOf}. */
export async function leaverIn(
  app: App,
  caller: Caller,
  it: Period & { readonly item: string },
): Promise<Leaver> {
  const { leavers } = await read(app, caller, it);
  const found = leavers.find((one) => idOf(one) === it.item);
  if (!found) throw notFound(`${it.item} among those who left from ${it.from} to ${it.to}`);
  return found;
}

async function read(app: App, caller: Caller, it: Period): Promise<Population> {
  if (it.from > it.to) throw new Problem('not readable', '“from” lies after “to”.');
  demandInWindow(caller, it);
  const { all, readAt, unread } = await inSnapshot(app.pool, async (db) => ({
    all: await leaversBetween(db, { ...it, limit: mostListed + 1 }),
    readAt: await databaseNow(db),
    unread: await gapsIn(db, { ...it, everyMs: await usualPollMs(db) }),
  }));
  if (all.length > mostListed) {
    throw new Problem(
      'not possible',
      `More than ${mostListed} people left. Choose a shorter period.`,
    );
  }
  const leavers = all.filter((one) => mayKnow(caller, one));
  const digest = populationDigest(sha256, leavers.map(idOf));
  return { readAt, digest, leavers, withheld: all.length - leavers.length, unread };
}

const usualPollMs = async (db: Db): Promise<number> =>
  settingsFrom(await loadSettings(db)).sources.pollMinutes * 60_000;

/** A few of those who left, whom nobody chose. */
export interface Sample {
  readonly seed: string;
  readonly population: Pick<Population, 'digest' | 'withheld'> & { readonly size: number };
  readonly unread: readonly SourceGap[];
  readonly picked: readonly Picked[];
}

/** One page of a sample. */
interface Picked {
  readonly leaver: Leaver;
  readonly found: CaseWithSteps | null;
  /** Of acts that needed one, the oldest first. */
  readonly approvals: readonly CaseApproval[];
}

/** Picks by a seed, which stands in the record with what it picked, so that anybody can do it again. */
export async function drawSample(
  app: App,
  caller: Caller,
  it: Period & { readonly count: number; readonly seed: string | null },
): Promise<Sample> {
  authorize(caller, 'audit.read');
  const { digest, leavers, withheld, unread } = await read(app, caller, it);
  const seed = it.seed ?? randomBytes(8).toString('hex');
  const byId = new Map(leavers.map((one) => [idOf(one), one]));
  const ids = pickSample(sha256, { seed, ids: [...byId.keys()], count: it.count });
  const { from, to } = it;
  await inTransaction(app.pool, (tx) =>
    record(tx, app.keys, [
      {
        type: 'sample.drawn',
        actor: caller.actor,
        data: { from, to, seed, population: digest, size: byId.size, withheld, picked: [...ids] },
      },
    ]),
  );
  const sees = ({ departure: { confidential }, openedBy }: CaseRow) =>
    mayKnow(caller, { confidential, openedBy });
  const picked: Picked[] = [];
  for (const id of ids) {
    const leaver = byId.get(id)!;
    const { caseId } = leaver;
    picked.push({
      leaver,
      // Who left in the period that was asked for is of that period, whatever else the case tells of it.
      found: caseId === null ? null : await wholeCase(app, caller, caseId, sees),
      approvals: caseId === null ? [] : await approvalsOfCase(app.pool, caseId),
    });
  }
  return { seed, population: { digest, withheld, size: byId.size }, unread, picked };
}
