import type { Entry } from 'ldapts';

/** An entry as a server shows it. Attribute names are in lower case, as servers vary in theirs. */
export interface LdapEntry {
  readonly dn: string;
  readonly attributes: ReadonlyMap<string, readonly (string | Buffer)[]>;
}

export function entryOf({ dn, ...attributes }: Entry): LdapEntry {
  const named = Object.entries(attributes).map(
    ([name, value]) => [name.toLowerCase(), Array.isArray(value) ? value : [value]] as const,
  );
  return { dn, attributes: new Map(named) };
}

/** All values of an attribute; none when the entry lacks it or hides it from us. */
export const textsOf = (entry: LdapEntry, attribute: string): readonly string[] =>
  (entry.attributes.get(attribute.toLowerCase()) ?? []).map(String);

export const textOf = (entry: LdapEntry, attribute: string): string | null =>
  textsOf(entry, attribute)[0] ?? null;

/** The bytes of an attribute that was asked for as binary. */
export function bytesOf(entry: LdapEntry, attribute: string): Buffer | null {
  const value = entry.attributes.get(attribute.toLowerCase())?.[0];
  return value === undefined ? null : Buffer.from(value);
}
