import { mostBulkOperations } from './discovery.ts';
import { badRequest, errorBody, ScimError } from './error.ts';
import { type Answered, type Serving, serve } from './serve.ts';
import { type Attributes, objectIn } from './values.ts';

const requestSchema = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const noQuery = {
  filter: null,
  startIndex: null,
  count: null,
  attributes: [],
  excludedAttributes: [],
};

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly bulkId: string | null;
  readonly version: string | null;
  readonly data: unknown;
}

/**
 * Carries out many requests by one (RFC 7644, 3.7), each by itself: what fails undoes nothing. What names
 * something that is made further down waits for it; names that go round in a circle are refused.
 */
export async function serveBulk(
  to: Serving,
  body: unknown,
  tellFault: (error: unknown) => ScimError,
): Promise<Answered> {
  const { operations, failOnErrors } = bulkIn(body);
  const made = new Map<string, string>();
  const answers: object[] = [];
  let errors = 0;
  let left = operations;
  const names = new Map(operations.map((it) => [it, namesIn([it.data, it.path])]));
  while (left.length > 0 && (failOnErrors === 0 || errors < failOnErrors)) {
    const ahead = new Set(left.map((it) => it.bulkId));
    const isWaiting = (it: Operation) =>
      [...(names.get(it) ?? [])].some(
        (name) => !made.has(name) && name !== it.bulkId && ahead.has(name),
      );
    // Where all wait for each other the first is tried, and fails at what it names.
    const next = left.find((it) => !isWaiting(it)) ?? left[0]!;
    left = left.filter((it) => it !== next);
    const answer = await answerTo(to, next, made, tellFault);
    answers.push(answer);
    if ('response' in answer) errors += 1;
  }
  const schemas = ['urn:ietf:params:scim:api:messages:2.0:BulkResponse'];
  return { status: 200, body: { schemas, Operations: answers }, headers: {} };
}

function bulkIn(body: unknown): { operations: readonly Operation[]; failOnErrors: number } {
  const { schemas, Operations: given, failOnErrors = 0 } = objectIn(body, 'The body');
  if (!Array.isArray(schemas) || !schemas.includes(requestSchema)) {
    throw badRequest('invalidSyntax', `schemas has to name ${requestSchema}.`);
  }
  if (!Array.isArray(given) || given.length === 0) {
    throw badRequest('invalidSyntax', 'Operations is a list of at least one.');
  }
  if (given.length > mostBulkOperations) {
    throw new ScimError(
      413,
      null,
      `At most ${mostBulkOperations} operations (maxOperations) are taken.`,
    );
  }
  const operations = given.map((it): Operation => {
    const { method, path, bulkId, version, data } = objectIn(it, 'An operation');
    return {
      method: String(method).toUpperCase(),
      path: String(path),
      bulkId: typeof bulkId === 'string' ? bulkId : null,
      version: typeof version === 'string' ? version : null,
      data,
    };
  });
  return { operations, failOnErrors: Math.max(0, Number(failOnErrors) || 0) };
}

async function answerTo(
  to: Serving,
  it: Operation,
  made: Map<string, string>,
  tellFault: (error: unknown) => ScimError,
) {
  const { method, bulkId } = it;
  const about = { method, ...(bulkId === null ? {} : { bulkId }) };
  try {
    if (!['POST', 'PUT', 'PATCH', 'DELETE'].includes(method)) {
      throw badRequest('invalidSyntax', 'method is POST, PUT, PATCH or DELETE.');
    }
    if (method === 'POST' && bulkId === null) {
      throw badRequest('invalidSyntax', 'What is made needs a bulkId.');
    }
    const path = String(withIds(it.path, made)).replace(/^\//, '').split('/');
    const isRead = path.at(-1) === '.search';
    if (isRead || path[0] === 'Bulk')
      throw badRequest('invalidSyntax', 'This is no part of a bulk.');
    const answer = await serve(to, {
      method,
      path,
      query: noQuery,
      body: withIds(it.data, made),
      ifMatch: it.version,
      ifNoneMatch: null,
    });
    const id = answer.body?.['id'];
    if (bulkId !== null && typeof id === 'string') made.set(bulkId, id);
    const { etag, location } = answer.headers;
    const gone = `${to.base}/${path.join('/')}`;
    return {
      ...about,
      ...(etag ? { version: etag } : {}),
      location: location ?? gone,
      status: String(answer.status),
    };
  } catch (error) {
    const refused = error instanceof ScimError ? error : tellFault(error);
    const location =
      method === 'POST' ? {} : { location: `${to.base}/${it.path.replace(/^\//, '')}` };
    return { ...about, ...location, status: String(refused.status), response: errorBody(refused) };
  }
}

const reference = /bulkId:([^/\s]+)/g;

/** The names of others that something holds, however deep. */
function namesIn(it: unknown): Set<string> {
  const text = JSON.stringify(it) ?? '';
  return new Set([...text.matchAll(/bulkId:([^/\s"\\]+)/g)].map(([, name = '']) => name));
}

/** With the ids in the place of names. Throws where there is none (yet). */
function withIds(it: unknown, made: ReadonlyMap<string, string>): unknown {
  if (typeof it === 'string') {
    return it.replaceAll(reference, (_, name: string) => {
      const id = made.get(name);
      if (id === undefined) {
        throw new ScimError(409, null, `Nothing was made under the bulkId ${name.slice(0, 100)}.`);
      }
      return id;
    });
  }
  if (Array.isArray(it)) return it.map((one) => withIds(one, made));
  if (typeof it !== 'object' || it === null) return it;
  const entries = Object.entries(it as Attributes);
  return Object.fromEntries(entries.map(([name, value]) => [name, withIds(value, made)]));
}
