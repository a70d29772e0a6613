import type { X509Certificate } from 'node:crypto';
import { Agent, request } from 'undici';
import { randomBytes } from '#store/random.ts';
import { sha256 } from './hash.ts';
import { BadTimeStamp, checkTimeStamp, type TimeStamp, timeStampQuery } from './time-stamp.ts';

/** Somebody outside who states when they saw something (RFC 3161). */
export interface Authority {
  /** Stands in files and in the record. */
  readonly name: string;
  readonly url: string;
  /** What its certificates have to lead to. */
  readonly roots: readonly X509Certificate[];
  /** What it may leave out in between. */
  readonly others: readonly X509Certificate[];
}

/** A time stamp as it came, and what it says. */
export interface Received extends TimeStamp {
  /** The whole answer, byte for byte. */
  readonly tsr: Buffer;
}

/** An answer has a few kilobytes, most of it certificates. */
const longestReplyBytes = 256 * 1024;
const replyType = 'application/timestamp-reply';

/**
 * Asks an authority for a time stamp over `data`, of which it sees nothing but the hash, and checks
 * what it answers. Throws a BadTimeStamp.
 */
export async function askForTimeStamp(
  { url, roots, others }: Authority,
  data: Uint8Array,
  signal: AbortSignal,
): Promise<Received> {
  const bytes = randomBytes(8);
  bytes[0] = (bytes[0]! & 0x7f) | 0x40; // a positive number of eight bytes
  const tsr = await post(url, timeStampQuery(sha256(data), bytes), signal);
  return { ...checkTimeStamp(tsr, { data, nonce: bytes.readBigUInt64BE(), roots, others }), tsr };
}

async function post(url: string, query: Buffer, signal: AbortSignal): Promise<Buffer> {
  // For one question an hour; nothing stays open in between.
  const dispatcher = new Agent({ maxResponseSize: longestReplyBytes, pipelining: 0 });
  try {
    const { statusCode, headers, body } = await request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/timestamp-query', accept: replyType },
      body: query,
      signal,
      dispatcher, // follows no redirect
    });
    const type = String(headers['content-type'] ?? '')
      .split(';')[0]!
      .trim()
      .toLowerCase();
    if (statusCode !== 200 || type !== replyType) {
      throw new BadTimeStamp(`came as ${type || 'nothing'} with status ${statusCode}`);
    }
    return Buffer.from(await body.arrayBuffer());
  } catch (cause) {
    if (cause instanceof BadTimeStamp) throw cause;
    throw new BadTimeStamp(`did not come: ${reasonOf(cause)}`, { cause });
  } finally {
    await dispatcher.destroy();
  }
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  if (cause.name === 'TimeoutError') return 'no answer in time';
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
}
