import { z } from 'zod';
import type { AnyConnector } from '../contract.ts';

/** The values of fields that the settings call secret, wherever they stand. */
export function secretsIn(connector: AnyConnector, settings: unknown): readonly string[] {
  const schema = z.toJSONSchema(connector.settings, { io: 'input', unrepresentable: 'any' });
  return values(schema, settings);
}

function values(schema: unknown, value: unknown): readonly string[] {
  if (!isObject(schema)) return [];
  if (schema['secret'] === true) return typeof value === 'string' ? [value] : [];
  const branches = ['anyOf', 'oneOf', 'allOf'].flatMap((key) => listOf(schema[key]));
  const inBranches = branches.flatMap((branch) => values(branch, value));
  if (Array.isArray(value)) {
    return [...inBranches, ...value.flatMap((it) => values(schema['items'], it))];
  }
  if (!isObject(value) || !isObject(schema['properties'])) return inBranches;
  const properties = Object.entries(schema['properties']);
  return [...inBranches, ...properties.flatMap(([name, it]) => values(it, value[name]))];
}

const isObject = (it: unknown): it is Readonly<Record<string, unknown>> =>
  typeof it === 'object' && it !== null && !Array.isArray(it);
const listOf = (it: unknown): readonly unknown[] => (Array.isArray(it) ? it : []);
