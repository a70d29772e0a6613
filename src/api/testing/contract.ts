import assert from 'node:assert/strict';
import { z } from 'zod';

type Schema = Parameters<typeof z.fromJSONSchema>[0];

const Content = z.record(z.string(), z.object({ schema: z.unknown() }));
const Document = z.object({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({ responses: z.record(z.string(), z.object({ content: Content.optional() })) }),
    ),
  ),
  components: z.object({ schemas: z.record(z.string(), z.unknown()) }),
});

interface Server {
  request(path: string): Response | Promise<Response>;
}

/** Holds answers to what `/openapi.json` promises: its statuses, each in its shape. */
export async function contractOf(
  api: Server,
): Promise<(method: string, path: string, response: Response) => Promise<void>> {
  const text = await (await api.request('/openapi.json')).text();
  const { paths, components } = Document.parse(
    JSON.parse(text.replaceAll('#/components/schemas/', '#/$defs/')),
  );
  const shapes = new Map<unknown, z.ZodType>();
  const shapeOf = (schema: unknown): z.ZodType => {
    let shape = shapes.get(schema);
    if (!shape) {
      shape = z.fromJSONSchema({ ...Object(schema), $defs: components.schemas } as Schema);
      shapes.set(schema, shape);
    }
    return shape;
  };
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { responses }]) => ({
      method: method.toUpperCase(),
      // An address without a parameter stands before one with.
      rank: path.split('{').length,
      pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
      responses,
    })),
  );
  operations.sort((a, b) => a.rank - b.rank);

  return async (method, path, response) => {
    const found = operations.find((it) => it.method === method && it.pattern.test(path));
    if (!found) return;
    const promised = found.responses[response.status] ?? found.responses['default'];
    assert.ok(promised, `${method} ${path} may not answer ${response.status}`);
    const [type = ''] = (response.headers.get('content-type') ?? '').split(';');
    const content = promised.content?.[type];
    if (!promised.content) return assert.equal(await response.text(), '');
    assert.ok(content, `${method} ${path} may not answer ${response.status} as ${type}`);
    if (!type.endsWith('json')) return;
    const parsed = shapeOf(content.schema).safeParse(await response.json());
    assert.ok(
      parsed.success,
      `${method} ${path}: ${parsed.error && z.prettifyError(parsed.error)}`,
    );
  };
}
