import { isAlertOpen, raiseAlert } from '#store/alerts.ts';
import { listPulses } from '#store/liveness.ts';
import type { App } from './app.ts';

/** An engine that gave no sign of life for this long counts as stopped. */
export const silentAfterMs = 60_000;

/** The worker that comes back ends it, as it does with all that it no longer sees amiss. */
const condition = 'self:workers';

/**
 * Nobody but a worker may call anybody, so where none is left this process can only write down that it is so: for the
 * Overview, and for the one that comes back. Returns why, once, for the log.
 */
export async function noteSilentWorkers({ pool }: Pick<App, 'pool'>): Promise<string | null> {
  const pulse = (await listPulses(pool)).find(({ name }) => name === 'engine');
  if (!pulse || pulse.ageMs < silentAfterMs) return null;
  if (await isAlertOpen(pool, condition)) return null;
  const since = new Date(Date.now() - pulse.ageMs).toISOString();
  const title = 'No worker carries out steps';
  await raiseAlert(pool, {
    condition,
    kind: 'workers.silent',
    title,
    body:
      `No worker has given a sign of life since ${since}. Departures were taken in, and nothing was carried out. Start one ` +
      '(gatehouse serve, or gatehouse work). If this came as a message, one is back: see why it was away.',
    caseId: null,
    stepId: null,
    connectionId: null,
    confidential: false,
  });
  return `${title} since ${since}`;
}
