import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { verifyStandardWebhook } from './standard-webhook.ts';
import { signStandardWebhook } from './testing/sign.ts';

const secret = `whsec_${Buffer.from('a key of this test, 32 bytes long').toString('base64')}`;
const oldSecret = `whsec_${Buffer.from('the key before, also 32 bytes long').toString('base64')}`;
const now = new Date('2026-12-01T09:04:00Z');
const text = '{"name":"Zoë ✓"}';

const delivery = (headers: Record<string, string | undefined>, body = text) => ({
  headers,
  body: new TextEncoder().encode(body),
});
const signed = (at = now, by = secret) => signStandardWebhook(by, 'msg_1', at, text);
const secondsFromNow = (seconds: number) => new Date(now.getTime() + seconds * 1_000);

const whyRefused = (
  headers: Record<string, string | undefined>,
  body = text,
  secrets = [secret],
): string => {
  const verdict = verifyStandardWebhook(delivery(headers, body), secrets, now);
  assert.equal(verdict.kind, 'refused');
  return verdict.kind === 'refused' ? verdict.because : '';
};

describe('a delivery by Standard Webhooks', () => {
  it('is genuine when the scheme’s own library signed it, and keeps its id', () => {
    const verdict = verifyStandardWebhook(delivery(signed()), [secret], now);
    assert.deepEqual(verdict, { kind: 'genuine', id: 'msg_1' });
  });

  it('gets the same verdict from the library at the present moment', () => {
    const present = new Date();
    const headers = signed(present);
    for (const body of [text, `${text} `]) {
      const ours = verifyStandardWebhook(delivery(headers, body), [secret], present).kind;
      const verify = () => new Webhook(secret).verify(body, headers, { jsonParse: false });
      if (ours === 'genuine') verify();
      else assert.throws(verify);
      assert.equal(ours, body === text ? 'genuine' : 'refused');
    }
  });

  it('may be signed with either secret during a rotation', () => {
    for (const by of [secret, oldSecret]) {
      const verdict = verifyStandardWebhook(delivery(signed(now, by)), [secret, oldSecret], now);
      assert.equal(verdict.kind, 'genuine');
    }
    const both = {
      ...signed(),
      'webhook-signature': `v1a,xyz v1,${'A'.repeat(44)} ${signed()['webhook-signature']}`,
    };
    assert.equal(verifyStandardWebhook(delivery(both), [secret], now).kind, 'genuine');
  });

  it('is taken within five minutes either way, by the given clock', () => {
    for (const seconds of [-300, 300]) {
      const headers = signed(secondsFromNow(seconds));
      assert.equal(verifyStandardWebhook(delivery(headers), [secret], now).kind, 'genuine');
    }
    assert.match(whyRefused(signed(secondsFromNow(-301))), /301 seconds old/);
    assert.match(whyRefused(signed(secondsFromNow(301))), /301 seconds ahead/);
  });

  it('is refused when anything that was signed has changed', () => {
    assert.match(whyRefused(signed(), `${text}\n`), /fits none/);
    assert.match(whyRefused({ ...signed(), 'webhook-id': 'msg_2' }), /fits none/);
    const later = String(now.getTime() / 1_000 + 1);
    assert.match(whyRefused({ ...signed(), 'webhook-timestamp': later }), /fits none/);
    assert.match(whyRefused(signed(now, oldSecret)), /fits none/);
  });

  it('is refused without its headers, without a usable secret, or with a shortened signature', () => {
    for (const name of Object.keys(signed())) {
      assert.match(whyRefused({ ...signed(), [name]: undefined }), /header is missing/);
    }
    assert.match(whyRefused({ ...signed(), 'webhook-timestamp': 'noon' }), /not a number/);
    assert.match(whyRefused({ ...signed(), 'webhook-timestamp': '1e9' }), /not a number/);
    assert.match(whyRefused(signed(), text, []), /No signing secret/);
    assert.match(whyRefused(signed(), text, ['whsec_', 'not base64!']), /No signing secret/);
    for (const signature of [
      'v1,',
      'v1,AAAA',
      'v2,x',
      signed()['webhook-signature']!.slice(0, 30),
    ]) {
      assert.match(whyRefused({ ...signed(), 'webhook-signature': signature }), /fits none/);
    }
    assert.match(whyRefused({ ...signed(), 'webhook-id': 'x'.repeat(201) }), /longer than/);
  });
});
