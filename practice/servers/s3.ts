import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { signatureProblem } from '#connector-kit/testing/aws-signature.ts';

export interface FakeS3Options {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly bucket: string;
  /** Whether the bucket was made with object lock. */
  readonly locks?: boolean;
  /** Older stores keep no checksums. */
  readonly keepsChecksums?: boolean;
}

interface Stored {
  bytes: Buffer;
  readonly mode: string | undefined;
  retainUntil: string | undefined;
  readonly contentType: string;
}

const sha256 = (data: Buffer | string) => createHash('sha256').update(data).digest();

/**
 * A server on loopback that does what AWS documents of PutObject, HeadObject, GetObject, DeleteObject,
 * HeadBucket, GetObjectLockConfiguration and ListObjectsV2, checks every signature for itself, and locks.
 */
export async function startFakeS3(options: FakeS3Options) {
  const { bucket, locks = true, keepsChecksums = true } = options;
  const objects = new Map<string, Stored>();
  const puts: string[] = [];
  let failure: { status: number; code: string } | null = null;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const refuse = (status: number, code: string) => {
      response.writeHead(status, { 'content-type': 'application/xml' });
      const xml = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>Refused</Message></Error>`;
      response.end(request.method === 'HEAD' ? undefined : xml);
    };
    if (failure) {
      const { status, code } = failure;
      failure = null;
      return refuse(status, code);
    }
    const wrong = wrongSignature(request, body, options);
    if (wrong) return refuse(403, wrong);
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://s3');
    const [, name, ...rest] = pathname.split('/');
    if (name !== bucket) return refuse(404, 'NoSuchBucket');
    const key = rest.join('/');
    if (searchParams.has('object-lock')) {
      if (!locks) return refuse(404, 'ObjectLockConfigurationNotFoundError');
      response.end(
        '<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>',
      );
      return;
    }
    if (searchParams.get('list-type') === '2') {
      response.end(listing(searchParams));
      return;
    }
    if (key === '') {
      response.end();
      return;
    }
    if (request.method === 'PUT') {
      const refused = refusal(key, request, body);
      if (refused) return refuse(...refused);
      keep(key, request, body);
      response.end();
      return;
    }
    if (request.method === 'DELETE') {
      // A bucket that locks keeps the version behind a marker; by its name there is nothing any more.
      objects.delete(key);
      response.writeHead(204).end();
      return;
    }
    const found = objects.get(key);
    if (!found) return refuse(404, 'NoSuchKey');
    response.writeHead(200, {
      'content-type': found.contentType,
      'content-length': found.bytes.length,
      ...(keepsChecksums && request.headers['x-amz-checksum-mode'] === 'ENABLED'
        ? { 'x-amz-checksum-sha256': sha256(found.bytes).toString('base64') }
        : {}),
      ...(found.mode ? { 'x-amz-object-lock-mode': found.mode } : {}),
      ...(found.retainUntil ? { 'x-amz-object-lock-retain-until-date': found.retainUntil } : {}),
    });
    response.end(request.method === 'HEAD' ? undefined : found.bytes);
  }

  /** As ListObjectsV2 answers, two names at a time so that nobody takes the first page for all. */
  function listing(query: URLSearchParams): string {
    const prefix = query.get('prefix') ?? '';
    const delimiter = query.get('delimiter');
    const all = [...objects.keys()]
      .filter((key) => key.startsWith(prefix))
      .filter((key) => delimiter === null || !key.slice(prefix.length).includes(delimiter))
      .toSorted();
    const from = Number(query.get('continuation-token') ?? 0);
    const page = all.slice(from, from + 2);
    const more = from + 2 < all.length;
    return (
      `<?xml version="1.0"?><ListBucketResult><Name>${bucket}</Name><IsTruncated>${more}</IsTruncated>` +
      page.map((key) => `<Contents><Key>${key}</Key></Contents>`).join('') +
      `${more ? `<NextContinuationToken>${from + 2}</NextContinuationToken>` : ''}</ListBucketResult>`
    );
  }

  /** Why an object is not stored; null: it may be. */
  function refusal(
    key: string,
    { headers }: IncomingMessage,
    body: Buffer,
  ): readonly [status: number, code: string] | null {
    const checksum = headers['x-amz-checksum-sha256'];
    if (checksum && checksum !== sha256(body).toString('base64')) return [400, 'BadDigest'];
    if (headers['if-none-match'] === '*' && objects.has(key)) return [412, 'PreconditionFailed'];
    if (!headers['x-amz-object-lock-mode']) return null;
    if (!locks) return [400, 'InvalidRequest'];
    if (!headers['content-md5'] && !headers['x-amz-sdk-checksum-algorithm'])
      return [400, 'InvalidRequest'];
    const until = Date.parse(String(headers['x-amz-object-lock-retain-until-date']));
    return until > Date.now() ? null : [400, 'InvalidArgument'];
  }

  function keep(key: string, { headers }: IncomingMessage, bytes: Buffer): void {
    const header = (name: string) => headers[name]?.toString();
    puts.push(key);
    objects.set(key, {
      bytes,
      mode: header('x-amz-object-lock-mode'),
      retainUntil: header('x-amz-object-lock-retain-until-date'),
      contentType: header('content-type') ?? '',
    });
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    objects,
    /** Every object that was stored, in its order. */
    puts,
    failNext(status: number, code: string) {
      failure = { status, code };
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** What S3 says of a request that is not signed as it should be. Null: it is right. */
function wrongSignature(
  { method = '', url, headers }: IncomingMessage,
  body: Buffer,
  keys: FakeS3Options,
): string | null {
  if (headers['x-amz-content-sha256'] !== sha256(body).toString('hex'))
    return headers.authorization ? 'XAmzContentSHA256Mismatch' : 'AccessDenied';
  const named = Object.entries(headers).map(([name, it]): [string, string] => [name, String(it)]);
  const signed = { method, url: new URL(url ?? '/', `http://${headers.host}`), body };
  const problem = signatureProblem(
    { ...signed, headers: new Headers(named) },
    { ...keys, service: 's3' },
  );
  return problem && refusals[problem];
}

const refusals = {
  'not signed': 'AccessDenied',
  'another key': 'InvalidAccessKeyId',
  wrong: 'SignatureDoesNotMatch',
} as const;
