import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { pino } from 'pino';
import { createKeyFiles, openKeyring, purposes, registerKeys } from '#store/keys.ts';
import { startDatabase } from '#store/testing/database.ts';
import { connectors } from '../src/connectors.ts';
import { readConfiguration } from '../src/operate/configuration.ts';
import { type Program, serve } from '../src/serve.ts';

describe('a process that answers no people', () => {
  const programs: Program[] = [];
  let folder: string | undefined;
  after(async () => {
    for (const it of programs.toReversed()) await it.stop();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  it('tells how it is and what it measures, unless another one has the address', async () => {
    const database = await startDatabase();
    folder = await mkdtemp(path.join(tmpdir(), 'gatehouse-process-'));
    // As the one process did that could migrate.
    const keysFolder = path.join(folder, 'keys');
    await createKeyFiles(keysFolder);
    await registerKeys(database.pools.admin, await openKeyring(keysFolder, purposes));
    const said: string[] = [];
    const start = async (role: 'worker' | 'scribe', metricsListen: string) => {
      const read = readConfiguration({
        workingDirectory: folder!,
        environment: {
          GATEHOUSE_DATA: folder!,
          GATEHOUSE_METRICS_LISTEN: metricsListen,
          DATABASE_URL_WEB: database.url('web'),
          DATABASE_URL_WORK: database.url('worker'),
          DATABASE_URL_SCRIBE: database.url('scribe'),
        },
      });
      assert.ok(read.ok);
      const program = await serve({
        ...{ configuration: read.configuration, roles: [role], connectors },
        log: pino({ level: 'warn' }, { write: (line: string) => said.push(line) }),
      });
      programs.push(program);
      return program.metricsUrl;
    };

    const url = await start('worker', '127.0.0.1:0');
    assert.ok(url);
    assert.deepEqual(await (await fetch(`${url}/healthz`)).json(), { ok: true });
    const metrics = await (await fetch(`${url}/metrics`)).text();
    assert.match(metrics, /^gatehouse_queue_jobs\{state="due"\} \d+$/m);
    assert.match(metrics, /^gatehouse_database_sessions\{role="worker",state="idle"\} \d+$/m);
    assert.doesNotMatch(metrics, /gatehouse_cases/); // told by those that answer people

    assert.equal(await start('scribe', new URL(url).host), null);
    assert.ok(said.some((it) => it.includes('health and metrics of this process are not served')));
  });
});
