import { atBundle, type PruningObstacle } from '#core/pruning.ts';
import { settingsFrom } from '#core/settings.ts';
import {
  beginPruning,
  carryOutPruning,
  type Gone,
  lockPruning,
  type PruningRow,
  type PruningStanding,
  pruningStanding,
} from '#store/prunings.ts';
import { loadSettings } from '#store/settings.ts';
import type { Db } from '#store/sql.ts';
import { foundFork } from './fork-guard.ts';
import { mirrorIsAmiss, mirrorState } from './mirror-state.ts';
import { aboutNobody, record } from './record.ts';

/** How many months every fact of the record is kept: what the setting says, or the longest retention rule. */
export async function recordMonths(db: Db): Promise<number> {
  const { retention } = settingsFrom(await loadSettings(db));
  return Math.max(retention.recordMonths, ...retention.rules.map(({ months }) => months));
}

/** What the facts below a size are, and everything that stands in the way of pruning them; nothing: they may go. */
export interface PruningPlan {
  readonly standing: PruningStanding;
  readonly months: number;
  readonly obstacles: readonly PruningObstacle[];
}

/** `approved`: for how long facts are kept by what two people signed; the longer of that and the setting counts. */
export async function planPruning(db: Db, size: number, approved = 0): Promise<PruningPlan> {
  const months = Math.max(approved, await recordMonths(db));
  const standing = await pruningStanding(db, { size, months });
  const found: PruningObstacle[] = [];
  const add = (kind: PruningObstacle['kind'], detail: string) => void found.push({ kind, detail });

  if (size <= standing.minIndex || standing.newestAt === null) {
    add('nothing', `The facts below ${size} are gone already, or there are none.`);
  }
  if (size > standing.signed) {
    add('not-signed', `Only ${standing.signed} facts are signed. What is not signed cannot go.`);
  }
  const { firstKept } = standing;
  if (firstKept !== null && firstKept < size) {
    const most = atBundle(firstKept);
    const may =
      most > standing.minIndex
        ? `At most the facts below ${most} may go.`
        : 'No bundle of 256 facts is that old yet.';
    add('retention', `Every fact is kept for ${months} months (settings of retention). ${may}`);
  }
  for (const id of standing.lateCases) {
    add(
      'retention',
      `The case ${id} ended, or its employment did, less than ${months} months ago.`,
    );
  }
  if (standing.isSettingNew) {
    add(
      'setting',
      'The settings of retention changed in the last seven days. So long a mistake can be seen before it destroys anything.',
    );
  }
  if (standing.held > 0) {
    add(
      'legal-hold',
      `A legal hold is open on ${standing.held} people with facts among these (gatehouse legal-hold list).`,
    );
  }
  for (const id of standing.openCases) {
    add('open-case', `The case ${id} has not ended, and has facts among these.`);
  }
  const mirror = await mirrorState(db);
  if (mirror && (mirrorIsAmiss(mirror) || mirror.problem !== null || mirror.size < size)) {
    add(
      'mirror',
      `The mirror ${mirror.place} is behind: ${mirror.problem ?? `it has ${mirror.size} facts`}.`,
    );
  }
  if (await foundFork(db)) {
    add(
      'fork',
      'The record is not the one that was signed. Nothing of it goes until that is settled.',
    );
  }
  return { standing, months, obstacles: found };
}

/** What came of it: facts are gone, or something stands in the way. */
export type Pruned =
  | { readonly kind: 'pruned'; readonly gone: Gone }
  | { readonly kind: 'refused'; readonly obstacles: readonly PruningObstacle[] }
  | { readonly kind: 'not approved' };

/**
 * Carries out an approved pruning, whose signatures were checked, and states it. To be run in a transaction of the
 * scribe: all of it happens, or nothing. Used up by it: an approval is good for one pruning.
 */
export async function prune(tx: Db, { id }: PruningRow): Promise<Pruned> {
  if (!(await beginPruning(tx, id))) return { kind: 'not approved' };
  const it = (await lockPruning(tx, id))!;
  const { obstacles, standing } = await planPruning(tx, it.beforeSize, it.months);
  if (obstacles.length > 0) return { kind: 'refused', obstacles };
  if (standing.origin !== it.origin) return { kind: 'not approved' };
  const gone = await carryOutPruning(tx, id);
  await record(tx, aboutNobody, [
    {
      type: 'log.pruned',
      actor: { kind: 'system', id: 'scribe', auth: 'none' },
      row: { table: 'prunings', id, version: it.version + 1 },
      data: {
        min_index: it.beforeSize,
        policy: `months:${it.months}`,
        pruning: id,
        requester: it.requestedBy,
        approvers: [it.firstBy!, it.secondBy!],
        newest: it.newestAt.toISOString(),
        ...gone,
      },
    },
  ]);
  return { kind: 'pruned', gone };
}
