import { createHash } from 'node:crypto';
import { AwsV4Signer } from 'aws4fetch';
import type { MirrorStore } from './mirror.ts';

/** How a bucket of Amazon S3, or of a store that speaks the same, is reached. */
export interface BucketAccess {
  /** Without the bucket, and without a slash at the end. */
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Complete tiles and checkpoints cannot be deleted for so long; null: they can. */
  readonly lock: BucketLock | null;
}

export interface BucketLock {
  readonly mode: 'compliance' | 'governance';
  readonly days: number;
}

export interface BucketPlace {
  readonly bucket: string;
  /** Empty, or with a slash at the end. */
  readonly prefix: string;
}

/** The outside world, handed in. */
export interface BucketIo {
  readonly fetch: typeof globalThis.fetch;
  readonly now: () => Date;
}

const dayMs = 24 * 3_600_000;
const requestMs = 30_000;
const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();

/** A mirror in a bucket, path-style, each request signed (AWS Signature Version 4). */
export function mirrorBucket(
  { bucket, prefix }: BucketPlace,
  { endpoint, region, accessKeyId, secretAccessKey, lock }: BucketAccess,
  io: BucketIo,
): MirrorStore {
  async function send(
    method: string,
    name: string,
    headers: Readonly<Record<string, string>> = {},
    body?: Uint8Array<ArrayBuffer>,
  ): Promise<Response> {
    return sendTo(method, name, `${endpoint}/${bucket}/${prefix}${name}`, headers, body);
  }

  async function sendTo(
    method: string,
    name: string,
    url: string,
    headers: Readonly<Record<string, string>> = {},
    body?: Uint8Array<ArrayBuffer>,
  ): Promise<Response> {
    const signer = new AwsV4Signer({
      method,
      url,
      headers: {
        ...headers,
        'x-amz-content-sha256': digest(body ?? new Uint8Array()).toString('hex'),
      },
      ...(body ? { body } : {}),
      ...{ accessKeyId, secretAccessKey, region, service: 's3' },
      datetime: io
        .now()
        .toISOString()
        .replaceAll(/[:-]|\.\d{3}/g, ''),
    });
    const signed = await signer.sign();
    const answer = await io.fetch(signed.url, {
      method,
      headers: signed.headers,
      ...(body ? { body } : {}),
      redirect: 'manual',
      signal: AbortSignal.timeout(requestMs),
    });
    if (answer.ok || answer.status === 404 || answer.status === 412) return answer;
    const said = /<Code>([^<]{1,100})<\/Code>/.exec(await answer.text().catch(() => ''))?.[1];
    throw new Error(`${method} ${name} answered ${answer.status}${said ? ` ${said}` : ''}.`);
  }

  async function read(name: string): Promise<Buffer | null> {
    const answer = await send('GET', name);
    const bytes = Buffer.from(await answer.arrayBuffer());
    if (answer.status !== 404) return bytes;
    if (bytes.includes('NoSuchBucket')) throw new Error(`There is no bucket ${bucket}.`);
    return null;
  }

  /** The names in a folder, a thousand at a time (ListObjectsV2). */
  async function list(folder: string): Promise<readonly string[]> {
    const inside = `${prefix}${folder}/`;
    const names: string[] = [];
    let next: string | undefined;
    do {
      const query = new URLSearchParams({ 'list-type': '2', delimiter: '/', prefix: inside });
      if (next !== undefined) query.set('continuation-token', next);
      const answer = await sendTo('GET', `${folder}/`, `${endpoint}/${bucket}?${query}`);
      const text = await answer.text();
      if (answer.status === 404) throw new Error(`There is no bucket ${bucket}.`);
      const keys = [...text.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) => key);
      names.push(...keys.map((key) => plain(key).slice(inside.length)));
      next = plainIn(text, 'NextContinuationToken');
    } while (next !== undefined);
    return names;
  }

  /** What is replaced all the time is not kept for years; what is complete and what was signed is. */
  const lockOf = (name: string, how: 'once' | 'anew'): Readonly<Record<string, string>> => {
    if (!lock || (how === 'anew' && !/\/(checkpoint|checkpoints\/\d+)$/.test(name))) return {};
    return {
      'x-amz-object-lock-mode': lock.mode.toUpperCase(),
      'x-amz-object-lock-retain-until-date': new Date(
        io.now().getTime() + lock.days * dayMs,
      ).toISOString(),
    };
  };

  return {
    place: `s3://${bucket}/${prefix}`,
    comesFirst: false,
    read,
    list,
    async write(name, bytes, how) {
      const headers = {
        'content-type': 'application/octet-stream',
        'x-amz-sdk-checksum-algorithm': 'SHA256',
        'x-amz-checksum-sha256': digest(bytes).toString('base64'),
        ...(how === 'once' ? { 'if-none-match': '*' } : {}),
        ...lockOf(name, how),
      };
      const answer = await send('PUT', name, headers, new Uint8Array(bytes));
      await answer.body?.cancel();
      if (answer.status === 404) throw new Error(`There is no bucket ${bucket}.`);
      if (answer.status !== 412) return true;
      return (await read(name))?.equals(bytes) ?? false;
    },
    async settle() {}, // a bucket says yes only once it has stored for good
    async remove(name) {
      await (await send('DELETE', name)).body?.cancel();
    },
  };
}

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

const plain = (xml: string): string =>
  xml.replaceAll(/&(\w+);/g, (whole, name: string) => entities[name] ?? whole);

function plainIn(xml: string, element: string): string | undefined {
  const found = new RegExp(`<${element}>([^<]*)</${element}>`).exec(xml)?.[1];
  return found === undefined ? undefined : plain(found);
}
