import { createHash } from 'node:crypto';
import { AwsV4Signer } from 'aws4fetch';
import type { Io, RecordFile } from '#connector-kit/contract.ts';
import { ConnectorError } from '#core/failure.ts';
import { failureOf } from './failures.ts';
import type { Settings } from './settings.ts';

/** An object as the store shows it. */
export interface StoredObject {
  /** Hex: the store's own checksum, or that of the bytes where it keeps none. */
  readonly sha256: string;
  readonly size: number;
  /** How it is locked: COMPLIANCE or GOVERNANCE; null: not at all. */
  readonly mode: string | null;
  readonly retainUntil: string | null;
}

export type Client = ReturnType<typeof openS3>;

const dayMs = 24 * 60 * 60_000;
const hex = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** A bucket, path-style, each request signed (AWS Signature Version 4). */
export function openS3(settings: Settings, io: Io) {
  const { endpoint, region, bucket, prefix = '', accessKeyId, secretAccessKey } = settings;
  const base = `${endpoint.replace(/\/+$/, '')}/${bucket}`;

  async function send(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>> = {},
    body?: Buffer,
  ): Promise<Response> {
    const signer = new AwsV4Signer({
      method,
      url: `${base}${path}`,
      headers: { ...headers, 'x-amz-content-sha256': hex(body ?? Buffer.of()) },
      ...(body ? { body: new Uint8Array(body) } : {}),
      accessKeyId,
      secretAccessKey,
      service: 's3',
      region,
      datetime: io
        .now()
        .toISOString()
        .replaceAll(/[:-]|\.\d{3}/g, ''),
    });
    const signed = await signer.sign();
    return io.fetch(signed.url, {
      method,
      headers: signed.headers,
      ...(body ? { body: new Uint8Array(body) } : {}),
      redirect: 'manual',
      signal: AbortSignal.timeout(30_000),
    });
  }

  /** Fails unless the store agrees. A name stands for the request, which may hold more than is to be kept. */
  async function demand(response: Response, request: string): Promise<Response> {
    if (response.ok) return response;
    const body = await response.text().catch(() => '');
    throw new ConnectorError(failureOf(response.status, body, request));
  }

  return {
    place: `${bucket}/${prefix}`,

    /** One harmless call: whether the bucket is there, and locks where it has to. */
    async check(): Promise<void> {
      const locks = settings.lock !== 'none';
      const response = locks ? await send('GET', '?object-lock') : await send('HEAD', '');
      const request = locks ? `GET ${bucket}?object-lock` : `HEAD ${bucket}`;
      await (await demand(response, request)).body?.cancel();
    },

    /** Null: there is no such object. */
    async find(name: string): Promise<StoredObject | null> {
      const path = `/${prefix}${name}`;
      const head = await send('HEAD', path, { 'x-amz-checksum-mode': 'ENABLED' });
      if (head.status === 404) return null;
      const { headers } = await demand(head, `HEAD ${name}`);
      const lock = {
        mode: headers.get('x-amz-object-lock-mode'),
        retainUntil: headers.get('x-amz-object-lock-retain-until-date'),
      };
      const checksum = headers.get('x-amz-checksum-sha256');
      if (checksum !== null) {
        const size = Number(headers.get('content-length') ?? 0);
        return { sha256: Buffer.from(checksum, 'base64').toString('hex'), size, ...lock };
      }
      const got = await demand(await send('GET', path), `GET ${name}`);
      const bytes = Buffer.from(await got.arrayBuffer());
      return { sha256: hex(bytes), size: bytes.length, ...lock };
    },

    /** Stores an object that is not there yet, locked from its first moment on. */
    async put({ name, mediaType, bytes, sha256 }: RecordFile): Promise<void> {
      const { lock, retentionDays } = settings;
      const headers = {
        'content-type': mediaType,
        'if-none-match': '*',
        'x-amz-sdk-checksum-algorithm': 'SHA256',
        'x-amz-checksum-sha256': Buffer.from(sha256, 'hex').toString('base64'),
        ...(lock === 'none' || retentionDays === undefined
          ? {}
          : {
              'x-amz-object-lock-mode': lock.toUpperCase(),
              'x-amz-object-lock-retain-until-date': new Date(
                io.now().getTime() + retentionDays * dayMs,
              ).toISOString(),
            }),
      };
      const response = await send('PUT', `/${prefix}${name}`, headers, bytes);
      // Something lies there already: the next look says what.
      if (response.status === 412) await response.body?.cancel();
      else await (await demand(response, `PUT ${name}`)).body?.cancel();
    },
  };
}
