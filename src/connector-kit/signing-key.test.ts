import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import { jwtVerify } from 'jose';
import { openOAuth } from './oauth.ts';
import { makeAuthority } from './testing/certificate.ts';
import { failsAs } from './testing/fails-as.ts';
import { loopbackIo } from './testing/loopback-io.ts';

const tokenUrl = 'https://login.microsoftonline.test/tenant/oauth2/v2.0/token';
const authority = makeAuthority('Gatehouse');
const { cert, key } = authority.issue(['gatehouse'], undefined, 'rsa');

describe('a statement signed by the key of a certificate', () => {
  it('names the certificate by its SHA-256 thumbprint, and is valid from now', async () => {
    const sent: URLSearchParams[] = [];
    const oauth = open(key, cert.replaceAll('\n', ' '), async (_, init) => {
      sent.push(new URLSearchParams(String(init?.body)));
      return Response.json({ token_type: 'Bearer', access_token: 'a token', expires_in: 3599 });
    });

    assert.equal(await oauth.header(), 'Bearer a token');
    const certificate = new X509Certificate(cert);
    const { payload, protectedHeader } = await jwtVerify(
      sent[0]?.get('client_assertion') ?? '',
      certificate.publicKey,
      { issuer: 'app', subject: 'app', audience: tokenUrl, algorithms: ['PS256'] },
    );
    const thumbprint = certificate.fingerprint256.replaceAll(':', '').toLowerCase();
    const named = Buffer.from(String(protectedHeader['x5t#S256']), 'base64url').toString('hex');
    assert.equal(named, thumbprint);
    assert.equal(payload.nbf, payload.iat);
  });

  it('is not made with the certificate of another key, or with what is none', async () => {
    const never = async () => assert.fail('nothing is sent');
    const other = authority.issue(['other'], undefined, 'rsa');
    const elliptic = authority.issue(['elliptic']);
    const notThePair = failsAs('unauthenticated', /not that of the private key/);
    await assert.rejects(open(key, other.cert, never).header(), notThePair);
    await assert.rejects(open(elliptic.key, elliptic.cert, never).header(), notThePair);
    const unreadable = failsAs('unauthenticated', /certificate cannot be read/);
    await assert.rejects(open(key, 'a thumbprint', never).header(), unreadable);
  });
});

const open = (privateKey: string, certificate: string, fetch: typeof globalThis.fetch) =>
  openOAuth(
    { ...loopbackIo, fetch },
    {
      tokenUrl,
      client: { id: 'app', proof: { kind: 'key', key: { privateKey, certificate } } },
      grant: { kind: 'client credentials' },
      scopes: ['https://graph.microsoft.test/.default'],
    },
  );
