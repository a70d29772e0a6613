/** The slice we use of the OpenAPI document that a vendor publishes (3.0 or 3.1). */
export interface ApiSpec {
  readonly openapi?: string;
  readonly servers?: readonly { readonly url: string }[];
  readonly security?: readonly object[];
  readonly paths: object;
  readonly webhooks?: object;
  readonly components?: object;
}

/** One operation of the document, with its own parameters and those of its path. */
export interface Operation {
  readonly method: string;
  readonly pattern: RegExp;
  readonly path: string;
  readonly parameters: readonly Node[];
  readonly node: Node;
}

export type Node = Readonly<Record<string, unknown>>;

export const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const listIn = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const methods = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options'];

/** The media type that was sent, or for JSON any of its dialects (`application/scim+json`). */
export function mediaOf(content: unknown, type: string | null): Node | null {
  if (!isNode(content)) return null;
  const bare = (type ?? '').split(';')[0]!.trim().toLowerCase();
  const isJson = (name: string) => /[/+]json$/.test(name);
  const named = Object.entries(content).find(([name]) => name.toLowerCase() === bare);
  const kin = Object.entries(content).find(
    ([name]) => name === '*/*' || (isJson(bare) && isJson(name)),
  );
  const found = (named ?? kin)?.[1];
  return isNode(found) ? found : null;
}

/** The names in braces of a path template, in their order. */
export const namesIn = (path: string) =>
  [...path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1]!);

/** By document: a trial wraps thousands of fakes in the same one. */
const known = new WeakMap<ApiSpec, readonly Operation[]>();

/** Every operation, the most literal path first: `/employees/changed` before `/employees/{id}`. */
export function operationsIn(
  spec: ApiSpec,
  resolve: (value: unknown) => Node,
): readonly Operation[] {
  const operations = known.get(spec) ?? listed(spec, resolve);
  known.set(spec, operations);
  return operations;
}

function listed(spec: ApiSpec, resolve: (value: unknown) => Node): readonly Operation[] {
  const found = Object.entries(spec.paths).flatMap(([path, item]) => {
    let i = 0;
    const literal = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
    const source = path
      .split(/(\{[^}]+\})/)
      .map((part) => (part.startsWith('{') ? `(?<p${i++}>[^/]+)` : literal(part)))
      .join('');
    const shared = listIn(resolve(item)['parameters']);
    return methods.flatMap((method): Operation[] => {
      const node = resolve(item)[method];
      if (!isNode(node)) return [];
      const own = listIn(node['parameters']).map(resolve);
      const inherited = shared
        .map(resolve)
        .filter((it) => !own.some((o) => o['name'] === it['name'] && o['in'] === it['in']));
      return [
        {
          method: method.toUpperCase(),
          pattern: new RegExp(`^${source}$`),
          path,
          parameters: [...own, ...inherited],
          node,
        },
      ];
    });
  });
  return found.toSorted((a, b) => namesIn(a.path).length - namesIn(b.path).length);
}

/** `https://graph.microsoft.com/v1.0` → `/v1.0`. Variables stand in host names. */
export function serverPath(spec: ApiSpec): string {
  const url = spec.servers?.[0]?.url.replaceAll(/\{[^}]*\}/g, 'x') ?? '';
  return URL.canParse(url) ? new URL(url).pathname : url.startsWith('/') ? url : '';
}
