import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { describe, it } from 'node:test';
import type { TlsOptions } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { ConnectorError, type Failure } from '#core/failure.ts';
import { makeAuthority } from './testing/certificate.ts';
import { answers, failureOf, guard, here, inOffice, serve } from './testing/office.ts';

describe('a request that goes out', () => {
  it('arrives as it was meant, and its answer comes back whole', async () => {
    const server = await serve(async (request, response) => {
      const body = (await request.toArray()).join('');
      response.setHeader('set-cookie', ['a=1', 'b=2']);
      response.writeHead(201, 'Made', { 'content-encoding': 'gzip' });
      const { method, url, headers } = request;
      response.end(
        gzipSync(JSON.stringify({ method, url, body, length: headers['content-length'] })),
      );
    });
    const { fetch, url } = inOffice(server.port);

    for (const input of [
      fetch(`${url}?x=1`, { method: 'PATCH', body: '{"ä":1}' }),
      fetch(new URL(`${url}?x=1`), { method: 'PATCH', body: '{"ä":1}' }),
      fetch(new Request(`${url}?x=1`, { method: 'PATCH', body: '{"ä":1}' })),
    ]) {
      const response = await input;
      assert.ok(response instanceof Response);
      assert.equal(response.status, 201);
      assert.equal(response.statusText, 'Made');
      assert.deepEqual(response.headers.getSetCookie(), ['a=1', 'b=2']);
      assert.deepEqual(await response.json(), {
        method: 'PATCH',
        url: '/path?x=1',
        body: '{"ä":1}',
        length: '8',
      });
    }
  });

  it('may be answered without a body', async () => {
    const server = await serve((_request, response) => response.writeHead(204).end());
    const { fetch, url } = inOffice(server.port);

    const response = await fetch(url, { method: 'DELETE' });
    assert.equal(response.status, 204);
    assert.equal(await response.text(), '');
  });

  it('is refused where it is sent elsewhere, and the credential does not follow', async () => {
    const elsewhere = await serve((_request, response) => response.end());
    const targets = [301, 302, 303, 307, 308].map(async (status) => {
      const server = await serve((_request, response) => {
        const location = `http://127.0.0.1:${elsewhere.port}/?token=hunter2`;
        response.writeHead(status, { location }).end();
      });
      const { fetch, url } = inOffice(server.port);
      const failure = await failureOf(fetch(url, { redirect: 'follow' }));
      assert.equal(failure.kind, 'forbidden');
      assert.match(failure.detail, new RegExp(`answered ${status} towards http://127.0.0.1`));
      assert.doesNotMatch(failure.detail, /hunter2/);
    });
    await Promise.all(targets);
    assert.equal(elsewhere.sockets(), 0);
  });

  it('may be given up by the caller, who gets his own reason back', async () => {
    const server = await serve(() => {});
    const { fetch, url } = inOffice(server.port);

    const stop = new AbortController();
    const call = fetch(url, { signal: stop.signal });
    stop.abort(new Error('all stop'));
    await assert.rejects(call, /all stop/);

    const request = new Request(url, { signal: AbortSignal.timeout(50) });
    await assert.rejects(fetch(request), { name: 'TimeoutError' });
  });

  it('is unavailable, in plain words, when nobody answers', async () => {
    const gone = await serve((request) => request.socket.destroy());
    const { fetch, url } = inOffice(gone.port);
    assert.deepEqual(await failureOf(fetch(`${url}?email=a@b.example`)), {
      kind: 'unavailable',
      detail: `GET ${url}: it hung up.`,
    });

    const unknown = guard().fetchFor({ hosts: ['acme.example'], ca: null });
    assert.deepEqual(await failureOf(unknown('https://acme.example/')), {
      kind: 'unavailable',
      detail: 'GET https://acme.example/: its name is not known to DNS.',
    });
    const nowhere = guard({ lookup: answers() });
    const failure = await failureOf(nowhere.address('acme.example', 636, ['acme.example:636']));
    assert.equal(failure.kind, 'unavailable');
  });
});

describe('an answer that does not end well', () => {
  const limits = { connectMs: 200, headersMs: 100, bodyMs: 150, bodyBytes: 1_000 };

  it('is given up when it is too big, announced or not, and also when only once unpacked', async () => {
    for (const [headers, body] of [
      [{ 'content-length': '1001' }, Buffer.alloc(1001)],
      [{}, Buffer.alloc(50_000)],
      [{ 'content-encoding': 'gzip' }, gzipSync(Buffer.alloc(500_000))],
    ] as const) {
      const server = await serve((_request, response) =>
        response.writeHead(200, headers).end(body),
      );
      const { fetch, url } = inOffice(server.port, { limits });
      assert.deepEqual(await failureOf(fetch(url)), {
        kind: 'unexpected',
        detail: `GET ${url} answered with more than 1,000 bytes. None of it was used.`,
      });
    }
    const server = await serve((_request, response) => response.end(Buffer.alloc(1_000)));
    const { fetch, url } = inOffice(server.port, { limits });
    assert.equal((await (await fetch(url)).bytes()).byteLength, 1_000);
  });

  it('is given up when the headers do not come, however little of its time connecting took', async () => {
    const server = await serve(() => {});
    const patient = { ...limits, connectMs: 60_000 };
    const { fetch, url } = inOffice(server.port, { limits: patient });
    const startedAtMs = performance.now();
    assert.deepEqual(await failureOf(fetch(url)), {
      kind: 'unavailable',
      detail: `GET ${url}: it did not answer in time.`,
    });
    assert.ok(performance.now() - startedAtMs < 30_000);
  });

  it('is given up when the headers drip, however steadily', async () => {
    const dripping = new Set<NodeJS.Timeout>();
    const server = await serve((request) => {
      const { socket } = request;
      socket.write('HTTP/1.1 200 OK\r\nx-long: ');
      dripping.add(setInterval(() => socket.write('.'), 20));
    });
    const { fetch, url } = inOffice(server.port, { limits });
    try {
      assert.equal((await failureOf(fetch(url))).kind, 'unavailable');
    } finally {
      for (const timer of dripping) clearInterval(timer);
    }
  });

  it('is given up when the body drips, however steadily', async () => {
    const dripping = new Set<NodeJS.Timeout>();
    const server = await serve((_request, response) => {
      dripping.add(setInterval(() => response.write('.'), 20));
    });
    const { fetch, url } = inOffice(server.port, { limits });
    try {
      assert.equal((await failureOf(fetch(url))).kind, 'unavailable');
    } finally {
      for (const timer of dripping) clearInterval(timer);
    }
  });

  it('is given up when it breaks off in the middle', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => response.destroy());
    });
    const { fetch, url } = inOffice(server.port, { limits });
    assert.equal((await failureOf(fetch(url))).kind, 'unavailable');
  });
});

