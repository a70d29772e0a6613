import { z } from 'zod';
import type { Connector } from '#api/contract/connections.ts';

/** One setting of a connector, as its form describes it. */
export interface FormField {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly kind: 'text' | 'secret' | 'yes or no' | 'number' | 'choice' | 'list' | 'other';
  readonly choices: readonly string[];
  readonly required: boolean;
  /** Undefined: there is none. */
  readonly fallback: unknown;
}

const Property = z.looseObject({
  type: z.string().optional(),
  title: z.string().optional(),
  description: z.string().optional(),
  secret: z.boolean().optional(),
  enum: z.array(z.string()).optional(),
  items: z.object({ type: z.string().optional() }).optional(),
  default: z.unknown().optional(),
});
const Form = z.looseObject({
  properties: z.record(z.string(), Property).default({}),
  required: z.array(z.string()).default([]),
});

/** The fields of a connector’s form, in its order. */
export function fieldsOf(connector: Connector): readonly FormField[] {
  const { properties, required } = Form.parse(connector.settings);
  return Object.entries(properties).map(([name, it]) => ({
    name,
    title: it.title ?? name,
    description: it.description ?? '',
    kind: kindOf(it),
    choices: it.enum ?? [],
    required: required.includes(name),
    fallback: it.default,
  }));
}

function kindOf(it: z.output<typeof Property>): FormField['kind'] {
  if (it.secret) return 'secret';
  if (it.enum) return 'choice';
  switch (it.type) {
    case 'string':
      return 'text';
    case 'boolean':
      return 'yes or no';
    case 'integer':
    case 'number':
      return 'number';
    case 'array':
      return it.items?.type === 'string' ? 'list' : 'other';
    default:
      return 'other';
  }
}
