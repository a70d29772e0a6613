import { foundFork } from '#ledger/fork-guard.ts';
import { mirrorIsAmiss, mirrorState } from '#ledger/mirror-state.ts';
import { failingAuthorities } from '#ledger/time-stamp-rows.ts';
import { longestWaitMs, waitingMs } from '#ledger/waiting.ts';
import { databaseNow } from '#store/clock.ts';
import { listPulses } from '#store/liveness.ts';
import type { App } from './app.ts';
import { silentAfterMs } from './silent-workers.ts';

interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** Whether all is well that a departure needs: the database, a worker somewhere, and the record. */
export async function checkHealth(
  app: Pick<App, 'pool'>,
): Promise<{ ready: boolean; checks: Check[] }> {
  const checks = [
    ...(await Promise.all([database(app), engine(app), theRecord(app)])),
    ...(await theMirror(app)),
    ...(await timeStamps(app)),
  ];
  return { ready: checks.every((it) => it.ok), checks };
}

async function database(app: Pick<App, 'pool'>): Promise<Check> {
  try {
    await databaseNow(app.pool);
    return { name: 'database', ok: true, detail: 'It answers.' };
  } catch {
    const detail = 'The database does not answer. Check that it runs, and DATABASE_URL.';
    return { name: 'database', ok: false, detail };
  }
}

async function engine(app: Pick<App, 'pool'>): Promise<Check> {
  const name = 'engine';
  try {
    const pulse = (await listPulses(app.pool)).find((it) => it.name === 'engine');
    if (pulse && pulse.ageMs < silentAfterMs) {
      return { name, ok: true, detail: 'A worker carries out steps.' };
    }
    const since = pulse ? `for ${Math.round(pulse.ageMs / 1_000)} s` : 'yet';
    const detail = `No worker has given a sign of life ${since}. Start one (gatehouse serve, or gatehouse work).`;
    return { name, ok: false, detail };
  } catch {
    return { name, ok: false, detail: 'Unknown, since the database does not answer.' };
  }
}

async function theRecord({ pool }: Pick<App, 'pool'>): Promise<Check> {
  const name = 'record';
  try {
    const fork = await foundFork(pool);
    if (fork) return { name, ok: false, detail: fork.because };
    const waits = await waitingMs(pool);
    if (waits > longestWaitMs) {
      const detail =
        `What happened ${Math.round(waits / 1_000)} s ago is not in it yet. ` +
        'Start a scribe (gatehouse serve, or gatehouse scribe).';
      return { name, ok: false, detail };
    }
    return { name, ok: true, detail: 'It is the one that was signed.' };
  } catch {
    return { name, ok: false, detail: 'Unknown, since the database does not answer.' };
  }
}

/** Only said where something is wrong; a departure needs no time stamp, so all is ready without. */
async function timeStamps({ pool }: Pick<App, 'pool'>): Promise<Check[]> {
  const failing = await failingAuthorities(pool, 0).catch(() => []);
  if (failing.length === 0) return [];
  const said = failing.map(({ name, because }) => `The last one of ${name} ${because}.`);
  return [{ name: 'time stamps', ok: true, detail: said.join(' ') }];
}

/** Nothing where no mirror is configured, or where the database does not answer. */
async function theMirror({ pool }: Pick<App, 'pool'>): Promise<Check[]> {
  const state = await mirrorState(pool).catch(() => null);
  if (!state) return [];
  const { place, comesFirst, size, problem, lagMs } = state;
  const behind = comesFirst ? '' : `, ${Math.round(lagMs / 1_000)} s behind`;
  const detail = [`${size} facts lie in ${place}${behind}.`, ...(problem ? [problem] : [])];
  return [{ name: 'mirror', ok: !mirrorIsAmiss(state), detail: detail.join(' ') }];
}
