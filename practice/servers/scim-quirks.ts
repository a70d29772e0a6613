import type { Request } from 'express';
import { equalityIn } from './scim-query.ts';

/** Where real SCIM servers differ from the standard, and from one another. */
export interface ScimQuirks {
  /** What `active: false` does. */
  readonly deactivation: 'suspends' | 'deletes';
  /** `refused` answers 400, `ignored` as if no filter were there, `blind` finds nobody ever. */
  readonly filters: 'work' | 'refused' | 'ignored' | 'blind';
  readonly patch: boolean;
  readonly delete: boolean;
  /** `text` shows "true" for true, and refuses a real boolean. */
  readonly booleans: 'json' | 'text';
  /** Accepts only `Add`, `Remove`, `Replace`. */
  readonly capitalisedOperations: boolean;
  readonly showsGroupsOfUsers: boolean;
  readonly showsMembersOfGroups: boolean;
  /** The most that one page holds, whatever is asked for. */
  readonly pageLimit: number;
}

/** A server without quirks. */
export const straight: ScimQuirks = {
  deactivation: 'suspends',
  filters: 'work',
  patch: true,
  delete: true,
  booleans: 'json',
  capitalisedOperations: false,
  showsGroupsOfUsers: true,
  showsMembersOfGroups: true,
  pageLimit: 200,
};

interface Refusal {
  readonly status: 400 | 501;
  readonly scimType: string;
  readonly detail: string;
}

/** What an odd server would not take, and how it says so. */
export function refusalOf(quirks: ScimQuirks, request: Request): Refusal | null {
  const { method, body, query } = request;
  if (!quirks.patch && method === 'PATCH') return notThere('PATCH');
  if (!quirks.delete && method === 'DELETE') return notThere('DELETE');
  if (quirks.filters === 'refused' && query['filter'] !== undefined) {
    return { status: 400, scimType: 'invalidFilter', detail: 'Filters are not supported' };
  }
  const operations: { op?: string }[] = body?.Operations ?? [];
  if (quirks.capitalisedOperations && operations.some((it) => !/^[A-Z]/.test(it.op ?? ''))) {
    return { status: 400, scimType: 'invalidSyntax', detail: 'The operation is not known' };
  }
  if (quirks.booleans === 'text' && hasBooleanActive(body)) {
    return { status: 400, scimType: 'invalidValue', detail: 'active must be a string' };
  }
  return null;
}

const notThere = (method: string): Refusal => ({
  status: 501,
  scimType: '',
  detail: `${method} is not supported`,
});

const hasBooleanActive = (body: unknown) =>
  /"active":(true|false)|"path":"active","value":(true|false)/.test(JSON.stringify(body) ?? '');

/** The query as scimmy should see it: plain comparisons are ours, so it gets none of them. */
export function queryFor(quirks: ScimQuirks, request: Request): Request['query'] {
  const { filter, ...rest } = request.query;
  if (!/\/(Users|Groups)\/?$/.test(request.path)) return request.query;
  const count = Math.min(quirks.pageLimit, Number(rest['count'] ?? 20));
  const keepsFilter = quirks.filters !== 'ignored' && filter !== undefined && !equalityIn(filter);
  return { ...rest, count: String(count), ...(keepsFilter ? { filter } : {}) };
}

/** The body as scimmy should see it: it knows no booleans written as text. */
export function bodyFor(quirks: ScimQuirks, body: unknown): unknown {
  if (quirks.booleans === 'json' || body === undefined) return body;
  return JSON.parse(JSON.stringify(body), (_, value: unknown) =>
    typeof value === 'string' && /^(true|false)$/i.test(value)
      ? value.toLowerCase() === 'true'
      : value,
  );
}

/** What scimmy answers, as this server would show it. */
export function showing(quirks: ScimQuirks, path: string, answer: unknown): unknown {
  const shown = JSON.parse(JSON.stringify(answer), (key, value: unknown) => {
    if (key === 'active' && quirks.booleans === 'text') return String(value);
    if (key === 'groups' && !quirks.showsGroupsOfUsers) return undefined;
    if (key === 'members' && !quirks.showsMembersOfGroups) return undefined;
    return value;
  });
  if (path.endsWith('/ServiceProviderConfig') && shown.patch) {
    shown.patch.supported = quirks.patch;
    shown.filter.supported = quirks.filters === 'work';
  }
  return shown;
}
