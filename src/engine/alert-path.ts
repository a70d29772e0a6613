import { settingsFrom } from '#core/settings.ts';
import { raiseAlert, resolveAlerts, wakeAlert } from '#store/alerts.ts';
import { listPulses, notePulse } from '#store/liveness.ts';
import { loadSettings } from '#store/settings.ts';
import { deadline } from './deadline.ts';
import type { Engine } from './engine.ts';
import { failureIn } from './fail.ts';

/** In the place of an alert's id: goes the way that every alert goes, and nobody is written to. */
export const trialId = 'trial';

/** When the way was last asked for, and when it was last found to be open. */
const asked = 'alerts asked';
export const wentThrough = 'alerts';

export const pathCondition = 'alert-path';

/** A mail server that is being restarted is no news. */
const againMs = 60_000;
const failingForMs = 2 * againMs;

/** Sends a trial on its way now and again. At the first start there is nothing to be late yet. */
export async function askForTrial(
  { pool, timing }: Pick<Engine, 'pool' | 'timing'>,
  ages: ReadonlyMap<string, number>,
): Promise<void> {
  const age = ages.get(asked);
  if (age === undefined) await notePulse(pool, wentThrough);
  if (age !== undefined && age < timing.alertPathMs) return;
  await notePulse(pool, asked);
  if (age !== undefined) await wakeAlert(pool, trialId);
}

/**
 * Walks the whole way of an alert but for the letter: the queue, the runner of alerts, the settings, the vault, and the
 * sign-in at the mail server. What fails is tried again each minute, and told by whatever else there is.
 */
export async function tryAlertPath(engine: Engine): Promise<void> {
  const { pool, timing } = engine;
  const { mailConnection } = settingsFrom(await loadSettings(pool)).alerts;
  if (mailConnection === null) return noteOpen(engine); // as far as there is a way
  try {
    const opened = await engine.clients.open(mailConnection);
    try {
      await deadline(engine, opened.connector.check(opened.client));
    } catch (error) {
      throw opened.withoutSecrets(error);
    } finally {
      await opened.close();
    }
  } catch (error) {
    await wakeAlert(pool, trialId, againMs);
    const pulse = (await listPulses(pool)).find(({ name }) => name === wentThrough);
    if (pulse && pulse.ageMs < timing.alertPathMs + failingForMs) return;
    return tell(engine, mailConnection, failureIn(error).detail);
  }
  await noteOpen(engine);
}

async function noteOpen({ pool }: Engine): Promise<void> {
  await notePulse(pool, wentThrough);
  await resolveAlerts(pool, pathCondition);
}

/** Whether no trial has come through for so long that the way itself must be blocked. */
export const isPathSilent = (
  { timing }: Pick<Engine, 'timing'>,
  ages: ReadonlyMap<string, number>,
): boolean => (ages.get(wentThrough) ?? 0) > 2.5 * timing.alertPathMs;

async function tell({ pool }: Engine, connectionId: string, detail: string): Promise<void> {
  await raiseAlert(pool, {
    condition: pathCondition,
    kind: 'mail.failing',
    title: 'Gatehouse cannot send mail',
    body:
      `${connectionId}, by which alerts, tasks and notices are mailed, does not work: ${detail} ` +
      'Whoever has no other way is not told of anything. It is tried again each minute.',
    caseId: null,
    stepId: null,
    connectionId,
    confidential: false,
  });
}
