import { parseXml, XmlElement } from '@rgrove/parse-xml';
import { z } from 'zod';

/** An answer in plain data: text, a list of what is called `member`, or what has names. */
export type XmlValue = string | readonly XmlValue[] | { readonly [name: string]: XmlValue };

/**
 * What an XML answer of the AWS Query protocol says, below the name of its outermost element. An element without
 * children is text, so an empty list is the empty text: {@link members} reads both. Null: it is no such XML.
 */
export function readXml(text: string): { readonly name: string; readonly value: XmlValue } | null {
  try {
    const { root } = parseXml(text);
    return root ? { name: root.name, value: plain(root) } : null;
  } catch {
    return null;
  }
}

function plain(element: XmlElement): XmlValue {
  const children = element.children.filter((it) => it instanceof XmlElement);
  if (children.length === 0) return element.text.trim();
  if (children.every(({ name }) => name === 'member')) return children.map(plain);
  return Object.fromEntries(children.map((it) => [it.name, plain(it)]));
}

/** A list, which may be empty. */
export const members = <T>(item: z.ZodType<T>) =>
  z.preprocess((it) => (it === '' ? [] : it), z.array(item));
