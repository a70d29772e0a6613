import { createHash, createHmac } from 'node:crypto';

export interface SignedRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: Uint8Array | string;
}

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** As AWS calls it in a signature: `s3`, `iam`. */
  readonly service: string;
}

const sha256 = (data: Uint8Array | string) => createHash('sha256').update(data).digest('hex');
const hmac = (key: Buffer | string, data: string) =>
  createHmac('sha256', key).update(data).digest();

/** Signature Version 4, reckoned from the request as it came. Null: it is right. */
export function signatureProblem(
  { method, url, headers, body }: SignedRequest,
  { accessKeyId, secretAccessKey, service }: Keys,
): 'not signed' | 'another key' | 'wrong' | null {
  const [, key, day, region, called, signed, signature] =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      headers.get('authorization') ?? '',
    ) ?? [];
  if (!key || !day || !region || called !== service || !signed) return 'not signed';
  if (key !== accessKeyId) return 'another key';
  const names = signed.split(';');
  if (!names.includes('host') || !names.includes('x-amz-date')) return 'not signed';
  const headerOf = (name: string) =>
    name === 'host' ? url.host : (headers.get(name)?.trim() ?? '');
  const canonical = [
    method,
    url.pathname,
    [...url.searchParams]
      .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
      .sort()
      .join('&'),
    ...names.map((name) => `${name}:${headerOf(name)}`),
    '',
    signed,
    sha256(body),
  ].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', headers.get('x-amz-date'), scope, sha256(canonical)].join(
    '\n',
  );
  const signingKey = [region, service, 'aws4_request'].reduce(
    hmac,
    hmac(`AWS4${secretAccessKey}`, day),
  );
  return hmac(signingKey, toSign).toString('hex') === signature ? null : 'wrong';
}
