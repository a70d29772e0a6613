import { findSecrets, needlesFor } from './secret-search.ts';

/**
 * Takes secrets out of what is kept or shown: failure details, and the HTTP exchanges that
 * become evidence. Pure. Done before anything is hashed, since what is recorded stays.
 */

/** What stands where a secret stood. */
const removed = '[redacted]';

/** One request and its answer, as evidence keeps it. A body is text or JSON. */
export interface HttpExchange {
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: unknown;
  };
  /** Null when no answer came. */
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: unknown;
  } | null;
  /** RFC 3339, UTC. */
  readonly started_at: string;
  readonly ms: number;
}

/** Headers that carry credentials everywhere; a connector adds its own. */
const secretHeaders = [
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'x-api-key',
] as const;

/** Free text, such as the words of a failure. Redact before cutting it short. */
export function redactText(text: string, secrets: Iterable<string>): string {
  return redactor(secrets)(text);
}

/** Anything that survives JSON, in depth: texts, numbers and the names of fields. */
export function redactJson(value: unknown, secrets: Iterable<string>): unknown {
  return inDepth(value, redactor(secrets));
}

/** An exchange without its secret headers and without any secret elsewhere. */
export function redactExchange(
  exchange: HttpExchange,
  secrets: Iterable<string>,
  connectorHeaders: readonly string[] = [],
): HttpExchange {
  const redact = redactor(secrets);
  const dropped = new Set<string>(secretHeaders);
  for (const name of connectorHeaders) dropped.add(name.toLowerCase());

  const headers = (all: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      Object.entries(all)
        .filter(([name]) => !dropped.has(name.toLowerCase()))
        .map(([name, value]) => [name, redact(value)]),
    );
  const { request, response } = exchange;
  return {
    ...exchange,
    request: {
      ...request,
      url: redact(request.url),
      headers: headers(request.headers),
      body: inDepth(request.body, redact),
    },
    response: response && {
      ...response,
      headers: headers(response.headers),
      body: inDepth(response.body, redact),
    },
  };
}

function inDepth(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === 'string') return redact(value);
  if (typeof value === 'number') {
    const text = redact(String(value));
    return text === String(value) ? value : text;
  }
  if (Array.isArray(value)) return value.map((item) => inDepth(item, redact));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [redact(name), inDepth(item, redact)]),
  );
}

function redactor(secrets: Iterable<string>): (text: string) => string {
  const needles = needlesFor(secrets);
  return (text) => {
    let kept = '';
    let from = 0;
    for (const [start, end] of findSecrets(text, needles)) {
      kept += text.slice(from, start) + removed;
      from = end;
    }
    return kept + text.slice(from);
  };
}
