import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type HttpExchange, redactExchange, redactJson, redactText } from './redact.ts';

const secret = 'pä$$/w+rd "1&<2>"\\ok=';

const holds = (text: string) => text.includes('w+rd') || text.includes('$$');

describe('what is left of a secret', () => {
  it('takes it out wherever it stands as it is, and leaves the rest alone', () => {
    assert.equal(
      redactText(`token ${secret}, again ${secret}.`, [secret]),
      'token [redacted], again [redacted].',
    );
    assert.equal(redactText('nothing to see', [secret]), 'nothing to see');
    assert.equal(redactText('nothing to see', []), 'nothing to see');
  });

  it('takes it out percent-encoded: wholly, in part, in lower case, as a form, and twice', () => {
    const wholly = [...Buffer.from(secret)].map((it) => `%${it.toString(16).padStart(2, '0')}`);
    const ways = [
      encodeURIComponent(secret),
      encodeURIComponent(secret).toLowerCase(),
      encodeURI(secret),
      new URLSearchParams({ x: secret }).toString().slice(2),
      encodeURIComponent(encodeURIComponent(secret)),
      wholly.join(''),
      wholly.join('').toUpperCase(),
    ];
    for (const way of ways) {
      assert.equal(redactText(`?key=${way}&x=1`, [secret]), '?key=[redacted]&x=1', way);
    }
  });

  it('takes it out as JSON and HTML write it', () => {
    const units = secret.split('').map((it) => it.charCodeAt(0).toString(16).padStart(4, '0'));
    const html = secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&#34;');
    const ways = [
      JSON.stringify(secret).slice(1, -1),
      JSON.stringify(secret).slice(1, -1).replaceAll('/', '\\/'),
      units.map((it) => `\\u${it}`).join(''),
      units.map((it) => `\\u${it.toUpperCase()}`).join(''),
      html,
      html.replaceAll('&#34;', '&quot;'),
      html.replaceAll('&#34;', '&#x22;'),
    ];
    for (const way of ways) assert.equal(redactText(`<${way}>`, [secret]), '<[redacted]>', way);
  });

  it('takes it out of base64, wherever it lies in it and whatever stands around it', () => {
    for (const before of ['', 'u', 'us', 'use', 'user:', 'user::']) {
      for (const after of ['', 'x', 'xy', 'xyz', ':tail']) {
        const bytes = Buffer.from(before + secret + after);
        for (const text of [bytes.toString('base64'), bytes.toString('base64url')]) {
          for (const written of [text, encodeURIComponent(text)]) {
            const kept = redactText(`Basic ${written};`, [secret]);
            assert.match(kept, /^Basic .*\[redacted\].*;$/, written);
            const around = kept.slice('Basic '.length).split('[redacted]');
            const left = around.map((it) => Buffer.from(it, 'base64').toString()).join(' ');
            assert.ok(!holds(left), `${written} left ${kept}`);
            assert.ok(around.join('').length <= before.length * 2 + after.length * 2 + 5, kept);
          }
        }
      }
    }
  });

  it('takes out each line of a key file, and the key inside a JSON credential', () => {
    const lines = ['MIIEvQIBADANBgkqhkiG9w0BAQEFAASC', 'BKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj'];
    const pem = `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`;
    const credential = JSON.stringify({ type: 'service_account', private_key: pem });

    for (const held of [pem, credential]) {
      const kept = redactText(`cannot read ${lines[1]} in line 3`, [held]);
      assert.equal(kept, 'cannot read [redacted] in line 3');
    }
    assert.equal(redactText(`got: ${pem}`, [pem]), 'got: [redacted]\n');
  });

  it('takes out the longer of two secrets that begin alike', () => {
    const both = ['whsec_abcdef', 'whsec_abcdefghijkl'];
    assert.equal(
      redactText('a whsec_abcdefghijkl b whsec_abcdef c', both),
      'a [redacted] b [redacted] c',
    );
  });

  it('takes out the beginning of a secret at which a text was cut off', () => {
    assert.equal(
      redactText('401: bad token xoxb-1234-56', ['xoxb-1234-5678-abc']),
      '401: bad token [redacted]',
    );
    assert.equal(redactText('401: bad token x', ['xoxb-1234-5678-abc']), '401: bad token x');
  });

  it('takes blanks around a secret for a slip of the hand, and no secret for none', () => {
    assert.equal(redactText('key s3cret-7!', [' s3cret-7\n', '', '  ']), 'key [redacted]!');
  });
});

describe('an exchange that is kept as evidence', () => {
  const exchange: HttpExchange = {
    request: {
      method: 'POST',
      url: `https://acme.example/users?sig=${encodeURIComponent('s3cret/key')}`,
      headers: {
        Authorization: 'SSWS s3cret/key',
        'X-Api-Key': 'other',
        'x-acme-signature': 'anything',
        accept: 'application/json',
        'x-debug': 'used s3cret/key',
      },
      body: { list: ['s3cret/key', 7, null, true], 's3cret/key': { deep: 'a s3cret/key' } },
    },
    response: {
      status: 200,
      headers: { 'Set-Cookie': 'sid=1', cookie: 'x', 'content-type': 'text/plain' },
      body: 'echo: s3cret/key, 123456',
    },
    started_at: '2030-01-31T12:00:00.000Z',
    ms: 12,
  };

  it('loses its secret headers in any case, those of the connector too, and every secret', () => {
    const kept = redactExchange(exchange, ['s3cret/key'], ['X-Acme-Signature']);

    assert.deepEqual(kept, {
      request: {
        method: 'POST',
        url: 'https://acme.example/users?sig=[redacted]',
        headers: { accept: 'application/json', 'x-debug': 'used [redacted]' },
        body: { list: ['[redacted]', 7, null, true], '[redacted]': { deep: 'a [redacted]' } },
      },
      response: {
        status: 200,
        headers: { 'content-type': 'text/plain' },
        body: 'echo: [redacted], 123456',
      },
      started_at: '2030-01-31T12:00:00.000Z',
      ms: 12,
    });
    assert.equal(exchange.request.headers['Authorization'], 'SSWS s3cret/key');
  });

  it('may have had no answer', () => {
    assert.equal(redactExchange({ ...exchange, response: null }, ['s3cret/key']).response, null);
  });

  it('keeps no secret that is a number', () => {
    assert.deepEqual(redactJson({ pin: 123456, other: 12 }, ['123456']), {
      pin: '[redacted]',
      other: 12,
    });
  });
});
