import type { Context } from 'hono';
import { Refusal, wrongContentType } from './problems.ts';

/** What no form of another site can send, so that a browser asks us before it does. */
const acceptedTypes = [
  'application/json',
  'application/yaml',
  'application/x-yaml',
  'text/yaml',
  'application/octet-stream',
  'text/csv',
];

/**
 * What a browser sends of itself, cookies above all, counts only when one of our own pages made it send it: by what
 * the browser says of that page, and by a kind of content that forms do not have. Reading needs neither.
 */
export function demandOwnPage(c: Context, publicUrl: string): void {
  if (c.req.method === 'GET' || c.req.method === 'HEAD') return;
  const site = c.req.header('sec-fetch-site');
  const isOwn =
    site === undefined
      ? c.req.header('origin') === new URL(publicUrl).origin
      : site === 'same-origin';
  if (!isOwn) {
    throw new Refusal(
      'not-allowed',
      'This was not sent by a page of Gatehouse. Programs come with a key instead of a session.',
    );
  }
  const [type = ''] = (c.req.header('content-type') ?? '').split(';');
  if (!acceptedTypes.includes(type.trim().toLowerCase())) throw wrongContentType();
}
