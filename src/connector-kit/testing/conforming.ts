import { ConnectorError } from '#core/failure.ts';
import {
  type ApiSpec,
  isNode,
  listIn,
  mediaOf,
  namesIn,
  type Operation,
  operationsIn,
  serverPath,
} from './document-operations.ts';
import { documentShapes } from './document-shape.ts';

export type { ApiSpec };

export interface ConformingOptions {
  /** What stands before every path. Default: the path of the document's first server. */
  readonly prefix?: string;
}

/**
 * Wraps a fake so that neither side can drift from the vendor's document: the
 * connector may send only requests that exist there, within the scopes it
 * declares, and the fake may give only answers of the documented shape.
 *
 * `declaredScopes` is null where the connection signs in without scopes. A breach surfaces
 * as a ConnectorError of kind `unexpected`, which the kit's HTTP client passes on unchanged.
 */
export function conforming(
  fetch: typeof globalThis.fetch,
  spec: ApiSpec,
  declaredScopes: readonly string[] | null,
  options: ConformingOptions = {},
): typeof globalThis.fetch {
  const { resolve, problem } = documentShapes(spec);
  const prefix = (options.prefix ?? serverPath(spec)).replace(/\/$/, '');
  const operations = operationsIn(spec, resolve);

  return async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    const asked = `${request.method} ${url.pathname}`;

    const path = url.pathname.startsWith(prefix) ? url.pathname.slice(prefix.length) : '';
    const operation = operations.find(
      ({ method, pattern }) => method === request.method && pattern.test(path),
    );
    if (!operation) throw breach(`${asked} is not in the vendor's API`);

    checkScopes(operation, asked);
    checkParameters(operation, asked, path, url, request.headers);
    await checkBody(operation, asked, request.clone());

    const response = await fetch(request);
    await checkAnswer(operation, asked, response.clone());
    return response;
  };

  function checkScopes({ node }: Operation, asked: string): void {
    if (declaredScopes === null) return;
    const security = listIn(node['security'] ?? spec.security).filter(isNode);
    // Each way to sign in names its scopes; ways without scopes say nothing about ours.
    const ways = security
      .map((way) => Object.values(way).flatMap((scopes) => listIn(scopes).map(String)))
      .filter((scopes) => scopes.length > 0);
    const allowed = ways.some((scopes) => scopes.every((it) => declaredScopes.includes(it)));
    if (ways.length > 0 && !allowed) {
      const wanted = ways.map((scopes) => scopes.join(' and ')).join(', or ');
      throw breach(`${asked} needs a scope that is not declared: ${wanted}`);
    }
  }

  function checkParameters(
    operation: Operation,
    asked: string,
    path: string,
    url: URL,
    headers: Headers,
  ): void {
    const inPath = operation.pattern.exec(path)?.groups ?? {};
    const known = (place: string) => operation.parameters.filter((it) => it['in'] === place);
    const ownerOf = (name: string) =>
      known('query').find((it) => it['name'] === name || it['name'] === name.replace(/\[.*$/, ''));

    for (const [i, name] of namesIn(operation.path).entries()) {
      const schema = known('path').find((it) => it['name'] === name)?.['schema'];
      const value = decodeURIComponent(inPath[`p${i}`] ?? '');
      const bad = schema === undefined ? null : problemWithText(schema, [value]);
      if (bad) throw breach(`${asked}: path parameter ${name} ${bad}`);
    }
    for (const name of new Set(url.searchParams.keys())) {
      const parameter = ownerOf(name);
      if (!parameter) throw breach(`${asked} has no query parameter "${name}"`);
      if (parameter['style'] === 'deepObject') continue;
      const values = url.searchParams.getAll(name);
      const bad = problemWithText(parameter['schema'] ?? {}, values);
      if (bad) throw breach(`${asked}: query parameter ${name} ${bad}`);
    }
    const sent = [...url.searchParams.keys()].map(ownerOf);
    for (const parameter of operation.parameters) {
      if (parameter['required'] !== true) continue;
      const name = String(parameter['name']);
      const isMissing =
        (parameter['in'] === 'query' && !sent.includes(parameter)) ||
        (parameter['in'] === 'header' && !headers.has(name));
      if (isMissing) throw breach(`${asked} lacks the ${String(parameter['in'])} "${name}"`);
    }
  }

  /** Text on the wire may mean a number, a boolean or a list; one reading must fit. */
  function problemWithText(schema: unknown, texts: readonly string[]): string | null {
    const lists = texts.length > 1 ? [texts] : [texts, texts[0]!.split(',')];
    const readings = [
      ...(texts.length === 1 ? readingsOf(texts[0]!) : []),
      ...lists,
      ...lists.map((list) => list.map((text) => readingsOf(text).at(-1))),
    ];
    const problems = readings.map((reading) => problem(schema, reading));
    return problems.includes(null) ? null : `is "${texts.join('", "')}" (${problems[0]})`;
  }

  async function checkBody({ node }: Operation, asked: string, request: Request): Promise<void> {
    const text = await request.text();
    const expected = node['requestBody'] === undefined ? null : resolve(node['requestBody']);
    if (text === '') {
      if (expected?.['required'] === true) throw breach(`${asked} lacks its body`);
      return;
    }
    if (!expected) throw breach(`${asked} takes no body`);
    const type = request.headers.get('content-type');
    const media = mediaOf(expected['content'], type);
    if (!media) throw breach(`${asked} does not take ${type}`);
    if (media['schema'] === undefined) return;
    const body = /json/.test(type ?? '')
      ? readJson(text, asked)
      : /x-www-form-urlencoded/.test(type ?? '')
        ? Object.fromEntries(new URLSearchParams(text))
        : text;
    const bad = problem(media['schema'], body);
    if (bad) throw breach(`${asked}: the body does not fit the document at ${bad}`);
  }

  async function checkAnswer({ node }: Operation, asked: string, answer: Response): Promise<void> {
    const responses = resolve(node['responses']);
    const { status } = answer;
    // Read in any case: until this copy is, nobody can cancel the other one.
    const text = await answer.text();
    const documented =
      responses[status] ?? responses[`${String(status)[0]}XX`] ?? responses['default'];
    if (documented === undefined) {
      if (status >= 400) return; // any server may fail in a way its document leaves out
      throw breach(`${asked}: the fake answers ${status}, which the document does not know`);
    }
    const content = resolve(documented)['content'];
    const media = mediaOf(content, 'application/json');
    if (media?.['schema'] === undefined || (text === '' && status >= 400)) return;
    const bad = problem(media['schema'], readJson(text, asked));
    if (bad) throw breach(`${asked}: the fake's answer ${status} is off the document at ${bad}`);
  }
}

const breach = (detail: string) => new ConnectorError({ kind: 'unexpected', detail });

function readingsOf(text: string): unknown[] {
  const readings: unknown[] = [text];
  if (/^-?\d+(\.\d+)?$/.test(text)) readings.push(Number(text));
  if (text === 'true' || text === 'false') readings.push(text === 'true');
  return readings;
}

function readJson(text: string, asked: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw breach(`${asked}: not JSON, but the document says so: ${text.slice(0, 80)}`);
  }
}