describe('encryption', () => {
  const office = makeAuthority('Office CA');
  const name = 'app.office.example';
  const answer: RequestListener = (_request, response) => response.end('inside');

  /** What comes of a call to a TLS server of this kind, by somebody who trusts `ca`. */
  async function call(tls: TlsOptions, ca: string | null): Promise<string | Failure> {
    const server = await serve(answer, tls);
    const host = `${name}:${server.port}`;
    const fetch = guard({
      onPremises: () => [here(server.port, { http: false })],
      lookup: answers('127.0.0.1'),
    }).fetchFor({ hosts: [host], ca });
    try {
      return await (await fetch(`https://${host}/`)).text();
    } catch (error) {
      assert.ok(error instanceof ConnectorError);
      return error.failure;
    }
  }

  const distrusts = (outcome: string | Failure, code: string) => {
    assert.ok(typeof outcome !== 'string', 'it was believed');
    assert.equal(outcome.kind, 'unavailable');
    assert.match(outcome.detail, new RegExp(`not to be trusted \\(${code}`));
  };

  it('believes a private authority only where the connection names it', async () => {
    assert.equal(await call(office.issue([name]), office.ca), 'inside');
    distrusts(await call(office.issue([name]), null), 'UNABLE_TO_VERIFY_LEAF_SIGNATURE');
    distrusts(
      await call(office.issue([name]), makeAuthority('Another CA').ca),
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    );
  });

  it('believes no certificate that names another host, or is out of date', async () => {
    distrusts(
      await call(office.issue(['other.example']), office.ca),
      'ERR_TLS_CERT_ALTNAME_INVALID',
    );
    const past = { from: new Date('2020-01-01'), until: new Date('2020-02-01') };
    distrusts(await call(office.issue([name], past), office.ca), 'CERT_HAS_EXPIRED');
  });

  it('cannot be switched off by the environment', async () => {
    const variable = 'NODE_TLS_REJECT_UNAUTHORIZED';
    const before = process.env[variable];
    process.env[variable] = '0';
    try {
      distrusts(await call(office.issue([name]), null), 'UNABLE_TO_VERIFY_LEAF_SIGNATURE');
    } finally {
      if (before === undefined) delete process.env[variable];
      else process.env[variable] = before;
    }
  });

  it('is at least TLS 1.2', async () => {
    const old: TlsOptions = {
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'ALL:@SECLEVEL=0',
    };
    distrusts(await call({ ...office.issue([name]), ...old }, office.ca), 'ERR_SSL');
    const current: TlsOptions = { maxVersion: 'TLSv1.2' };
    assert.equal(await call({ ...office.issue([name]), ...current }, office.ca), 'inside');
  });
});

describe('sockets', () => {
  it('are kept between the calls of one connection, however often its fetch is made', async () => {
    const server = await serve((_request, response) => response.end('inside'));
    const host = `app.office.example:${server.port}`;
    const machine = guard({ onPremises: () => [here(server.port)], lookup: answers('127.0.0.1') });

    for (let call = 0; call < 10; call += 1) {
      const fetch = machine.fetchFor({ hosts: [host], ca: null });
      assert.equal(await (await fetch(`http://${host}/`)).text(), 'inside');
    }
    assert.ok(server.sockets() <= 2, 'a second one may open while the first is just being freed');
  });

  it('are not shared with a connection that believes somebody else', async () => {
    const office = makeAuthority('Office CA');
    const server = await serve((_request, response) => response.end('inside'), {
      ...office.issue(['app.office.example']),
    });
    const host = `app.office.example:${server.port}`;
    const machine = guard({ onPremises: () => [here(server.port)], lookup: answers('127.0.0.1') });
    const call = (ca: string | null) => machine.fetchFor({ hosts: [host], ca })(`https://${host}/`);

    assert.equal(await (await call(office.ca)).text(), 'inside');
    assert.equal((await failureOf(call(null))).kind, 'unavailable');
    assert.equal(await (await call(office.ca)).text(), 'inside');
  });

  it('are all closed with the guard', async () => {
    const server = await serve((_request, response) => response.end('inside'));
    const machine = guard({ onPremises: () => [here(server.port)], lookup: answers('127.0.0.1') });
    const host = `app.office.example:${server.port}`;
    const sockets: Socket[] = [];
    server.server.on('connection', (socket) => sockets.push(socket));
    await machine.fetchFor({ hosts: [host], ca: null })(`http://${host}/`);

    const ended = sockets.map((socket) => once(socket, 'close'));
    await machine.close();
    assert.equal(ended.length, 1);
    await Promise.all(ended);
  });
});
