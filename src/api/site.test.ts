import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { openSite, type Site } from './site.ts';

const script = 'console.log("a page");\n';

describe('the pages of the browser', () => {
  let folder: string;
  let site: Site;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'gatehouse-site-'));
    await mkdir(path.join(folder, 'assets'));
    await writeFile(path.join(folder, 'index.html'), '<meta content="{{nonce}}">');
    await writeFile(path.join(folder, 'assets', 'index-Ab1.js'), script);
    await writeFile(path.join(folder, 'secret.js'), 'not to be had');
    site = openSite(folder);
  });
  after(() => rm(folder, { recursive: true }));

  const ask = (at: string, headers: Readonly<Record<string, string>> = { accept: 'text/html' }) =>
    site.answer(new Request(`http://127.0.0.1${at}`, { headers }));

  it('are one document for every address that people have', async () => {
    for (const at of ['/', '/departures', '/departures/01KA?step=slack', '/sign-in']) {
      const response = await ask(at);
      assert.equal(response?.status, 200, at);
      assert.equal(response.headers.get('content-type'), 'text/html; charset=utf-8');
    }
  });

  it('let no style stand but their own, marked anew each time', async () => {
    const nonces = await Promise.all(
      ['/', '/'].map(async (at) => {
        const response = await ask(at);
        const policy = response?.headers.get('content-security-policy') ?? '';
        assert.doesNotMatch(policy, /unsafe/);
        assert.match(policy, /default-src 'none'.*require-trusted-types-for 'script'/);
        const [, nonce] = /'nonce-([^']+)'/.exec(policy) ?? [];
        assert.equal(await response?.text(), `<meta content="${nonce}">`);
        return nonce;
      }),
    );
    assert.notEqual(nonces[0], nonces[1]);
  });

  it('are not what programs get, nor what other parts answer', async () => {
    assert.equal(await ask('/departures', { accept: 'application/json' }), null);
    for (const at of ['/api/v1/nothing', '/hooks/x', '/scim/v2/Users', '/survey/x', '/task/x'])
      assert.equal(await ask(at), null, at);
    const posted = new Request('http://127.0.0.1/', {
      method: 'POST',
      headers: { accept: 'text/html' },
    });
    assert.equal(await site.answer(posted), null);
  });

  it('bring files that may be kept for ever, zipped for whoever can read that', async () => {
    const plain = await ask('/assets/index-Ab1.js', {});
    assert.equal(await plain?.text(), script);
    assert.equal(plain?.headers.get('cache-control'), 'public, max-age=31536000, immutable');
    const zipped = await ask('/assets/index-Ab1.js', { 'accept-encoding': 'br, gzip' });
    assert.equal(zipped?.headers.get('content-encoding'), 'gzip');
    assert.equal(gunzipSync(await zipped.bytes()).toString(), script);
  });

  it('have the browser ask for what they will read before it has read the document', async () => {
    assert.equal((await ask('/departures'))?.headers.get('link'), null);
    const asked = await site.answer(
      new Request('http://127.0.0.1/', { headers: { accept: 'text/html' } }),
      async () => ['/api/v1/session', '/api/v1/overview'],
    );
    assert.equal(
      asked?.headers.get('link'),
      '</api/v1/session>; rel=preload; as=fetch; crossorigin, </api/v1/overview>; rel=preload; as=fetch; crossorigin',
    );
  });

  it('bring no other file of the machine', async () => {
    for (const at of [
      '/assets/../secret.js',
      '/assets/..%2fsecret.js',
      '/assets/%2e%2e/secret.js',
      '/assets/secret.js',
      '/assets/index.html',
    ])
      assert.equal(await ask(at, {}), null, at);
  });

  it('keep nothing of files that are not there', async () => {
    assert.equal(await ask('/assets/later-Ab1.js', {}), null);
    await writeFile(path.join(folder, 'assets', 'later-Ab1.js'), script);
    assert.equal(await (await ask('/assets/later-Ab1.js', {}))?.text(), script);
  });

  it('say how they are built when they are not', async () => {
    const response = await openSite(path.join(folder, 'nowhere')).answer(
      new Request('http://127.0.0.1/', { headers: { accept: 'text/html' } }),
    );
    assert.equal(response?.status, 503);
    assert.match(await response.text(), /npm start/);
  });
});
