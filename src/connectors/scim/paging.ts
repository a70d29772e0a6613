import type { z } from 'zod';
import type { Http } from '#connector-kit/http.ts';
import { ConnectorError } from '#core/failure.ts';
import { listOf } from './resources.ts';

/** What many servers allow at most; those that allow less send less. */
const pageSize = 100;

/**
 * Everything that a list or a search answers, page by page to the end (RFC 7644, 3.4.2.4).
 *
 * The first page is never taken for the whole: a full page is followed by another question,
 * whatever the total says, and a list that stops short of its total is an error.
 */
export async function* allOf<T extends { readonly id: string }>(
  http: Http,
  path: string,
  shape: z.ZodType<T>,
  filter: string | null = null,
): AsyncIterable<T> {
  const seen = new Set<string>();
  let received = 0;
  let total = 0;

  for (;;) {
    const page = await pageOf(http, path, shape, { filter, startIndex: received + 1 });
    if (page.totalResults < total && seen.size < total) {
      // What follows has moved up, so that somebody may be on no page at all.
      throw new ConnectorError({
        kind: 'unavailable',
        detail: `GET ${path}: the list became shorter while it was read; it must be read again`,
      });
    }
    total = page.totalResults;
    received += page.Resources.length;

    const before = seen.size;
    for (const it of page.Resources) {
      if (seen.has(it.id)) continue;
      seen.add(it.id);
      yield it;
    }
    if (seen.size >= total && page.Resources.length < pageSize) return;
    if (seen.size > before) continue;
    if (seen.size >= total) return;
    throw new ConnectorError({
      kind: 'unexpected',
      detail: `GET ${path} promised ${total} results and gave ${seen.size}, then no more`,
    });
  }
}

/** One page; `startIndex` counts from 1. */
export async function pageOf<T>(
  http: Http,
  path: string,
  shape: z.ZodType<T>,
  ask: { readonly filter: string | null; readonly startIndex?: number; readonly count?: number },
): Promise<{ totalResults: number; Resources: T[] }> {
  const query = [
    ...(ask.filter === null ? [] : [`filter=${encodeURIComponent(ask.filter)}`]),
    `startIndex=${ask.startIndex ?? 1}`,
    `count=${ask.count ?? pageSize}`,
  ];
  try {
    return await http.get(`${path}?${query.join('&')}`, listOf(shape));
  } catch (cause) {
    if (!(cause instanceof ConnectorError && cause.failure.kind === 'not-found')) throw cause;
    // "No such list" must not read as "no such account".
    throw new ConnectorError(
      {
        kind: 'unexpected',
        detail: `${cause.failure.detail}. There is no SCIM list; check the base address`,
      },
      { cause },
    );
  }
}

/**
 * `path eq "value"`. The value is a JSON string by the grammar (RFC 7644, 3.4.2.2), so nothing
 * in a name can end it early and add to the question.
 */
export const equals = (path: string, value: string) => `${path} eq ${JSON.stringify(value)}`;
