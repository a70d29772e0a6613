import { readFileSync } from 'node:fs';
import { until } from '#core/testing/until.ts';

/** Ends a database server and every process of it as a cut of the power would; resolves when all are gone. */
export async function killServer(processId: number): Promise<void> {
  const all = [processId, ...childrenOf(processId)];
  for (const id of all) killProcess(id);
  await until('every process of the server to be gone', () => !all.some(isAlive));
}

/** Each session and each helper of a server is a child of it. */
function childrenOf(processId: number): readonly number[] {
  const text = readFileSync(`/proc/${processId}/task/${processId}/children`, 'utf8');
  return text.split(' ').filter(Boolean).map(Number);
}

function killProcess(id: number): void {
  try {
    process.kill(id, 'SIGKILL');
  } catch (error) {
    // It has ended by itself, since the one above it did.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** False also for one that has ended and that nobody has waited for. */
function isAlive(id: number): boolean {
  try {
    const [, state = ''] = /^\d+ \(.*\) (\S)/s.exec(readFileSync(`/proc/${id}/stat`, 'utf8')) ?? [];
    return state !== 'Z' && state !== 'X';
  } catch {
    return false;
  }
}
