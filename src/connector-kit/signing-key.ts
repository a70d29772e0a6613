import {
  createHash,
  createPrivateKey,
  type KeyObject,
  randomUUID,
  X509Certificate,
} from 'node:crypto';
import { SignJWT } from 'jose';
import { ConnectorError } from '#core/failure.ts';

export interface SigningKey {
  /** PEM, PKCS#8 or (RSA) PKCS#1; RSA or P-256. */
  readonly privateKey: string;
  /** How the server calls it; left out where it knows only one. */
  readonly keyId?: string;
  /** PEM, for servers that know the key by its certificate, as Microsoft's do. RSA only. */
  readonly certificate?: string;
}

const lastsSeconds = 300;
/** Their clock may be a little behind ours. */
const leewaySeconds = 30;

/** A statement signed with our key (JWT), good for a few minutes. */
export function signedStatement(
  { privateKey, keyId, certificate }: SigningKey,
  claims: object,
  now: Date,
): Promise<string> {
  const key = keyFrom(privateKey);
  const issuedAt = Math.floor(now.getTime() / 1_000) - leewaySeconds;
  const usual = key.asymmetricKeyType === 'ec' ? 'ES256' : 'RS256';
  return new SignJWT({ ...claims, ...(certificate === undefined ? {} : { nbf: issuedAt }) })
    .setProtectedHeader({
      alg: certificate === undefined ? usual : 'PS256',
      typ: 'JWT',
      ...(keyId === undefined ? {} : { kid: keyId }),
      ...(certificate === undefined ? {} : { 'x5t#S256': thumbprintOf(certificate, key) }),
    })
    .setJti(randomUUID())
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + lastsSeconds)
    .sign(key);
}

/** By which Microsoft's server finds the certificate (learn.microsoft.com, certificate-credentials). */
function thumbprintOf(text: string, key: KeyObject): string {
  const [, base64 = ''] =
    /-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----/s.exec(text) ?? [];
  let certificate: X509Certificate | null = null;
  try {
    certificate = new X509Certificate(Buffer.from(base64.replaceAll('\\n', ''), 'base64'));
  } catch {
    // What was pasted may be anything.
  }
  const isPair = key.asymmetricKeyType === 'rsa' && certificate?.checkPrivateKey(key);
  if (certificate && isPair) {
    return createHash('sha256').update(certificate.raw).digest('base64url');
  }
  const detail = certificate
    ? 'The certificate is not that of the private key, or the key is not RSA.'
    : 'The certificate cannot be read. It must be PEM (-----BEGIN CERTIFICATE-----).';
  throw new ConnectorError({ kind: 'unauthenticated', detail });
}

/** A prompt takes one line, so what parts the lines of the key may be anything. */
function keyFrom(text: string): KeyObject {
  let key: KeyObject | null = null;
  const [, kind = '', base64 = ''] =
    /-----BEGIN (RSA |)PRIVATE KEY-----(.*)-----END \1PRIVATE KEY-----/s.exec(text) ?? [];
  const der = Buffer.from(base64.replaceAll('\\n', ''), 'base64');
  try {
    key = createPrivateKey({ key: der, format: 'der', type: kind === '' ? 'pkcs8' : 'pkcs1' });
  } catch {
    // Its words may hold parts of the key.
  }
  const { namedCurve } = key?.asymmetricKeyDetails ?? {};
  if (key && (key.asymmetricKeyType === 'rsa' || namedCurve === 'prime256v1')) return key;
  const detail =
    'The private key cannot be read. It must be PEM (-----BEGIN PRIVATE KEY-----), RSA or P-256.';
  throw new ConnectorError({ kind: 'unauthenticated', detail });
}
