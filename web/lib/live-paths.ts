import type { Change, LiveNoun } from '#core/live.ts';

/** What else is told by the same things, beside what has the noun's own path. */
const alsoIn: Partial<Record<LiveNoun, readonly string[]>> = {
  cases: ['/overview', '/alerts', '/steps'],
  connections: ['/overview', '/readiness'],
  'departure-hints': ['/overview'],
  'kill-switch': ['/overview', '/status'],
  approvals: ['/overview'],
  // Whoever may not read cases hears of tasks only.
  tasks: ['/overview'],
};

/** Whether something that was read from the API, such as `/cases/01KA…`, may have changed with these. */
export const isTouched = (path: string, changes: readonly Change[]): boolean =>
  changes.some(({ noun, id }) => {
    if ((alsoIn[noun] ?? []).some((it) => isWithin(path, it))) return true;
    if (!isWithin(path, `/${noun}`)) return false;
    // A list holds it; of single ones only the one that is named.
    return id === null || path === `/${noun}` || isWithin(path, `/${noun}/${id}`);
  });

const isWithin = (path: string, of: string) => path === of || path.startsWith(`${of}/`);
