import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { startTestApp, type TestApp } from '#app/testing/app.ts';
import { type RunningApi, startApi } from './start.ts';

const anyPort = { host: '127.0.0.1', port: 0 };
const log = { info() {}, warn() {}, error() {} };

describe('the API as it is started', () => {
  let test: TestApp;

  before(async () => {
    test = await startTestApp();
  });

  const start = (metricsListen = anyPort, app = test.app): Promise<RunningApi> =>
    startApi(app, {
      configuration: { listen: anyPort, metricsListen, publicUrl: undefined },
      log,
    });

  it('answers on its address, and says how it is on another', async () => {
    const running = await start();
    const { status, headers } = await fetch(`${running.url}/api/v1/cases`);
    assert.equal(status, 401);
    assert.equal(headers.get('strict-transport-security'), null);
    assert.equal((await fetch(`${running.url}/readyz`)).status, 404);
    assert.equal((await fetch(`${running.metricsUrl}/healthz`)).status, 200);
    await running.stop();
    await assert.rejects(fetch(running.url));
    await assert.rejects(fetch(running.metricsUrl));
  });

  it('starts as a whole or not at all', async () => {
    const running = await start();
    const taken = { host: '127.0.0.1', port: Number(new URL(running.metricsUrl).port) };
    await assert.rejects(start(taken), /cannot be had/);
    await running.stop();
  });

  it('is ready when the database answers and a worker lives', async () => {
    const running = await start();
    const ready = () => fetch(`${running.metricsUrl}/readyz`);
    assert.match(await (await ready()).text(), /No worker has given a sign of life yet\./);
    await test.pools.worker.query("insert into pulses (name, at) values ('engine', now())");
    assert.equal((await ready()).status, 200);
    await running.stop();
  });

  it('is not ready without its database', async () => {
    const gone = () => Promise.reject(new Error('the server is gone'));
    const running = await start(anyPort, { ...test.app, pool: { query: gone, connect: gone } });
    const ready = await fetch(`${running.metricsUrl}/readyz`);
    assert.equal(ready.status, 503);
    assert.match(await ready.text(), /The database does not answer\./);
    await running.stop();
  });
});
