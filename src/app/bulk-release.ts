import { bulkPeopleOf, loadBulkStart } from '#store/bulk-starts.ts';
import { heldCases } from '#store/holds.ts';
import type { App, Caller } from './app.ts';
import { authorize } from './authorize.ts';
import { notFound, Problem } from './problem.ts';
import { type Release, releaseCase } from './releases.ts';

/** The talk with everybody is over: releases every departure of a bulk start that is still held. */
export async function releaseBulkStart(
  app: App,
  caller: Caller,
  id: string,
  it: Release,
): Promise<{ people: number }> {
  authorize(caller, 'bulk.start');
  if (!(await loadBulkStart(app.pool, id))) throw notFound(`bulk start ${id}`);
  const people = await bulkPeopleOf(app.pool, id);
  const held = await heldCases(
    app.pool,
    people.flatMap(({ caseId }) => caseId ?? []),
  );
  // Each for itself: one that somebody else decides about meanwhile keeps no other back.
  let released = 0;
  for (const caseId of held) {
    try {
      await releaseCase(app, caller, caseId, it);
      released += 1;
    } catch (error) {
      if (!(error instanceof Problem) || error.kind !== 'not possible') throw error;
    }
  }
  return { people: released };
}
