import type { App } from '#app/app.ts';
import { findResources, type Provider, type Resource, showResource } from '#app/provisioned.ts';
import {
  changeResource,
  createResource,
  deleteResource,
  type Wanted,
  type Written,
} from '#app/provisioning.ts';
import { Refusal } from '../problems.ts';
import { discovered, mostResults, providerConfig } from './discovery.ts';
import { badRequest, ScimError } from './error.ts';
import { isUuid, narrowingOf, testFor } from './filter.ts';
import { readFilter } from './filter-text.ts';
import { patched } from './patch.ts';
import { type ResourceType, resourceTypes } from './schema.ts';
import { addressOf, etagOf, type Projection, projectionOf, shown } from './show.ts';
import { type Attributes, mostMembers, objectIn, readAttributes } from './values.ts';

/** One request of a provider, by itself or within a bulk. */
export interface Asked {
  readonly method: string;
  /** Behind the base address, such as `Users` and an id. */
  readonly path: readonly string[];
  readonly query: Query;
  readonly body: unknown;
  readonly ifMatch: string | null;
  readonly ifNoneMatch: string | null;
}

/** What stands in the query of an address, or in the body of a search. */
export interface Query {
  readonly filter: string | null;
  /** Counts from 1. */
  readonly startIndex: number | null;
  readonly count: number | null;
  readonly attributes: readonly string[];
  readonly excludedAttributes: readonly string[];
}

export interface Answered {
  readonly status: number;
  readonly body: Attributes | null;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Serving {
  readonly app: App;
  readonly provider: Provider;
  /** Where this provider reaches us, without a slash at the end. */
  readonly base: string;
}

/** Answers one request but a bulk (RFC 7644, 3). Throws a ScimError. */
export async function serve(to: Serving, asked: Asked): Promise<Answered> {
  const [first = '', id, ...rest] = asked.path;
  const isSearch = asked.path.at(-1) === '.search';
  const type = resourceTypes.find((it) => it.endpoint === first);
  if (rest.length > 0) throw nothingHere();
  if (!type) return discover(to, asked, first, id);
  if (id === undefined) {
    if (asked.method === 'GET') return search(to, type, asked.query);
    if (asked.method === 'POST') return create(to, type, asked);
    throw notAllowed('GET, POST');
  }
  if (isSearch) {
    if (asked.method !== 'POST') throw notAllowed('POST');
    return search(to, type, queryInBody(asked.body));
  }
  if (!isUuid(id)) throw noSuch(id);
  switch (asked.method) {
    case 'GET':
      return read(to, type, id, asked);
    case 'PUT':
    case 'PATCH':
      return change(to, type, id, asked);
    case 'DELETE':
      return remove(to, type, id, asked);
    default:
      throw notAllowed('GET, PUT, PATCH, DELETE');
  }
}

const nothingHere = () => new ScimError(404, null, 'There is nothing at this address.');
const noSuch = (id: string) =>
  new ScimError(404, null, `There is no resource ${id.slice(0, 100)}.`);
export const notAllowed = (allow: string) =>
  new Refusal('wrong-method', `Here there is only ${allow}.`, { allow });

function discover(
  { base }: Serving,
  { method, query }: Asked,
  first: string,
  id: string | undefined,
): Answered {
  if (first === 'Me') throw new ScimError(501, null, 'A token here belongs to nobody.');
  const all = Object.hasOwn(discovered, first) ? discovered[first]?.(base) : undefined;
  if (!all && (first !== 'ServiceProviderConfig' || id !== undefined)) throw nothingHere();
  if (method !== 'GET') throw notAllowed('GET');
  // RFC 7644, 4: so that nobody takes a part for the whole.
  if (query.filter !== null) throw new ScimError(403, null, 'This cannot be filtered.');
  if (!all) return ok(providerConfig(base));
  if (id === undefined) return ok(listed(all.length, 1, all));
  const found = all.find((it) => it.id.toLowerCase() === id.toLowerCase());
  if (!found) throw noSuch(id);
  return ok({ ...found });
}

const ok = (body: Attributes, headers: Answered['headers'] = {}): Answered => ({
  status: 200,
  body,
  headers,
});

const listed = (totalResults: number, startIndex: number, resources: readonly object[]) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
  totalResults,
  startIndex,
  itemsPerPage: resources.length,
  Resources: resources,
});

async function search(to: Serving, type: ResourceType, query: Query): Promise<Answered> {
  const project = projectionOf(type, query.attributes, query.excludedAttributes);
  const startIndex = Math.max(1, query.startIndex ?? 1);
  const limit = Math.min(mostResults, Math.max(0, query.count ?? 100));
  const filter = query.filter === null ? null : readFilter(query.filter);
  const test = filter && testFor(type, filter);
  const { total, page } = await findResources(to.app, to.provider, {
    kind: type.name,
    ...(filter ? { narrowing: narrowingOf(type, filter) } : {}),
    test: test && ((it) => test(shown(to.base, it))),
    skip: startIndex - 1,
    limit,
  });
  return ok(
    listed(
      total,
      startIndex,
      page.map((it) => project(shown(to.base, it))),
    ),
  );
}

