import type { Context, MiddlewareHandler } from 'hono';
import { Problem } from '#app/problem.ts';
import { Refusal, wrongContentType } from './problems.ts';

export const usualBodyBytes = 1024 * 1024;

/**
 * Refuses larger bodies. One that does not say its length is read no further than this, and
 * handed on as it was. (Hono’s own limit needs the global `Request` to be replaced.)
 */
export function limitBody(maximumBytes: number): MiddlewareHandler {
  return async (c, next) => {
    const announced = c.req.header('content-length');
    if (Number(announced ?? 0) > maximumBytes) throw tooLarge(maximumBytes);
    const { body, url, method } = c.req.raw;
    if (body !== null && announced === undefined) {
      const bytes = await readUpTo(maximumBytes, body);
      c.req.raw = new Request(url, { method, headers: c.req.header(), body: bytes });
    }
    await next();
  };
}

async function readUpTo(
  maximumBytes: number,
  body: ReadableStream<Uint8Array>,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maximumBytes) throw tooLarge(maximumBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const tooLarge = (maximumBytes: number) =>
  new Refusal('too-large', `At most ${maximumBytes / 1024 / 1024} MB are taken here.`);

/** The bytes of a body that is no JSON. Throws unless it is of one of the types wanted. */
export async function rawBody(c: Context, types: readonly string[]): Promise<Uint8Array> {
  const [type = ''] = (c.req.header('content-type') ?? '').split(';');
  if (!types.includes(type.trim().toLowerCase())) throw wrongContentType(types[0]);
  return new Uint8Array(await c.req.arrayBuffer());
}

/** {@link rawBody} as text. `what` is a document, as people call it. */
export async function utf8Body(
  c: Context,
  types: readonly string[],
  what: string,
): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await rawBody(c, types));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new Problem('not readable', `${what} is not UTF-8 text. Save it as UTF-8.`);
  }
}
