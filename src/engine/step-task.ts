import { inTime } from './deadline.ts';
import type { Log } from './engine.ts';

/**
 * Carries out the jobs of steps. No two passes over one step in this process: when everything is slow, steps are
 * woken while they are under way, and a second pass would only make the first one slower. It follows instead.
 *
 * A pass that takes longer than `hungAfterMs` counts as hung: it stands in nobody's way, neither in that of the next
 * pass over its step nor, by holding the place of a job, in that of others. Whatever it may still do, the fence
 * of its claim keeps it from writing.
 */
export function stepTask(
  pass: (stepId: string) => Promise<void>,
  { hungAfterMs, log }: { readonly hungAfterMs: number; readonly log: Log },
): (payload: unknown) => Promise<void> {
  const underWay = new Map<string, { again: boolean }>();
  return async (payload) => {
    const { stepId } = payload as { stepId: string };
    const present = underWay.get(stepId);
    if (present) {
      present.again = true;
      return;
    }
    const mine = { again: true };
    underWay.set(stepId, mine);
    try {
      while (mine.again) {
        mine.again = false;
        const ended = await inTime(
          pass(stepId).then(() => true),
          hungAfterMs,
        );
        if (ended === null) log.error({ stepId }, 'a pass hangs and is waited for no longer');
      }
    } finally {
      underWay.delete(stepId);
    }
  };
}