async function read(
  to: Serving,
  type: ResourceType,
  id: string,
  { query, ifNoneMatch }: Asked,
): Promise<Answered> {
  const project = projectionOf(type, query.attributes, query.excludedAttributes);
  const found = await showResource(to.app, to.provider, { kind: type.name, id });
  if (!found) throw noSuch(id);
  const isKnown = ifNoneMatch !== null && isAmong(ifNoneMatch, etagOf(found));
  if (isKnown) return { status: 304, body: null, headers: { etag: etagOf(found) } };
  return answerWith(to, 200, found, project);
}

async function create(to: Serving, type: ResourceType, { body, query }: Asked): Promise<Answered> {
  const project = projectionOf(type, query.attributes, query.excludedAttributes);
  const wanted = wantedBy(type, readAttributes(type, body), { active: true });
  const written = await createResource(to.app, to.provider, type.name, wanted);
  return answerWith(to, 201, resourceIn(written, 'new'), project);
}

async function change(
  to: Serving,
  type: ResourceType,
  id: string,
  { method, body, query, ifMatch }: Asked,
): Promise<Answered> {
  const project = projectionOf(type, query.attributes, query.excludedAttributes);
  const given = method === 'PUT' ? readAttributes(type, body) : null;
  const written = await changeResource(
    to.app,
    to.provider,
    { kind: type.name, id, fits: fitting(ifMatch, id) },
    (now) => {
      const after = given ?? patched(type, asWritten(now), body);
      // What a provider leaves out neither ends an account nor opens it.
      return wantedBy(type, after, { active: now.active });
    },
  );
  return answerWith(to, 200, resourceIn(written, id), project);
}

async function remove(
  to: Serving,
  type: ResourceType,
  id: string,
  { ifMatch }: Asked,
): Promise<Answered> {
  const fits = fitting(ifMatch, id);
  const outcome = await deleteResource(to.app, to.provider, { kind: type.name, id, fits });
  if (outcome === 'missing') throw noSuch(id);
  if (outcome === 'moved') throw moved();
  return { status: 204, body: null, headers: {} };
}

/** As a provider would have written it. */
const asWritten = ({ kind, attributes, members }: Resource): Attributes =>
  kind === 'Group' && members.length > 0
    ? { ...attributes, members: members.map((it) => ({ value: it.id })) }
    : attributes;

function wantedBy(
  type: ResourceType,
  { members, ...attributes }: Attributes,
  unsaid: { active: boolean },
): Wanted {
  if (type.name === 'User') return { attributes: { ...unsaid, ...attributes }, members: null };
  const ids = ((members ?? []) as { value?: string }[]).map((it) => String(it.value).toLowerCase());
  const foreign = ids.find((it) => !isUuid(it));
  if (foreign !== undefined) {
    throw badRequest(
      'invalidValue',
      `members: there is no user or group ${foreign.slice(0, 100)}.`,
    );
  }
  const unique = [...new Set(ids)];
  if (unique.length > mostMembers) {
    throw badRequest('invalidValue', `A group takes at most ${mostMembers} members.`);
  }
  return { attributes, members: unique };
}

function resourceIn(written: Written, id: string): Resource {
  switch (written.kind) {
    case 'written':
      return written.resource;
    case 'missing':
      throw noSuch(id);
    case 'moved':
      throw moved();
    case 'taken':
      throw new ScimError(409, 'uniqueness', 'There is another user with this userName.');
    case 'unfit':
      throw badRequest('invalidValue', written.because);
  }
}

const moved = () => new ScimError(412, null, 'It has changed since that version was read.');

/** `If-Match`: a change is for the version that was read. */
const fitting =
  (ifMatch: string | null, id: string) =>
  (version: number): boolean =>
    ifMatch === null || isAmong(ifMatch, etagOf({ id, version }));

/** Tags are weak, and compared as such. */
const isAmong = (tags: string, etag: string): boolean =>
  tags
    .split(',')
    .some((it) => it.trim() === '*' || it.trim().replace(/^W\//, '') === etag.slice(2));

function answerWith(
  { base }: Serving,
  status: 200 | 201,
  resource: Resource,
  project: Projection,
): Answered {
  const headers = { location: addressOf(base, resource), etag: etagOf(resource) };
  return { status, body: project(shown(base, resource)), headers };
}

const searchSchema = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';

function queryInBody(body: unknown): Query {
  const given = objectIn(body, 'The body');
  const { schemas } = given;
  if (!Array.isArray(schemas) || !schemas.includes(searchSchema)) {
    throw badRequest('invalidSyntax', `schemas has to name ${searchSchema}.`);
  }
  const names = (it: unknown) =>
    (Array.isArray(it) ? it : it === undefined ? [] : [it]).map(String);
  return queryFrom({
    filter: given['filter'] === undefined ? null : String(given['filter']),
    startIndex: given['startIndex'] === undefined ? null : String(given['startIndex']),
    count: given['count'] === undefined ? null : String(given['count']),
    attributes: names(given['attributes']),
    excludedAttributes: names(given['excludedAttributes']),
  });
}

/** Numbers come as text in an address. */
export function queryFrom(
  it: Omit<Query, 'startIndex' | 'count'> & { startIndex: string | null; count: string | null },
): Query {
  const number = (name: string, text: string | null): number | null => {
    if (text === null) return null;
    if (!/^-?\d{1,9}$/.test(text)) throw badRequest('invalidValue', `${name} is a whole number.`);
    return Number(text);
  };
  return {
    ...it,
    startIndex: number('startIndex', it.startIndex),
    count: number('count', it.count),
  };
}
