import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { Refusal, wrongContentType } from './problems.ts';

export const usualBodyBytes = 1024 * 1024;

/** Refuses larger bodies; without a length it reads no further than this, and keeps no more. */
export function limitBody(maximumBytes: number): MiddlewareHandler {
  return bodyLimit({
    maxSize: maximumBytes,
    onError: () => {
      const megabytes = maximumBytes / 1024 / 1024;
      throw new Refusal('too-large', `At most ${megabytes} MB are taken here.`);
    },
  });
}

/** The bytes of a body that is no JSON. Throws unless it is of one of the types wanted. */
export async function rawBody(c: Context, types: readonly string[]): Promise<Uint8Array> {
  const [type = ''] = (c.req.header('content-type') ?? '').split(';');
  if (!types.includes(type.trim().toLowerCase())) throw wrongContentType(types[0]);
  return new Uint8Array(await c.req.arrayBuffer());
}
