import { z } from 'zod';
import { ConnectorError } from '#core/failure.ts';

/** Anything a JSON answer can hold. */
export const Json = z.json();
export type Json = z.infer<typeof Json>;

/** What an answer is compared with. */
export const Scalar = z.union([z.string(), z.number(), z.boolean(), z.null()], {
  error: 'Expected a text, a number, true, false or null.',
});
export type Scalar = z.infer<typeof Scalar>;

/** A place in a JSON answer, written as RFC 6901 says. The empty pointer is the whole answer. */
export const Pointer = z
  .string()
  .regex(
    /^(\/([^~/]|~[01])*)*$/,
    'A JSON pointer is empty (the whole answer) or starts with "/", such as /user/status; ' +
      'inside a name, "~" is written "~0" and "/" is written "~1".',
  )
  .meta({ title: 'JSON pointer', description: 'For example /user/status' });

/** What stands at `pointer`, or undefined where the answer has no such place. */
export function valueAt(document: Json, pointer: string): Json | undefined {
  let value: Json | undefined = document;
  for (const step of pointer.split('/').slice(1)) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(value)) {
      // "-" and "01" name no element (RFC 6901, 4).
      value = /^(0|[1-9]\d*)$/.test(name) ? value[Number(name)] : undefined;
    } else if (typeof value === 'object' && value !== null && Object.hasOwn(value, name)) {
      value = value[name];
    } else {
      return undefined;
    }
  }
  return value;
}

/** A text, or a number as text. */
export function textAt(item: Json, at: string, system: string): string {
  const value = required(item, at, system);
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw unexpected(`${system} has no text at "${at}" of an item`);
}

/** What must be there. */
export function required(value: Json, at: string, whose: string): Json {
  const found = valueAt(value, at);
  if (found !== undefined) return found;
  throw unexpected(`${whose} There is nothing at "${at}" of the answer`);
}

export const unexpected = (detail: string) => new ConnectorError({ kind: 'unexpected', detail });
