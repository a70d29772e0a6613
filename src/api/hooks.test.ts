import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { signStandardWebhook } from '#connector-kit/testing/sign.ts';
import type { ProblemDocument } from './contract/problem.ts';
import { type Listening, listen } from './listen.ts';
import { problemIn, startTestApi, type TestApi } from './testing/api.ts';

const secret = `whsec_${randomBytes(24).toString('base64')}`;
const silent = { info() {}, warn() {}, error() {} };

describe('what HR systems send', () => {
  let api: TestApi;
  let server: Listening;

  before(async () => {
    api = await startTestApi(
      (kind) => kind === 'check' && { works: true, actingAs: 'x', scopes: null },
    );
    const admin = await api.addUser('Ada Admin', ['it-admin']);
    await api.read('/api/v1/connections/meadow-hr', {
      method: 'PUT',
      token: admin.token,
      json: { connector: 'signed-hr', settings: { signingSecret: secret } },
    });
    server = await listen((it) => api.api.fetch(it), { host: '127.0.0.1', port: 0, log: silent });
  });
  after(() => server.stop());

  const event = async () =>
    JSON.stringify({
      type: 'departure.confirmed',
      occurredAt: new Date().toISOString(),
      version: null,
      person: await api.addPerson(),
      departure: {
        id: 'S-1',
        kind: 'layoff',
        urgent: false,
        confidential: false,
        accessEnds: null,
        lastWorkingDay: '2030-11-29',
        employmentEnds: null,
        payEnds: null,
        reason: null,
      },
    });

  const send = (body: string, id: string, at = new Date(), source = 'meadow-hr') =>
    fetch(`${server.url}/hooks/${source}`, {
      method: 'POST',
      body,
      headers: { ...signStandardWebhook(secret, id, at, body), 'content-type': 'application/json' },
    });

  it('is taken at once, and a repeat changes nothing', async () => {
    const body = await event();
    assert.equal((await send(body, 'm-1')).status, 202);
    assert.equal((await send(body, 'm-1')).status, 202);
    const { rows } = await api.pools.admin.query(
      "select from deliveries where source = 'meadow-hr' and message_id = 'm-1'",
    );
    assert.equal(rows.length, 1);
  });

  it('is refused when the signature does not fit or is too old', async () => {
    const body = await event();
    const headers = signStandardWebhook(secret, 'm-2', new Date(), body);
    const changed = await fetch(`${server.url}/hooks/meadow-hr`, {
      method: 'POST',
      body: body.replace('layoff', 'death'),
      headers,
    });
    const { detail } = await problemIn(changed, 401);
    assert.match(detail, /signature does not fit, or the delivery is too old/);
    await problemIn(await send(body, 'm-3', new Date(Date.now() - 6 * 60_000)), 401);
    await problemIn(await fetch(`${server.url}/hooks/meadow-hr`, { method: 'POST', body }), 401);
  });

  it('is kept, and a person told, when it is signed and makes no sense', async () => {
    const answer = await send('{"type":"departure.confirmed"}', 'm-4');
    assert.match((await problemIn(answer, 422)).detail, /not to be understood/);
    const { rows } = await api.pools.admin.query<{ kind: string }>('select kind from alerts');
    assert.deepEqual(rows, [{ kind: 'source.rejected' }]);
  });

  it('is refused for a source that there is not', async () => {
    await problemIn(await send(await event(), 'm-5', new Date(), 'nobody'), 404);
  });

  it('is no longer read above 1 MB, with a length or without', async () => {
    const tenMegabytes = Buffer.alloc(10 * 1024 * 1024, 'x');
    for (const headers of [
      { 'content-length': String(tenMegabytes.length) },
      { 'transfer-encoding': 'chunked' },
    ]) {
      const { status, body } = await sendRaw(
        `${server.url}/hooks/meadow-hr`,
        headers,
        tenMegabytes,
      );
      assert.equal(status, 413);
      const problem: ProblemDocument = JSON.parse(body);
      assert.equal(problem.detail, 'At most 1 MB are taken here.');
    }
  });

  it('may be as large as 1 MB', async () => {
    const body = `${await event()}${' '.repeat(1024 * 1024)}`.slice(0, 1024 * 1024);
    assert.equal((await send(body, 'm-6')).status, 202);
  });
});

/** Sends in pieces until it is answered, as a client does that does not listen before it has sent all. */
function sendRaw(
  url: string,
  headers: Record<string, string>,
  body: Buffer,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const sending = request(url, { method: 'POST', headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        answered = true;
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() });
      });
    });
    let answered = false;
    // Hung up on while it still sends: right, once the answer is there.
    sending.on('error', (error) => answered || reject(error));
    for (let at = 0; at < body.length; at += 64 * 1024) {
      sending.write(body.subarray(at, at + 64 * 1024));
    }
    sending.end();
  });
}
