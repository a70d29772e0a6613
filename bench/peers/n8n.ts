import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { until } from '#core/testing/until.ts';
import { freePort, mustRun, stopProgram } from '../../practice/servers/program.ts';
import { bareEnvironment, descendants } from '../processes.ts';
import { type PeerDatabase, startPeerDatabase } from './database.ts';
import { installN8n, n8nVersion } from './install-n8n.ts';
import { answers, kill, type Peer } from './peer.ts';
import { systems, type Target } from './target.ts';
import { type Shape, workflow } from './workflow.ts';

/** So many sessions as there are of each role in Gatehouse; n8n's own default of 2 would hold it up. */
const sessions = 16;

/**
 * n8n as its documentation sets it up for production on one machine: PostgreSQL, regular mode, a webhook that answers at
 * once, executions saved, nothing sent to the vendor. Queue mode needs Redis and is not measured.
 */
export const n8n = (target: Target, shape: Shape): Peer => ({
  name: `n8n ${n8nVersion}, ${systems} ${shape === 'twelve nodes' ? 'nodes' : 'items'}`,
  async start() {
    await using made = new AsyncDisposableStack();
    const command = await installN8n();
    const database = await startPeerDatabase('n8n');
    made.defer(() => database.stop());
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const env = { ...bareEnvironment(), ...environmentOf(database, port) };

    const file = path.join(database.folder, 'workflow.json');
    await writeFile(file, JSON.stringify([workflow(shape)]));
    await mustRun(process.execPath, [command, 'import:workflow', `--input=${file}`], { env });
    await mustRun(process.execPath, [command, 'publish:workflow', '--id=departure'], { env });

    const start = () => spawn(process.execPath, [command, 'start'], { env, stdio: 'ignore' });
    let program = start();
    made.defer(() => stopProgram(program));
    const depart = (person: string) => tell(`${url}/webhook/departure`, target, person);
    const ready = () => answers(program, `${url}/healthz/readiness`);
    await ready();
    // It takes webhooks a while after it says that it is ready.
    await until(
      'n8n to take a departure',
      () =>
        depart('first@meadow.example').then(
          () => true,
          () => false,
        ),
      { withinMs: 600_000 },
    );

    const all = made.move();
    return {
      depart,
      processes: () => [program.pid!, ...descendants(program.pid!), ...database.processes()],
      async killAndRestart() {
        await kill(program, descendants(program.pid!));
        program = start();
        await ready();
      },
      stop: () => all.disposeAsync(),
    };
  },
});

async function tell(hook: string, target: Target, person: string): Promise<void> {
  const urls = Array.from({ length: systems }, (_, i) => target.blockUrl(i + 1, person));
  const answer = await fetch(hook, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ person, urls }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`n8n answered ${answer.status} ${text}`);
}

function environmentOf({ login, folder }: PeerDatabase, port: number): Record<string, string> {
  return {
    NODE_ENV: 'production',
    DB_TYPE: 'postgresdb',
    DB_POSTGRESDB_HOST: login.host,
    DB_POSTGRESDB_PORT: `${login.port}`,
    DB_POSTGRESDB_DATABASE: login.database,
    DB_POSTGRESDB_USER: login.user,
    DB_POSTGRESDB_PASSWORD: login.password,
    DB_POSTGRESDB_POOL_SIZE: `${sessions}`,
    N8N_USER_FOLDER: folder,
    N8N_ENCRYPTION_KEY: randomBytes(24).toString('hex'),
    N8N_LISTEN_ADDRESS: '127.0.0.1',
    N8N_PORT: `${port}`,
    EXECUTIONS_MODE: 'regular',
    N8N_LOG_LEVEL: 'error',
    N8N_DIAGNOSTICS_ENABLED: 'false',
    N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
    N8N_TEMPLATES_ENABLED: 'false',
    N8N_PERSONALIZATION_ENABLED: 'false',
    N8N_HIRING_BANNER_ENABLED: 'false',
    N8N_DYNAMIC_BANNERS_ENABLED: 'false',
    EXTERNAL_FRONTEND_HOOKS_URLS: '',
    N8N_LICENSE_AUTO_RENEW_ENABLED: 'false',
    N8N_DISABLED_MODULES: 'community-packages,mcp-registry',
  };
}
