/**
 * Finds secrets in a text, however they are written there: as they are, percent-encoded,
 * escaped for JSON or HTML, twice over or mixed, and as part of something in base64.
 *
 * The text is unescaped in layers, each of which remembers where its bytes came from. No
 * pattern is ever made of a secret, because an engine that refuses a pattern quotes it.
 */

/** What to look for; strings hold one byte per character. */
export interface Needles {
  readonly plain: readonly string[];
  readonly inBase64: readonly Core[];
}

/** From (inclusive) and to (exclusive), in the text. */
export type Range = readonly [number, number];

export function needlesFor(secrets: Iterable<string>): Needles {
  const parts = new Set([...secrets].flatMap(partsOf));
  const plain = new Set([...parts].flatMap((part) => layersOf(part).map((it) => it.bytes)));
  return { plain: [...plain], inBase64: [...parts].flatMap(coresOf) };
}

/** Where the text holds a secret, in order and without overlaps. */
export function findSecrets(text: string, needles: Needles): readonly Range[] {
  if (needles.plain.length === 0) return [];
  const ranges = layersOf(text).flatMap(({ bytes, from }) =>
    [
      ...needles.plain.flatMap((needle) => occurrences(bytes, needle)),
      ...cutOffAtEnd(bytes, needles.plain),
      ...occurrencesInBase64(bytes, needles.inBase64),
    ].map(([start, end]): Range => [from[start]!, from[end]!]),
  );
  return merged(ranges);
}

function merged(ranges: readonly Range[]): readonly Range[] {
  const result: Range[] = [];
  for (const [start, end] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const last = result.at(-1);
    if (last && start <= last[1]) result[result.length - 1] = [last[0], Math.max(last[1], end)];
    else result.push([start, end]);
  }
  return result;
}

/** A key file or a JSON credential is also a secret in each of its longer lines. */
const shortestLine = 16;

function partsOf(secret: string): readonly string[] {
  const whole = secret.trim();
  if (whole === '') return [];
  const lines = whole.split(/\r?\n|\\n/).map((line) => line.trim());
  return [whole, ...lines.filter((line) => line.length >= shortestLine)];
}

function occurrences(bytes: string, needle: string): readonly Range[] {
  const found: Range[] = [];
  for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, at + needle.length)) {
    found.push([at, at + needle.length]);
  }
  return found;
}

/** Fewer bytes of a secret than this tell nothing. */
const shortestBeginning = 6;

/** Somebody may have cut the text short in the middle of a secret. */
function cutOffAtEnd(bytes: string, needles: readonly string[]): readonly Range[] {
  return needles.flatMap((needle) => {
    for (let length = needle.length - 1; length >= shortestBeginning; length -= 1) {
      if (bytes.endsWith(needle.slice(0, length))) return [[bytes.length - length, bytes.length]];
    }
    return [];
  });
}

interface Core {
  /** The characters that nothing but the secret decides. */
  readonly text: string;
  /** Whether the character before it, or after it, holds bits of the secret as well. */
  readonly sharesBefore: boolean;
  readonly sharesAfter: boolean;
}

/** Fewer characters than this would be found in any longer base64 by chance. */
const shortestCore = 5;

/**
 * What a secret looks like inside the base64 of something longer, such as `user:secret`: one
 * core for each way in which it may lie in the groups of three bytes.
 */
function coresOf(secret: string): readonly Core[] {
  const bytes = Buffer.from(secret);
  return [0, 1, 2].flatMap((bytesBefore) => {
    const bitsUntil = (bytesBefore + bytes.length) * 8;
    const text = Buffer.concat([Buffer.alloc(bytesBefore), bytes])
      .toString('base64')
      .slice(Math.ceil((bytesBefore * 8) / 6), Math.floor(bitsUntil / 6));
    if (text.length < shortestCore) return [];
    return { text, sharesBefore: bytesBefore > 0, sharesAfter: bitsUntil % 6 > 0 };
  });
}

function occurrencesInBase64(bytes: string, cores: readonly Core[]): readonly Range[] {
  // The alphabet of addresses (RFC 4648, 5), and a plus that was taken for a blank, count too.
  const text = bytes.replaceAll(/[ -]/g, '+').replaceAll('_', '/');
  const isBase64 = (at: number) => /[A-Za-z0-9+/]/.test(text.charAt(at));
  return cores.flatMap((core) =>
    occurrences(text, core.text).map(([start, end]): Range => {
      const first = core.sharesBefore && isBase64(start - 1) ? start - 1 : start;
      let last = core.sharesAfter && isBase64(end) ? end + 1 : end;
      while (text[last] === '=') last += 1;
      return [first, last];
    }),
  );
}

interface Layer {
  /** UTF-8, one character per byte. */
  readonly bytes: string;
  /** Where in the text each byte began; one more entry for the end. */
  readonly from: Uint32Array;
}

/** The text as it is, unescaped, and unescaped once more. */
function layersOf(text: string): readonly Layer[] {
  const first = written(text);
  const second = unescaped(first);
  const third = second && unescaped(second);
  return [first, second, third].filter((it) => it !== null);
}

function written(text: string): Layer {
  const bytes = Buffer.from(text);
  const from = new Uint32Array(bytes.length + 1);
  let at = 0;
  let index = 0;
  for (const character of text) {
    const length = Buffer.byteLength(character);
    from.fill(index, at, at + length);
    at += length;
    index += character.length;
  }
  from[bytes.length] = text.length;
  return { bytes: bytes.toString('latin1'), from };
}

const escapes =
  /%([0-9a-f]{2})|\\u(d[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}|[0-9a-f]{4})|&#(\d{1,7}|x[0-9a-f]{1,6});|&(quot|amp|lt|gt|apos);|\\(["\\/nrt])|\+/gi;

const names: Readonly<Record<string, string>> = {
  quot: '"',
  amp: '&',
  lt: '<',
  gt: '>',
  apos: "'",
  n: '\n',
  r: '\r',
  t: '\t',
};

/** Null when there is nothing to unescape. */
function unescaped({ bytes, from }: Layer): Layer | null {
  const result: string[] = [];
  const origin = new Uint32Array(bytes.length + 1); // what is unescaped only becomes shorter
  let length = 0;
  let read = 0;
  const copyUntil = (end: number) => {
    result.push(bytes.slice(read, end));
    origin.set(from.subarray(read, end), length);
    length += end - read;
  };

  for (const match of bytes.matchAll(escapes)) {
    copyUntil(match.index);
    const meaning = meaningOf(match);
    result.push(meaning);
    origin.fill(from[match.index]!, length, length + meaning.length);
    length += meaning.length;
    read = match.index + match[0].length;
  }
  if (read === 0) return null;
  copyUntil(bytes.length);
  origin[length] = from[bytes.length]!;
  return { bytes: result.join(''), from: origin };
}

/** What an escape stands for, one character per byte. */
function meaningOf([, percent, units, point, named, short]: RegExpExecArray): string {
  if (percent) return String.fromCharCode(Number.parseInt(percent, 16));
  if (named) return names[named.toLowerCase()]!;
  if (short) return names[short.toLowerCase()] ?? short;
  if (units) {
    const codes = units.split(/\\u/i).map((unit) => Number.parseInt(unit, 16));
    return Buffer.from(String.fromCharCode(...codes)).toString('latin1');
  }
  if (point) {
    const code = Number(/^x/i.test(point) ? `0${point}` : point);
    return Buffer.from(code > 0x10ffff ? '?' : String.fromCodePoint(code)).toString('latin1');
  }
  return ' '; // the plus of a form
}
