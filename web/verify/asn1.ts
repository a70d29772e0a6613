import { type BaseBlock, Constructed, fromBER, ObjectIdentifier } from 'asn1js';

// Reads the parts of certificates and time stamps by their place. Whatever is not there ends in an exception: then
// it is no such thing.

/** What is not what it should be. */
class Unreadable extends Error {}

/** Reads one whole piece of DER. */
export function readDer(bytes: Uint8Array): BaseBlock {
  const { offset, result } = fromBER(bytes);
  if (offset !== bytes.length || result.error !== '') throw new Unreadable('no DER');
  return result;
}

/** What is in a sequence, a set, or under a tag. */
export function partsOf(it: BaseBlock | undefined): readonly BaseBlock[] {
  if (it instanceof Constructed) return it.valueBlock.value;
  throw new Unreadable('not constructed');
}

/** The part at this path of places; a negative one counts from the end. */
export function partAt(it: BaseBlock, ...path: readonly number[]): BaseBlock {
  let here = it;
  for (const place of path) {
    const found = partsOf(here).at(place);
    if (!found) throw new Unreadable(`no part ${place}`);
    here = found;
  }
  return here;
}

const universal = 1;
const contextual = 3;

/** Whether it is a plain value of this kind, and not one under a tag. */
export const isOf = (it: BaseBlock | undefined, tag: number): it is BaseBlock =>
  it?.idBlock.tagClass === universal && it.idBlock.tagNumber === tag;

export const tags = { boolean: 1, integer: 2, bits: 3, octets: 4, id: 6 } as const;

/** The first of these under this tag; undefined: there is none. */
export const tagged = (parts: readonly BaseBlock[], tag: number): BaseBlock | undefined =>
  parts.find(({ idBlock }) => idBlock.tagClass === contextual && idBlock.tagNumber === tag);

/** All of it, as it was read. */
export const bytesOf = (it: BaseBlock): Uint8Array<ArrayBuffer> =>
  new Uint8Array(it.valueBeforeDecodeView);

/** Without what says what it is and how long. */
export function innerOf(it: BaseBlock): Uint8Array<ArrayBuffer> {
  return bytesOf(it).slice(it.idBlock.blockLength + it.lenBlock.blockLength);
}

export function idOf(it: BaseBlock | undefined): string {
  if (it instanceof ObjectIdentifier) return it.getValue();
  throw new Unreadable('no object identifier');
}

/** What is in a string of bytes, or of bits that are bytes. */
export function contentOf(it: BaseBlock): Uint8Array<ArrayBuffer> {
  if (it.idBlock.isConstructed) throw new Unreadable('in pieces');
  if (isOf(it, tags.octets)) return innerOf(it);
  const [unused, ...bytes] = innerOf(it);
  if (!isOf(it, tags.bits) || unused !== 0) throw new Unreadable('no bytes');
  return Uint8Array.from(bytes);
}

/** A number that is not negative. */
export function numberOf(it: BaseBlock): bigint {
  const bytes = innerOf(it);
  if (!isOf(it, tags.integer) || !(bytes[0]! <= 0x7f)) throw new Unreadable('no such number');
  return bytes.reduce((value, byte) => value * 256n + BigInt(byte), 0n);
}

export const textOf = (it: BaseBlock): string => new TextDecoder('latin1').decode(innerOf(it));
