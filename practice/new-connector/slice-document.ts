import { Problem } from '#app/problem.ts';
import {
  type ApiSpec,
  isNode,
  listIn,
  namesIn,
} from '#connector-kit/testing/document-operations.ts';
import { documentShapes } from '#connector-kit/testing/document-shape.ts';

/** What to keep of a vendor's document. */
export interface Cut {
  /** Such as `GET /api/v1/users/{id}`, spelled as in the document. */
  readonly operations: readonly string[];
  /** Properties to keep beside those that the document requires. */
  readonly properties: readonly string[];
  /** Query parameters to keep beside those that the document requires. */
  readonly query: readonly string[];
  /** Where the document comes from, its version and its licence. */
  readonly source: string;
}

type Node = Readonly<Record<string, unknown>>;

/** Prose, and what says nothing about shapes. */
const prose = new Set([
  ...['description', 'example', 'examples', 'summary', 'tags', 'externalDocs', 'deprecated'],
  ...['title', 'readOnly', 'xml', 'discriminator'],
]);

/**
 * Cuts the part of a vendor's OpenAPI document that a connector uses: its operations with the schemas they need,
 * each with the properties we read or send. What the document requires always stays, so that the slice is as
 * strict as the whole.
 */
export function sliceDocument(document: ApiSpec, cut: Cut): ApiSpec {
  const whole: Node = { ...document };
  const { resolve } = documentShapes(document);
  const wanted = new Set(cut.properties);
  const open: string[] = [];
  const components: Record<string, Record<string, unknown>> = {};

  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of cut.operations) {
    const [method = '', path = ''] = operation.split(' ');
    const item = isNode(whole['paths']) ? whole['paths'][path] : undefined;
    const node = isNode(item) ? item[method.toLowerCase()] : undefined;
    if (!isNode(item) || !isNode(node)) throw noSuch(operation, whole);
    paths[path] = { ...paths[path], [method.toLowerCase()]: operationOf(item, node, path) };
  }
  for (let ref = open.pop(); ref !== undefined; ref = open.pop()) {
    const [, , kind = '', name = ''] = ref.split('/');
    if (components[kind]?.[name] !== undefined) continue;
    components[kind] = { ...components[kind], [name]: pruned(resolve({ $ref: ref })) };
  }
  const info = isNode(whole['info']) ? whole['info'] : {};
  const server = listIn(whole['servers'])[0];
  return {
    openapi: String(whole['openapi'] ?? '3.0.3'),
    ...{
      info: { title: info['title'], version: String(info['version']), description: cut.source },
    },
    ...(server === undefined ? {} : { servers: [pruned(server) as { url: string }] }),
    ...(whole['security'] === undefined ? {} : { security: whole['security'] as object[] }),
    paths,
    components,
  };

  function operationOf(item: Node, node: Node, path: string): Node {
    const given = [...listIn(item['parameters']), ...listIn(node['parameters'])].map(resolve);
    const kept = given.filter(
      (it) =>
        (it['in'] === 'path' && namesIn(path).includes(String(it['name']))) ||
        it['required'] === true ||
        (it['in'] === 'query' && cut.query.includes(String(it['name']))),
    );
    const answers = Object.entries(isNode(node['responses']) ? node['responses'] : {})
      .filter(([status]) => /^2|default/.test(status))
      .map(([status, answer]) => {
        const { headers: _, links: __, ...rest } = resolve(answer);
        return [status, pruned(rest)];
      });
    return {
      operationId: node['operationId'],
      ...(kept.length > 0 ? { parameters: kept.map((it) => pruned(it)) } : {}),
      ...(node['requestBody'] === undefined
        ? {}
        : { requestBody: pruned(resolve(node['requestBody'])) }),
      responses: Object.fromEntries(answers),
      ...(node['security'] === undefined ? {} : { security: node['security'] }),
    };
  }

  /** Without prose, and without properties that nobody asked for. Notes what it refers to. */
  function pruned(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(pruned);
    if (!isNode(value)) return value;
    const ref = value['$ref'];
    if (typeof ref === 'string') {
      open.push(ref);
      return { $ref: ref };
    }
    const kept: [string, unknown][] = [];
    for (const [key, inner] of Object.entries(value)) {
      if (prose.has(key) || key.startsWith('x-')) continue;
      if (key !== 'properties' || !isNode(inner)) kept.push([key, pruned(inner)]);
      else kept.push(...propertiesOf(inner, listIn(value['required'])));
    }
    return Object.fromEntries(kept);
  }

  function propertiesOf(all: Node, required: readonly unknown[]): [string, unknown][] {
    const own = Object.entries(all).filter(([name]) => required.includes(name) || wanted.has(name));
    if (own.length === 0) return [];
    return [['properties', Object.fromEntries(own.map(([name, it]) => [name, pruned(it)]))]];
  }
}

function noSuch(operation: string, whole: Node): Problem {
  const [, path = ''] = operation.split(' ');
  const [, first = ''] = /^(\/[^/]+(?:\/[^/{]+)*)/.exec(path) ?? [];
  const paths = Object.keys(isNode(whole['paths']) ? whole['paths'] : {});
  const near = paths.filter((it) => first !== '' && it.startsWith(first)).slice(0, 5);
  const hint = near.length > 0 ? ` Near it: ${near.join(', ')}.` : '';
  return new Problem('not found', `The document has no “${operation}”.${hint}`);
}
