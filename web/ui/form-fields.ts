/** What we read of a JSON Schema: that which the server makes of its shapes, with words of ours. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly title?: string;
  readonly description?: string;
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly Schema[];
  /** Goes to the vault and never comes back. */
  readonly secret?: boolean;
  /** Checks what comes in; such a secret can be ended. */
  readonly inbound?: boolean;
  /** Text of several lines. */
  readonly lines?: boolean;
}

/** One thing to enter. */
export interface FormField {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly isRequired: boolean;
  /** What is sent when nothing is entered; undefined: it is left out. */
  readonly empty: null | undefined;
  /** Undefined: there is none. */
  readonly fallback: unknown;
  readonly of: FieldKind;
}

export type FieldKind =
  | { readonly kind: 'text' | 'long' | 'url' | 'email' | 'list' | 'yes-no' | 'document' }
  | { readonly kind: 'secret'; readonly isLong: boolean; readonly canEnd: boolean }
  | { readonly kind: 'number'; readonly least?: number; readonly most?: number }
  | { readonly kind: 'choice' | 'several'; readonly choices: readonly string[] }
  | { readonly kind: 'fixed'; readonly value: unknown }
  | { readonly kind: 'group' | 'groups'; readonly fields: readonly FormField[] }
  | { readonly kind: 'either'; readonly ways: readonly FormField[] };

export type Values = Readonly<Record<string, unknown>>;
export type FieldPath = readonly (string | number)[];

/** Something about one field that keeps it from being taken; `at` as the server says it: `hosts.0.port`. */
export interface FieldProblem {
  readonly at: string;
  readonly problem: string;
}

/** The fields of a form in the order of its schema. */
export function fieldsOf(schema: Schema): readonly FormField[] {
  return Object.entries(schema.properties ?? {}).map(([name, it]) => {
    const inner = withoutNull(it);
    return {
      name,
      title: it.title ?? inner.title ?? wordsIn(name),
      description: it.description ?? inner.description ?? '',
      isRequired: schema.required?.includes(name) ?? false,
      empty: takesNull(it) ? null : undefined,
      fallback: it.default,
      of: kindOf(inner),
    };
  });
}

function kindOf(it: Schema): FieldKind {
  if (it.secret) return { kind: 'secret', isLong: it.lines === true, canEnd: it.inbound === true };
  if (it.const !== undefined) return { kind: 'fixed', value: it.const };
  if (it.enum) return { kind: 'choice', choices: it.enum };
  if (it.anyOf?.every((way) => isGroup(way, 0)))
    return { kind: 'either', ways: it.anyOf.flatMap((way) => fieldsOf(way).slice(0, 1)) };
  switch (it.type) {
    case 'boolean':
      return { kind: 'yes-no' };
    case 'integer':
    case 'number':
      return {
        kind: 'number',
        ...(it.minimum === undefined ? {} : { least: it.minimum }),
        ...(it.maximum === undefined || it.maximum > 1e9 ? {} : { most: it.maximum }),
      };
    case 'string':
      if (it.lines) return { kind: 'long' };
      return { kind: it.format === 'uri' ? 'url' : it.format === 'email' ? 'email' : 'text' };
    case 'array':
      if (it.items?.enum) return { kind: 'several', choices: it.items.enum };
      if (it.items?.type === 'string') return { kind: 'list' };
      if (it.items && isGroup(it.items)) return { kind: 'groups', fields: fieldsOf(it.items) };
      return { kind: 'document' };
    default:
      return isGroup(it) ? { kind: 'group', fields: fieldsOf(it) } : { kind: 'document' };
  }
}

/** Deeper ones are documents: a form that nests without end helps nobody. */
const isGroup = (it: Schema, deep = 1): boolean =>
  it.type === 'object' &&
  it.properties !== undefined &&
  Object.values(it.properties)
    .map(withoutNull)
    .every((field) => isFlat(field) || (deep > 0 && isGroup(field, deep - 1)));

const isFlat = ({ type, items, anyOf, enum: choices, const: fixed }: Schema): boolean =>
  choices !== undefined ||
  fixed !== undefined ||
  (anyOf === undefined &&
    type !== 'object' &&
    (type !== 'array' || items?.type === 'string' || items?.enum !== undefined));

