import { createHash } from 'node:crypto';
import type { Answer, Client, Page } from './client.ts';
import type { Listing, Paging } from './description.ts';
import { type Json, required, unexpected, valueAt } from './pointer.ts';
import type { Request, Values } from './request.ts';

const mostPages = 10_000;

/**
 * Every item of a list, page by page. A list that cannot be whole ends in an error, however far it came: pages that
 * come again, a next page elsewhere, fewer items than the system says that it has.
 */
export async function* itemsOf(
  client: Client,
  { request, items, paging }: Listing,
  values: Values,
): AsyncIterable<Json> {
  const known = new Set<string>();
  const isNew = (what: string) => {
    const digest = createHash('sha256').update(what).digest('base64');
    return known.size < known.add(digest).size;
  };
  let asked: Asked | null = { request, values, page: firstPage(paging) };
  let seen = 0;
  for (let count = 1; asked !== null; count += 1) {
    if (count > mostPages) throw unexpected(`${request.path} has more than ${mostPages} pages`);
    const answer = await client.ask(asked.request, asked.values, asked.page);
    const found = itemsIn(answer, items);
    if (found.length > 0 && !isNew(JSON.stringify(found))) {
      throw unexpected(
        `${answer.summary} The same page comes again: is the paging described right?`,
      );
    }
    seen += found.length;
    yield* found;

    const next = nextPage(paging, answer, { count, seen, isEmpty: found.length === 0 });
    if (next !== null && !isNew(JSON.stringify(next))) {
      throw unexpected(`${answer.summary} It names a next page that was read already`);
    }
    asked = next && turned(paging, { request, values }, next);
  }
}

interface Asked {
  readonly request: Request;
  readonly values: Values;
  readonly page: Page | undefined;
}

/** How the next page is known: by its address, by what it is asked with, or by a cursor alone. */
type Next = Page | { readonly cursor: string };

/** The request for the next page. */
function turned(paging: Paging, { request, values }: Omit<Asked, 'page'>, next: Next): Asked {
  if (!('cursor' in next)) return { request, values, page: next };
  const { cursor } = next;
  if (paging.kind !== 'cursor' || !paging.next) throw new Error('only a cursor has a next request');
  return { request: paging.next, values: { ...values, cursor }, page: undefined };
}

function itemsIn({ body, summary }: Answer, at: string): Json[] {
  const found = required(body ?? null, at, summary);
  if (Array.isArray(found)) return found;
  // A search that answers with the one account, or with null.
  if (typeof found === 'object') return found === null ? [] : [found];
  throw unexpected(`${summary} There is no list at "${at}"`);
}

function firstPage(paging: Paging): Page | undefined {
  if (paging.kind === 'page') return { query: { [paging.parameter]: String(paging.first ?? 1) } };
  return paging.kind === 'offset' ? { query: { [paging.parameter]: '0' } } : undefined;
}

interface Progress {
  readonly count: number;
  readonly seen: number;
  readonly isEmpty: boolean;
}

/** Null: that was the last page. Throws where the list cannot be whole. */
function nextPage(paging: Paging, answer: Answer, progress: Progress): Next | null {
  const more = paging.kind === 'none' || paging.kind === 'link' ? null : moreIn(paging, answer);
  const total = totalIn(paging, answer);
  const { seen } = progress;
  const next = nextBy(paging, answer, progress, more ?? (total === null ? null : seen < total));
  if (next === null && more === true) {
    throw unexpected(`${answer.summary} It says that there is more, and not where`);
  }
  if (next === null && total !== null && seen < total) {
    throw unexpected(`${answer.summary} The list ends after ${seen} of ${total} items`);
  }
  return next;
}

/** What the answer says about whether there is more; null: it says nothing. */
function moreIn({ more }: { readonly more?: string | undefined }, answer: Answer): boolean | null {
  if (more === undefined) return null;
  const said = valueAt(answer.body ?? null, more);
  if (typeof said === 'boolean') return said;
  throw unexpected(`${answer.summary} There is no true or false at "${more}"`);
}

function totalIn({ total }: Paging, answer: Answer): number | null {
  if (total === undefined) return null;
  const said = valueAt(answer.body ?? null, total);
  if (typeof said === 'number') return said;
  throw unexpected(`${answer.summary} There is no number of items at "${total}"`);
}

function nextBy(
  paging: Paging,
  answer: Answer,
  { count, seen, isEmpty }: Progress,
  more: boolean | null,
): Next | null {
  switch (paging.kind) {
    case 'none':
      // What nobody described is not a reason to read half of a list.
      if (linkIn(answer) === null) return null;
      throw unexpected(`${answer.summary} There is a next page, and no paging is described`);
    case 'link': {
      const link = linkIn(answer, paging.with);
      return link === null ? null : { url: addressIn(link, answer) };
    }
    case 'cursor': {
      const cursor = valueAt(answer.body ?? null, paging.at) ?? '';
      // Some hand out a cursor for what may come later.
      if (cursor === '' || more === false) return null;
      if (typeof cursor === 'object') {
        throw unexpected(`${answer.summary} There is no cursor at "${paging.at}"`);
      }
      if (paging.next) return { cursor: String(cursor) };
      const { parameter } = paging;
      if (parameter === undefined) return { url: addressIn(String(cursor), answer) };
      return { query: { [parameter]: String(cursor) } };
    }
    case 'page':
      if (more === false || isEmpty) return null;
      return { query: { [paging.parameter]: String((paging.first ?? 1) + count) } };
    case 'offset':
      if (more === false || isEmpty) return null;
      return { query: { [paging.parameter]: String(seen) } };
  }
}

/** The address of the next page in the header `Link` (RFC 8288); null: there is none. */
function linkIn({ headers }: Answer, mustHave = ''): string | null {
  const links = headers.get('link') ?? '';
  for (const [, address = '', parameters = ''] of links.matchAll(
    /<([^>]*)>((?:"[^"]*"|[^,"])*)/g,
  )) {
    if (/;\s*rel\s*=\s*("[^"]*\bnext\b[^"]*"|next\b)/i.test(parameters)) {
      return parameters.includes(mustHave) ? address : null;
    }
  }
  return null;
}

function addressIn(link: string, { url, summary }: Answer): string {
  if (URL.canParse(link, url)) return new URL(link, url).href;
  throw unexpected(`${summary} The next page has no readable address`);
}
