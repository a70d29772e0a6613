/** The commonest SCIM filter: `path eq "value"`. */
export interface Equality {
  readonly path: string;
  readonly value: string;
}

/**
 * Reads `path eq "value"`; null when the filter is anything else.
 *
 * scimmy compares with regard to case, trips over users without the attribute, and does not
 * know that the value is a JSON string with its escapes (RFC 7644, 3.4.2.2).
 */
export function equalityIn(filter: unknown): Equality | null {
  const [, path, text] =
    /^\s*((?:urn:[\w.:-]+:)?[\w.]+)\s+eq\s+("(?:[^"\\]|\\.)*")\s*$/i.exec(String(filter)) ?? [];
  if (path === undefined || text === undefined) return null;
  return { path: path.toLowerCase(), value: JSON.parse(text) };
}

// RFC 7643: ids are compared to the letter, names and addresses are not.
const exact = new Set(['id', 'externalid', 'members', 'groups', 'manager']);

/** Whether a resource has the value. A path to objects means the `value` of each of them. */
export function matches(resource: object, { path, value }: Equality): boolean {
  // An attribute of an extension stands behind its schema, whose name has dots of its own.
  const end = path.lastIndexOf(':');
  const holder: unknown = end < 0 ? resource : propertyOf(resource, path.slice(0, end));
  const [name = '', within = 'value'] = path.slice(end + 1).split('.');
  const attribute: unknown = holder && propertyOf(holder, name);
  return [attribute].flat().some((it) => {
    const actual = typeof it === 'object' && it !== null ? propertyOf(it, within) : it;
    if (typeof actual !== 'string') return false;
    return exact.has(name) ? actual === value : actual.toLowerCase() === value.toLowerCase();
  });
}

const propertyOf = (it: object, name: string): unknown =>
  Object.entries(it).find(([key]) => key.toLowerCase() === name)?.[1];