/** “A or null” is A, which may be left empty; texts of two shapes are text. */
function withoutNull(it: Schema): Schema {
  if (Array.isArray(it.type)) {
    const [only, ...more] = it.type.filter((type) => type !== 'null');
    return only !== undefined && more.length === 0 ? { ...it, type: only } : it;
  }
  if (!it.anyOf) return it;
  const [first, ...more] = it.anyOf.filter(({ type }) => type !== 'null');
  if (!first) return it;
  const isText = more.length > 0 && [first, ...more].every(({ type }) => type === 'string');
  return more.length === 0 ? first : isText ? { type: 'string' } : it;
}

/** Whether nothing is something that can be said. */
const takesNull = ({ type, anyOf }: Schema): boolean =>
  (Array.isArray(type) && type.includes('null')) ||
  (anyOf?.some((way) => way.type === 'null') ?? false);

/** “loginDomain” as people read it. */
function wordsIn(name: string): string {
  const words = name.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What a form shows at first: what is in force, else what is taken where nothing is said. */
export function shownValues(fields: readonly FormField[], known: Values): Values {
  const shown = fields.flatMap(({ name, fallback, of }) => {
    const value = known[name] ?? fallback;
    if (of.kind === 'secret' || value === undefined || value === null) return [];
    return [[name, of.kind === 'document' ? JSON.stringify(value, null, 2) : value]];
  });
  return Object.fromEntries(shown);
}

/** Puts something in its place; undefined takes it out. */
export function withValue<Whole>(whole: Whole, path: FieldPath, value: unknown): Whole {
  const [first, ...rest] = path;
  if (first === undefined) return value as Whole;
  if (Array.isArray(whole)) {
    const at = Number(first);
    const changed = withValue(whole[at], rest, value);
    return (
      changed === undefined
        ? whole.filter((_, i) => i !== at)
        : Object.assign([...whole], { [at]: changed })
    ) as Whole;
  }
  const { [first]: before, ...others } = (whole ?? {}) as Record<string | number, unknown>;
  const changed = withValue(before, rest, value);
  if (changed === undefined) return others as Whole;
  return { ...(whole as object), [first]: changed } as Whole;
}

/** What is sent: empty fields are left out, and documents are read. */
export function sentValues(
  fields: readonly FormField[],
  entered: Values,
): { readonly values: Values; readonly unreadable: readonly string[] } {
  const unreadable: string[] = [];
  const read = ({ of, empty }: FormField, value: unknown, at: string): unknown => {
    if (value === null && of.kind === 'secret') return null;
    if (value === undefined || value === null || value === '') return empty;
    switch (of.kind) {
      case 'document':
        try {
          return JSON.parse(String(value));
        } catch {
          unreadable.push(at);
          return undefined;
        }
      case 'secret':
        return String(value).replace(/[\r\n]+$/, '');
      case 'list':
        return (value as readonly string[]).map((it) => it.trim()).filter(Boolean);
      case 'group': {
        const inside = all(of.fields, value as Values, `${at}.`);
        return Object.keys(inside).length === 0 ? empty : inside;
      }
      case 'groups':
        return (value as readonly Values[]).map((it, i) => all(of.fields, it, `${at}.${i}.`));
      case 'either':
        return value;
      default:
        return typeof value === 'string' ? value.trim() : value;
    }
  };
  const all = (of: readonly FormField[], given: Values, before: string): Values =>
    Object.fromEntries(
      of.flatMap((field) => {
        const value = read(field, given[field.name], before + field.name);
        return value === undefined ? [] : [[field.name, value]];
      }),
    );
  return { values: all(fields, entered, ''), unreadable };
}

/** The problem of a field, and those that no field of the form shows. */
export function problemsBeside(
  problems: readonly FieldProblem[],
  fields: readonly FormField[],
): { readonly beside: ReadonlyMap<string, string>; readonly others: readonly FieldProblem[] } {
  const names = new Set(fields.map((it) => it.name));
  const beside = new Map<string, string>();
  const others: FieldProblem[] = [];
  for (const it of problems) {
    const at = it.at.replace(/^settings\./, '');
    if (names.has(at.split('.')[0] ?? '')) beside.set(at, it.problem);
    else others.push(it);
  }
  return { beside, others };
}
