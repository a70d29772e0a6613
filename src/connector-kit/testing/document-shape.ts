import { z } from 'zod';
import { type ApiSpec, isNode, listIn, type Node } from './document-operations.ts';

const nodesIn = (value: unknown): readonly Node[] => listIn(value).filter(isNode);

const refPrefix = '#/components/schemas/';

/** By document: a trial wraps thousands of fakes in the same one. */
const known = new WeakMap<ApiSpec, ReturnType<typeof shapesOf>>();

/**
 * Judges values by the schemas of one OpenAPI document (3.0 or 3.1).
 *
 * `problem` returns a sentence about the first thing that is off, or null. It is stricter than the
 * document in one point: a property the document never names is refused, unless the document
 * says `additionalProperties`. Vendors leave their schemas open, so a misspelt name would pass.
 */
export function documentShapes(spec: ApiSpec): ReturnType<typeof shapesOf> {
  const shapes = known.get(spec) ?? shapesOf(spec);
  known.set(spec, shapes);
  return shapes;
}

function shapesOf(spec: ApiSpec) {
  const document: Node = { ...spec };
  const components = isNode(document['components']) ? document['components'] : {};
  const schemas = isNode(components['schemas']) ? components['schemas'] : {};
  const is30 = String(document['openapi'] ?? '3.0').startsWith('3.0');
  const definitions = Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [name, prepared(schema, is30)]),
  );
  const judges = new Map<unknown, z.ZodType>();

  function judge(schema: unknown): z.ZodType {
    const known = judges.get(schema);
    if (known) return known;
    const root = { allOf: [prepared(schema, is30)], definitions, $defs: definitions };
    const made = z.fromJSONSchema(root as Parameters<typeof z.fromJSONSchema>[0], {
      defaultTarget: is30 ? 'openapi-3.0' : 'draft-2020-12',
      registry: z.registry(), // or the ids of one document would collide with another's
    });
    judges.set(schema, made);
    return made;
  }

  /** Follows `$ref` to any component of this document. */
  function resolve(value: unknown): Node {
    if (!isNode(value)) return {};
    const ref = value['$ref'];
    if (typeof ref !== 'string') return value;
    let found: unknown = document;
    for (const part of ref.replace(/^#\//, '').split('/')) {
      const key = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
      found = isNode(found) ? found[key] : undefined;
    }
    if (!isNode(found)) throw new Error(`The document refers to ${ref}, which it does not hold.`);
    return resolve(found);
  }

  /** The schema itself and everything it is composed of. */
  function parts(schema: unknown, seen = new Set<unknown>()): readonly Node[] {
    const node = resolve(schema);
    if (seen.has(node)) return [];
    seen.add(node);
    const composed = ['allOf', 'anyOf', 'oneOf'].flatMap((key) => nodesIn(node[key]));
    return [node, ...composed.flatMap((part) => parts(part, seen))];
  }

  /** The path of the first property that the document never names. */
  function stranger(schema: unknown, value: unknown, at: string): string | null {
    const all = parts(schema);
    if (Array.isArray(value)) {
      const items = { anyOf: all.map((part) => part['items']).filter(isNode) };
      for (const [i, item] of value.entries()) {
        const found = items.anyOf.length > 0 ? stranger(items, item, `${at}/${i}`) : null;
        if (found) return found;
      }
      return null;
    }
    if (!isNode(value)) return null;

    const named = all.map((part) => part['properties']).filter(isNode);
    const isOpen =
      named.length === 0 ||
      all.some((part) => part['additionalProperties'] || part['patternProperties']);
    for (const [key, inner] of Object.entries(value)) {
      const known = { anyOf: named.map((properties) => properties[key]).filter(isNode) };
      if (known.anyOf.length === 0 && !isOpen) return `${at}/${key}`;
      const found = known.anyOf.length > 0 ? stranger(known, inner, `${at}/${key}`) : null;
      if (found) return found;
    }
    return null;
  }

  function problem(schema: unknown, value: unknown): string | null {
    const judged = judge(schema).safeParse(value);
    if (!judged.success) {
      const { path, message } = judged.error.issues[0]!;
      return `/${path.join('/')}: ${message}`;
    }
    const unnamed = stranger(schema, value, '');
    return unnamed === null ? null : `${unnamed}: the document names no such property`;
  }

  return { resolve, problem };
}

/** Says a schema in the words that zod's converter understands, without becoming laxer. */
function prepared(schema: unknown, is30: boolean): unknown {
  if (Array.isArray(schema)) return schema.map((item) => prepared(item, is30));
  if (!isNode(schema)) return schema;
  const ref = schema['$ref'];
  if (typeof ref === 'string') {
    if (!ref.startsWith(refPrefix)) throw new Error(`Cannot follow ${ref} inside a schema.`);
    const home = is30 ? 'definitions' : '$defs';
    return { $ref: `#/${home}/${ref.slice(refPrefix.length)}` };
  }
  const out: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'properties' && isNode(value)) {
      out[key] = Object.fromEntries(
        Object.entries(value).map(([name, inner]) => [name, prepared(inner, is30)]),
      );
    } else if (key === 'oneOf' || key === 'anyOf') {
      // Vendors write oneOf for alternatives that overlap.
      out['anyOf'] = [...nodesIn(out['anyOf']), ...nodesIn(value).map((it) => prepared(it, is30))];
    } else if (key === 'enum' || key === 'const' || key === 'required' || key === 'type') {
      out[key] = value;
    } else if (keptKeywords.has(key)) {
      out[key] = prepared(value, is30);
    }
  }
  if (out['type'] === undefined && (isNode(out['properties']) || out['required'])) {
    out['type'] = 'object'; // or the converter would let anything pass
  }
  return out;
}

// Left out on purpose: `default` (it would excuse a missing property), names and examples.
const keptKeywords = new Set([
  ...['allOf', 'items', 'additionalProperties', 'patternProperties', 'propertyNames', 'nullable'],
  ...['minLength', 'maxLength', 'pattern', 'format', 'minimum', 'maximum', 'multipleOf'],
  ...['minItems', 'maxItems', 'uniqueItems', 'minProperties', 'maxProperties'],
]);
