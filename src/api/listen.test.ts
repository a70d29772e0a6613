import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import { until } from '#core/testing/until.ts';
import type { Health } from './contract/health.ts';
import { answerHealth, listen } from './listen.ts';

const here = { host: '127.0.0.1', port: 0, log: { info() {}, warn() {}, error() {} } };

describe('the server', () => {
  it('lets a request under way come to its end, and takes no new one', async () => {
    const arrived = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    const server = await listen(async () => {
      arrived.resolve();
      await held.promise;
      return new Response('done');
    }, here);
    const asking = fetch(server.url);
    await arrived.promise;

    const stopping = server.stop();

    await until('new callers to be refused', () =>
      fetch(server.url).then(
        () => false,
        () => true,
      ),
    );
    held.resolve();
    assert.equal(await (await asking).text(), 'done');
    await stopping;
  });

  it('says in a sentence that its address is taken', async () => {
    const first = await listen(() => new Response(), here);
    await assert.rejects(
      listen(() => new Response(), { ...here, port: first.port }),
      new RegExp(
        `The address 127.0.0.1:${first.port} cannot be had: another program has it. .*GATEHOUSE_LISTEN`,
      ),
    );
    await first.stop();
  });

  it('answers what is no HTTP, and goes on', async () => {
    const server = await listen(() => new Response('fine'), here);
    const answer = await new Promise<string>((resolve) => {
      let text = '';
      const socket = connect(server.port, '127.0.0.1', () => socket.end('NONSENSE\r\n\r\n'));
      socket.on('data', (chunk) => {
        text += chunk.toString();
      });
      socket.on('close', () => resolve(text));
    });
    assert.match(answer, /^HTTP\/1.1 400/);
    assert.equal(await (await fetch(server.url)).text(), 'fine');
    await server.stop();
  });
});

describe('health', () => {
  const asked = async (path: string, health: Health) =>
    answerHealth(
      async () => health,
      async () => '# TYPE gatehouse_cases gauge\n',
    )(new Request(`http://127.0.0.1${path}`));
  const check = { name: 'worker', ok: false, detail: 'No worker runs.' };

  it('says that the process answers, however it is', async () => {
    assert.equal((await asked('/healthz', { ready: false, checks: [check] })).status, 200);
  });

  it('tells what was measured, for Prometheus', async () => {
    const response = await asked('/metrics', { ready: true, checks: [] });
    assert.match(response.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
    assert.equal(await response.text(), '# TYPE gatehouse_cases gauge\n');
  });

  it('says what is missing, as long as something is', async () => {
    const response = await asked('/readyz', { ready: false, checks: [check] });
    assert.equal(response.status, 503);
    assert.deepEqual(await response.json(), { ready: false, checks: [check] });
    assert.equal((await asked('/readyz', { ready: true, checks: [] })).status, 200);
  });

  it('answers nothing else', async () => {
    assert.equal((await asked('/api/v1/cases', { ready: true, checks: [] })).status, 404);
  });
});
