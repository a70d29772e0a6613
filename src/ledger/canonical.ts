import canonicalize from 'canonicalize';

/** The text of RFC 8785. Undefined members are left out; what JSON cannot say is refused. */
export function canonical(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new Error('Nothing was given to write down.');
  return text;
}

/**
 * Makes a value fit for a leaf: strings in NFC, with U+FFFD for U+0000 and for lone
 * surrogates, which a system may send and which must not cost us the fact; no undefined
 * members. Throws on numbers that are no safe integers.
 */
export function fitForLeaf(value: unknown): unknown {
  switch (typeof value) {
    case 'string':
      return value.toWellFormed().replaceAll('\u0000', '\ufffd').normalize('NFC');
    case 'number':
      if (!Number.isSafeInteger(value)) throw new Error('A fact holds whole numbers only.');
      return value;
    case 'object':
      if (value === null) return null;
      if (Array.isArray(value)) return value.map(fitForLeaf);
      return Object.fromEntries(
        Object.entries(value)
          .filter(([, member]) => member !== undefined)
          .map(([name, member]) => [name, fitForLeaf(member)]),
      );
    default:
      return value;
  }
}
