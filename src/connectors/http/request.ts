import { z } from 'zod';
import { ConnectorError } from '#core/failure.ts';
import { FailureRule } from './failures.ts';
import { Json } from './pointer.ts';

const Path = z
  .string()
  .regex(/^\//, 'A path starts with "/" and is added to the address.')
  .regex(/^[^?#\\\s\p{Cc}]*$/u, 'A path has no blanks, no "?" and no "#"; put values into `query`.')
  .refine((it) => !it.split('/').some(isDots), 'A path has no "." or ".." between slashes.')
  .refine((it) => !it.includes('//'), 'A path has no "//".')
  .refine((it) => !/[{}]/.test(it.replaceAll(placeholder, '')), 'A path has no other braces.');

const Texts = z.record(
  z.string().min(1),
  z.union([z.string(), z.number(), z.boolean()], { error: 'Expected a text or a number.' }),
);

export const requestShape = {
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
  path: Path.meta({ title: 'Path', description: 'For example /users/{account.id}' }),
  query: Texts.optional(),
  /** Sent as JSON. A text that is nothing but a placeholder becomes the value itself. */
  json: Json.optional(),
  /** Sent as application/x-www-form-urlencoded. */
  form: Texts.optional(),
  /** `ignored`: only the status counts. Default `json`: an answer must be empty or JSON. */
  answer: z.enum(['json', 'ignored']).optional(),
  /** Answers to this request that mean failure, looked at before those of the whole description. */
  failures: z.array(FailureRule).min(1).optional(),
};

export function checkBody(
  it: { method: string; json?: unknown; form?: unknown },
  ctx: z.RefinementCtx,
): void {
  const refuse = (field: string, message: string) =>
    ctx.addIssue({ code: 'custom', path: [field], message });
  if (it.json !== undefined && it.form !== undefined) {
    refuse('form', 'A request has one body: leave out `json` or `form`.');
  }
  if (it.method === 'GET' && it.json !== undefined) refuse('json', 'GET has no body: use `query`.');
  if (it.method === 'GET' && it.form !== undefined) refuse('form', 'GET has no body: use `query`.');
}

/** One call, described as data. */
export const Request = z.strictObject(requestShape).superRefine(checkBody);
export type Request = z.infer<typeof Request>;

/** What the placeholders of one request stand for, by name: `account.id`, `before.role`, … */
export type Values = Readonly<Record<string, Json>>;

export interface Filled {
  readonly method: Request['method'];
  /** Path with query, to be added to the address. */
  readonly target: string;
  readonly json: Json | undefined;
  readonly form: URLSearchParams | undefined;
}

const placeholder = /\{([\w.]+)\}/g;

/** Every text of a request that may hold placeholders, with its place in the description. */
export function* textsOf(request: Request): Iterable<[path: (string | number)[], text: string]> {
  yield [['path'], request.path];
  for (const part of ['query', 'json', 'form'] as const) yield* strings([part], request[part]);
}

function* strings(
  path: (string | number)[],
  value: unknown,
): Iterable<[path: (string | number)[], text: string]> {
  if (typeof value === 'string') yield [path, value];
  if (Array.isArray(value)) {
    for (const [i, it] of value.entries()) yield* strings([...path, i], it);
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, it] of Object.entries(value)) yield* strings([...path, name], it);
  }
}

export const placeholdersIn = (text: string): string[] =>
  [...text.matchAll(placeholder)].map(([, name = '']) => name);

export const uses = (request: Request, name: string): boolean =>
  [...textsOf(request)].some(([, text]) => placeholdersIn(text).includes(name));

/**
 * Puts values in the place of placeholders, so that no value can ever be read as anything but
 * a value: percent-encoded in paths, queries and forms, by structure in JSON. Each text is
 * filled once; a value that looks like a placeholder stays as it is.
 */
export function fill(request: Request, values: Values): Filled {
  const text = (template: string | number | boolean) =>
    String(template).replaceAll(placeholder, (_, name: string) => textOf(name, values[name]));
  const pairs = (it: Request['form']) =>
    new URLSearchParams(Object.entries(it ?? {}).map(([name, value]) => [name, text(value)]));

  const path = request.path.replaceAll(placeholder, (_, name: string) =>
    encodeURIComponent(present(name, textOf(name, values[name]))),
  );
  for (const segment of path.split('/')) {
    // Percent-encoding does not help here: browsers and servers resolve %2e%2e as well.
    if (isDots(segment)) throw refused(`"${segment}" cannot be a part of the path ${request.path}`);
  }
  for (const value of Object.values(request.query ?? {})) {
    for (const name of placeholdersIn(String(value))) present(name, textOf(name, values[name]));
  }
  const query = request.query ? `?${pairs(request.query)}` : '';

  return {
    method: request.method,
    target: `${path}${query}`,
    json: request.json === undefined ? undefined : fillJson(request.json, values, text),
    form: request.form === undefined ? undefined : pairs(request.form),
  };
}

function fillJson(template: Json, values: Values, text: (template: string) => string): Json {
  if (typeof template === 'string') {
    const [, alone] = /^\{([\w.]+)\}$/.exec(template) ?? [];
    return alone === undefined ? text(template) : known(alone, values[alone]);
  }
  if (Array.isArray(template)) return template.map((it) => fillJson(it, values, text));
  if (typeof template !== 'object' || template === null) return template;
  const filled = Object.entries(template).map(([name, it]) => [name, fillJson(it, values, text)]);
  return Object.fromEntries(filled);
}

function textOf(name: string, value: Json | undefined): string {
  const it = known(name, value);
  if (typeof it === 'object') throw refused(`{${name}} is no single value`);
  const text = String(it);
  if (!text.isWellFormed()) throw refused(`{${name}} is no readable text`);
  return text;
}

function known(name: string, value: Json | undefined): Json {
  if (value === undefined) throw refused(`there is no {${name}} to put into the request`);
  return value;
}

/** An empty value would turn one account's path into everybody's. */
function present(name: string, text: string): string {
  if (text.trim() === '') throw refused(`{${name}} is empty`);
  return text;
}

function isDots(segment: string): boolean {
  return /^(\.|%2e){1,2}$/i.test(segment);
}

const refused = (because: string) =>
  new ConnectorError({ kind: 'rejected', detail: `Nothing was sent: ${because}.` });
