import { createHash } from 'node:crypto';
import type { Resource } from '#app/provisioned.ts';
import { badRequest } from './error.ts';
import { groupType, type Place, placeOf, type ResourceType, userType } from './schema.ts';
import type { Attributes } from './values.ts';

/** Which attributes an answer shows (RFC 7644, 3.9). */
export type Projection = (shown: Attributes) => Attributes;

export const etagOf = ({ id, version }: Pick<Resource, 'id' | 'version'>): string =>
  `W/"${createHash('sha256').update(`${id}:${version}`).digest('base64url').slice(0, 16)}"`;

export const typeOf = (kind: Resource['kind']): ResourceType =>
  kind === 'User' ? userType : groupType;

export const addressOf = (base: string, { kind, id }: { kind: Resource['kind']; id: string }) =>
  `${base}/${typeOf(kind).endpoint}/${id}`;

/** A resource as a provider sees it, with all that we make ourselves. */
export function shown(base: string, it: Resource): Attributes {
  const type = typeOf(it.kind);
  const extension = type.extension?.schema;
  const hasExtension = extension !== undefined && it.attributes[extension] !== undefined;
  const links = (it.kind === 'User' ? it.groups : it.members).map((link) => ({
    value: link.id,
    $ref: addressOf(base, link),
    display: link.display,
    type: it.kind === 'User' ? 'direct' : link.kind,
  }));
  return {
    schemas: [type.schema, ...(hasExtension ? [extension] : [])],
    id: it.id,
    ...it.attributes,
    ...(links.length > 0 ? { [it.kind === 'User' ? 'groups' : 'members']: links } : {}),
    meta: {
      resourceType: it.kind,
      created: it.createdAt.toISOString(),
      lastModified: it.changedAt.toISOString(),
      location: addressOf(base, it),
      version: etagOf(it),
    },
  };
}

/** What `attributes` and `excludedAttributes` ask for. What is always returned is shown all the same. */
export function projectionOf(
  type: ResourceType,
  attributes: readonly string[],
  excluded: readonly string[],
): Projection {
  if (attributes.length > 0 && excluded.length > 0) {
    throw badRequest('invalidValue', 'attributes and excludedAttributes do not go together.');
  }
  // What there is not is not shown, whoever asks for it.
  const places = (attributes.length > 0 ? attributes : excluded).flatMap(
    (path) => placeOf(type, path) ?? schemaAs(type, path),
  );
  if (attributes.length > 0) return (it) => only(it, places);
  return excluded.length > 0 ? (it) => but(it, places) : (it) => it;
}

/** The name of the extension stands for all that is in it. */
function schemaAs(type: ResourceType, path: string): Place[] {
  const extension = type.extension;
  if (extension?.schema.toLowerCase() !== path.toLowerCase()) return [];
  return extension.attributes.map((attribute) => ({
    extension: extension.schema,
    attribute,
    sub: null,
  }));
}

const always = ['schemas', 'id'];

function only(it: Attributes, places: readonly Place[]): Attributes {
  const picked: Record<string, unknown> = {};
  for (const name of always) picked[name] = it[name];
  for (const { extension, attribute, sub } of places) {
    const holder = (extension === null ? it : it[extension]) as Attributes | undefined;
    const value = holder?.[attribute.name];
    if (value === undefined) continue;
    if (extension !== null) picked[extension] = { ...(picked[extension] as object | undefined) };
    const into = extension === null ? picked : (picked[extension] as typeof picked);
    into[attribute.name] = sub ? merged(into[attribute.name], value, sub.name) : value;
  }
  return picked;
}

/** One part of a value, or of each of several, beside those that were picked before. */
function merged(before: unknown, value: unknown, part: string): unknown {
  if (Array.isArray(value)) {
    return value.map((it, i) => merged(Array.isArray(before) ? before[i] : undefined, it, part));
  }
  const found = (value as Attributes)[part];
  return { ...(before as object | undefined), ...(found === undefined ? {} : { [part]: found }) };
}

function but(it: Attributes, places: readonly Place[]): Attributes {
  const left: Record<string, unknown> = structuredClone({ ...it });
  for (const { extension, attribute, sub } of places) {
    const holder = (extension === null ? left : left[extension]) as typeof left | undefined;
    if (!holder || always.includes(attribute.name)) continue;
    if (!sub) delete holder[attribute.name];
    else
      for (const one of [holder[attribute.name] ?? []].flat())
        delete (one as typeof left)[sub.name];
  }
  return left;
}
