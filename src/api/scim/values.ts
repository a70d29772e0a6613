import { badRequest } from './error.ts';
import { type Attribute, isExtension, named, placeOf, type ResourceType } from './schema.ts';

/** Attributes by their names in the schema; those of the extension stand under its name. */
export type Attributes = Readonly<Record<string, unknown>>;

const longestText = 2_000;
const mostValues = 200;
export const mostMembers = 20_000;

/**
 * Reads the attributes of a resource that is sent as a whole. Names of any case become those of the schema; what
 * the schema does not know, or only we may write, is left out (RFC 7644, 3.3).
 */
export function readAttributes(type: ResourceType, body: unknown): Attributes {
  const given = objectIn(body, 'The body');
  if (!namesSchema(given, type.schema)) {
    throw badRequest('invalidSyntax', `schemas has to name ${type.schema}.`);
  }
  const read: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    if (isExtension(type, name)) {
      const extension = readParts(type.extension!.attributes, value, name);
      if (extension !== undefined) read[type.extension!.schema] = extension;
      continue;
    }
    const place = placeOf(type, name);
    if (!place || place.sub || !isOurs(place.attribute)) continue;
    const made = readValue(place.attribute, value);
    if (made !== undefined) read[place.attribute.name] = made;
  }
  demandRequired(type, read);
  return read;
}

/** `schemas` of a body, whatever its case. */
function namesSchema(given: object, schema: string): boolean {
  const [, schemas] =
    Object.entries(given).find(([name]) => name.toLowerCase() === 'schemas') ?? [];
  const wanted = schema.toLowerCase();
  return Array.isArray(schemas) && schemas.some((it) => String(it).toLowerCase() === wanted);
}

export function demandRequired(type: ResourceType, attributes: Attributes): void {
  const missing = type.attributes.find((it) => it.required && attributes[it.name] === undefined);
  if (missing) throw badRequest('invalidValue', `${missing.name} is required.`);
}

/** What is for a provider to write, and for us to keep. */
const isOurs = ({ mutability }: Attribute): boolean =>
  mutability !== 'readOnly' && mutability !== 'writeOnly';

/**
 * Reads the value of one attribute, forgiving where providers are sloppy: text for yes and no, one value where
 * several may stand. Undefined: it has none, which blank text, null and an empty list mean too.
 */
export function readValue(attribute: Attribute, value: unknown): unknown {
  if (!attribute.multiValued) return readSingle(attribute, value);
  const given = Array.isArray(value) ? value : [value];
  const most = attribute.name === 'members' ? mostMembers : mostValues;
  if (given.length > most) {
    throw badRequest('invalidValue', `${attribute.name} takes at most ${most} values.`);
  }
  const read = given.map((it) => readSingle(attribute, it)).filter((it) => it !== undefined);
  return read.length === 0 ? undefined : onlyOnePrimary(read);
}

function readSingle(attribute: Attribute, value: unknown): unknown {
  const { name, type } = attribute;
  if (value === null || value === undefined || value === '') return undefined;
  switch (type) {
    case 'complex':
      // A plain value stands for its part of that name, such as the id of a manager.
      return readParts(
        attribute.subAttributes,
        typeof value === 'object' ? value : { value },
        name,
      );
    case 'boolean': {
      if (typeof value === 'boolean') return value;
      const word = String(value).toLowerCase();
      if (word === 'true' || word === 'false') return word === 'true';
      throw badRequest('invalidValue', `${name} is true or false.`);
    }
    default: {
      if (typeof value === 'number') return String(value);
      if (typeof value !== 'string') throw badRequest('invalidValue', `${name} is text.`);
      // NUL and halves of characters cannot be kept.
      if (value.length > longestText || value.includes('\0') || !value.isWellFormed()) {
        throw badRequest('invalidValue', `${name} is text of at most ${longestText} characters.`);
      }
      return value.trim() === '' ? undefined : value;
    }
  }
}

function readParts(attributes: readonly Attribute[], value: unknown, name: string): unknown {
  const read: Record<string, unknown> = {};
  for (const [key, given] of Object.entries(objectIn(value, name))) {
    const attribute = named(attributes, key);
    if (!attribute || !isOurs(attribute)) continue;
    const made = readValue(attribute, given);
    if (made !== undefined) read[attribute.name] = made;
  }
  return Object.keys(read).length === 0 ? undefined : read;
}

/** Of several that say so, the last is the primary one (RFC 7643, 2.4). */
export function onlyOnePrimary(values: readonly unknown[]): readonly unknown[] {
  const isPrimary = (it: unknown) =>
    typeof it === 'object' && it !== null && Reflect.get(it, 'primary') === true;
  const last = values.findLastIndex(isPrimary);
  return values.map((it, i) =>
    isPrimary(it) && i !== last ? { ...(it as object), primary: false } : it,
  );
}

export function objectIn(value: unknown, what: string): Attributes {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Attributes;
  throw badRequest('invalidSyntax', `${what} has to be an object.`);
}
