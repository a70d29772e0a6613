import { setTimeout as wait } from 'node:timers/promises';

/** Waits for a condition; the test runner’s own time limit ends one that never holds. */
export async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await holds())) await wait(5);
}
