import { badRequest, type ScimType } from './error.ts';

/** A filter as RFC 7644, 3.4.2.2 writes it, taken apart. Paths are as they were written. */
export type Filter =
  | { readonly op: 'and' | 'or'; readonly of: readonly Filter[] }
  | { readonly op: 'not'; readonly of: Filter }
  | { readonly op: 'pr'; readonly path: string }
  | { readonly op: Comparison; readonly path: string; readonly value: Value }
  /** One of several values for which all of it holds: `emails[type eq "work"]`. */
  | { readonly op: 'one'; readonly path: string; readonly of: Filter };

export type Comparison = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le';
export type Value = string | number | boolean | null;

const comparisons: readonly string[] = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'];
const longestText = 4_000;
const deepest = 20;

/** A bracket, a text in quotes, or a word. */
const token = /\s*([()[\]]|"(?:[^"\\]|\\.)*"|[^\s()[\]"]+)/y;

/** Reads from a text piece by piece; what does not fit is refused as this kind of mistake. */
function pieces(text: string, scimType: ScimType) {
  const refuse = (because: string): never => {
    throw badRequest(scimType, because);
  };
  if (text.length > longestText) refuse(`At most ${longestText} characters are read here.`);
  const all: string[] = [];
  const end = text.trimEnd().length;
  for (token.lastIndex = 0; token.lastIndex < end; ) {
    const at = token.lastIndex;
    const [, piece] = token.exec(text) ?? refuse(`Not to be read from character ${at + 1} on.`);
    all.push(piece!);
  }
  let next = 0;
  const peek = () => all[next] ?? '';
  return {
    peek,
    /** The next piece, if it is one of these words, whatever its case. */
    take(...words: readonly string[]): string | null {
      const word = peek().toLowerCase();
      if (!words.includes(word)) return null;
      next += 1;
      return word;
    },
    word(what: string): string {
      const piece = peek();
      if (!/^[A-Za-z$.]/.test(piece)) refuse(`Found ${piece || 'the end'} where ${what} belongs.`);
      next += 1;
      return piece;
    },
    value(): Value {
      const piece = peek();
      next += 1;
      try {
        // JSON has small letters only; Entra ID does not.
        const parsed: unknown = JSON.parse(
          /^(true|false|null)$/i.test(piece) ? piece.toLowerCase() : piece,
        );
        // No text of ours holds what the database cannot.
        const isOdd =
          typeof parsed === 'string' && (parsed.includes('\0') || !parsed.isWellFormed());
        if (!isOdd && (typeof parsed !== 'object' || parsed === null)) return parsed as Value;
      } catch {
        // no value of JSON
      }
      return refuse(`Found ${piece || 'the end'} where a value belongs: text stands in quotes.`);
    },
    demand(bracket: string): void {
      if (this.take(bracket) === null)
        refuse(`Found ${peek() || 'the end'} where ${bracket} belongs.`);
    },
    refuse,
  };
}

type Pieces = ReturnType<typeof pieces>;

/** Throws `invalidFilter`. */
export function readFilter(text: string): Filter {
  const from = pieces(text, 'invalidFilter');
  const filter = readAny(from, 0);
  if (from.peek() !== '') from.refuse(`Found ${from.peek()} where the filter should end.`);
  return filter;
}

/** The path of a PATCH: an attribute, which of its values, and which part of these. Throws `invalidPath`. */
export function readPath(text: string): {
  path: string;
  filter: Filter | null;
  sub: string | null;
} {
  const from = pieces(text, 'invalidPath');
  const path = from.word('an attribute');
  const filter = from.take('[') === null ? null : readAny(from, 0);
  if (filter) from.demand(']');
  const sub = filter && from.peek().startsWith('.') ? from.word('a sub-attribute').slice(1) : null;
  if (from.peek() !== '') from.refuse(`Found ${from.peek()} where the path should end.`);
  return { path, filter, sub };
}

/** `and` binds closer than `or`. */
function readAny(from: Pieces, depth: number): Filter {
  if (depth > deepest) from.refuse(`Brackets are read ${deepest} deep.`);
  const of = [readAll(from, depth)];
  while (from.take('or')) of.push(readAll(from, depth));
  return of.length === 1 ? of[0]! : { op: 'or', of };
}

function readAll(from: Pieces, depth: number): Filter {
  const of = [readOne(from, depth)];
  while (from.take('and')) of.push(readOne(from, depth));
  return of.length === 1 ? of[0]! : { op: 'and', of };
}

function readOne(from: Pieces, depth: number): Filter {
  const isNot = from.take('not') !== null;
  if (isNot || from.peek() === '(') {
    from.demand('(');
    const of = readAny(from, depth + 1);
    from.demand(')');
    return isNot ? { op: 'not', of } : of;
  }
  const path = from.word('an attribute');
  if (from.take('[') === null) return readComparison(from, path);
  const of = readAny(from, depth + 1);
  from.demand(']');
  if (!from.peek().startsWith('.')) return { op: 'one', path, of };
  // As Entra ID writes it: emails[type eq "work"].value eq "…"
  const sub = from.word('a sub-attribute').slice(1);
  return { op: 'one', path, of: { op: 'and', of: [of, readComparison(from, sub)] } };
}

function readComparison(from: Pieces, path: string): Filter {
  if (from.take('pr')) return { op: 'pr', path };
  const op = from.take(...comparisons);
  if (op === null) from.refuse(`Found ${from.peek() || 'the end'} where an operator belongs.`);
  return { op: op as Comparison, path, value: from.value() };
}
