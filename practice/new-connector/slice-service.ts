import { Problem } from '#app/problem.ts';
import type { Cut } from './slice-document.ts';

type Node = Readonly<Record<string, unknown>>;
interface Shape extends Node {
  readonly required?: readonly string[];
  readonly members?: Readonly<Record<string, Node>>;
}

/** A service description as AWS gives it out with its own libraries (`service-2.json`). */
export interface ServiceDescription {
  readonly metadata: Node;
  readonly operations: Readonly<Record<string, Node>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}

export const isServiceDescription = (document: object): document is ServiceDescription =>
  'metadata' in document && 'operations' in document && 'shapes' in document;

/**
 * Cuts the part of a service description that a connector uses: its operations with the shapes they need. What a
 * shape requires always stays, so that the slice is as strict as the whole.
 */
export function sliceService(
  { metadata, operations, shapes }: ServiceDescription,
  { operations: wanted, properties, source }: Pick<Cut, 'operations' | 'properties' | 'source'>,
): ServiceDescription {
  const kept: Record<string, Shape> = {};
  const found = wanted.map((name) => {
    const operation = operations[name];
    if (!operation) throw new Problem('not found', `The description has no operation ${name}.`);
    return [name, withoutProse(operation) as Node] as const;
  });
  const open = found.flatMap(([, operation]) => shapesIn(operation));
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (kept[name]) continue;
    const shape = pruned(withoutProse(shapes[name] ?? {}) as Shape, properties);
    kept[name] = shape;
    open.push(...shapesIn(shape));
  }
  const byName = Object.entries(kept).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    metadata: { ...metadata, source },
    operations: Object.fromEntries(found),
    shapes: Object.fromEntries(byName),
  };
}

function pruned(shape: Shape, properties: readonly string[]): Shape {
  const { members, required = [] } = shape;
  if (!members) return shape;
  const stays = ([name]: [string, unknown]) => required.includes(name) || properties.includes(name);
  return { ...shape, members: Object.fromEntries(Object.entries(members).filter(stays)) };
}

/** The names of shapes that something refers to, at any depth. */
function shapesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, it]) =>
    name === 'shape' && typeof it === 'string' ? [it] : shapesIn(it),
  );
}

/** Prose is text; a member may well be called so too, and is no text. */
function withoutProse(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutProse);
  if (typeof value !== 'object' || value === null) return value;
  const rest = Object.entries(value).filter(
    ([name, it]) => !/^documentation(Url)?$/.test(name) || typeof it !== 'string',
  );
  return Object.fromEntries(rest.map(([name, it]) => [name, withoutProse(it)]));
}
