import type { ScimNarrowing } from '#app/provisioned.ts';
import { badRequest } from './error.ts';
import type { Comparison, Filter, Value } from './filter-text.ts';
import { type Attribute, named, placeOf, type ResourceType } from './schema.ts';

export type Test = (it: unknown) => boolean;

/** What a name in a filter stands for. */
interface Found {
  readonly attribute: Attribute;
  readonly valuesIn: (it: unknown) => readonly unknown[];
  /** The attribute as a whole, where the name may stand for a part of it. */
  readonly whole: Attribute;
  readonly wholesIn: (it: unknown) => readonly unknown[];
}

/** Where the names of a filter are looked up: in a resource, or in one of several values. */
type Look = (path: string) => Found;

/**
 * Whether a resource, as we show it, fits a filter. Throws `invalidFilter` where the filter names what does not
 * exist, or compares what cannot be compared.
 */
export const testFor = (type: ResourceType, filter: Filter): Test =>
  compile(filter, (path) => {
    const place = placeOf(type, path);
    if (!place) throw badRequest('invalidFilter', `There is no attribute ${path}.`);
    const { extension, attribute } = place;
    const wholesIn = (it: unknown) =>
      listOf(part(extension === null ? it : part(it, extension), attribute.name));
    // An attribute with several parts stands for its value, such as emails for emails.value.
    const sub = place.sub ?? named(attribute.subAttributes, 'value');
    if (!sub) return { attribute, valuesIn: wholesIn, whole: attribute, wholesIn };
    const valuesIn = (it: unknown) => wholesIn(it).flatMap((one) => listOf(part(one, sub.name)));
    return { attribute: sub, valuesIn, whole: attribute, wholesIn };
  });

/** The same for the values of one attribute, each by itself. */
export const testOfValues = (of: Attribute, filter: Filter): Test =>
  compile(filter, (path) => {
    const attribute = named(of.subAttributes, path);
    if (!attribute) throw badRequest('invalidFilter', `${of.name} has no ${path}.`);
    const valuesIn = (it: unknown) => listOf(part(it, attribute.name));
    return { attribute, valuesIn, whole: attribute, wholesIn: valuesIn };
  });

const part = (it: unknown, name: string): unknown =>
  typeof it === 'object' && it !== null && Object.hasOwn(it, name)
    ? Reflect.get(it, name)
    : undefined;

const listOf = (it: unknown): readonly unknown[] =>
  Array.isArray(it) ? it : it === undefined || it === null ? [] : [it];

function compile(filter: Filter, look: Look): Test {
  switch (filter.op) {
    case 'and': {
      const all = filter.of.map((it) => compile(it, look));
      return (it) => all.every((test) => test(it));
    }
    case 'or': {
      const any = filter.of.map((it) => compile(it, look));
      return (it) => any.some((test) => test(it));
    }
    case 'not': {
      const test = compile(filter.of, look);
      return (it) => !test(it);
    }
    case 'pr': {
      const { wholesIn, valuesIn, attribute, whole } = look(filter.path);
      return (it) => (attribute === whole ? wholesIn : valuesIn)(it).length > 0;
    }
    case 'one': {
      const { whole, wholesIn } = look(filter.path);
      const test = testOfValues(whole, filter.of);
      return (it) => wholesIn(it).some(test);
    }
    default:
      return comparing(filter.op, filter.value, look(filter.path));
  }
}

function comparing(
  op: Comparison,
  wanted: Value,
  { attribute, valuesIn }: Pick<Found, 'attribute' | 'valuesIn'>,
): Test {
  if (wanted === null) {
    const isPresent: Test = (it) => valuesIn(it).length > 0;
    if (op === 'eq') return (it) => !isPresent(it);
    if (op === 'ne') return isPresent;
  }
  const due = comparable(attribute, wanted);
  const isOrdered = attribute.type !== 'boolean' && attribute.type !== 'complex';
  if (due === null || (!isOrdered && op !== 'eq' && op !== 'ne')) {
    throw badRequest(
      'invalidFilter',
      `${attribute.name} cannot be compared so: ${op} ${JSON.stringify(wanted)}.`,
    );
  }
  if (op === 'ne') {
    const equals = comparing('eq', wanted, { attribute, valuesIn });
    return (it) => !equals(it);
  }
  const holds = holding[op];
  return (it) =>
    valuesIn(it).some((value) => {
      const found = comparable(attribute, value as Value);
      return found !== null && holds(found, due);
    });
}

type Comparable = string | number | boolean;

const holding: Record<
  Exclude<Comparison, 'ne'>,
  (found: Comparable, due: Comparable) => boolean
> = {
  eq: (found, due) => found === due,
  co: (found, due) => String(found).includes(String(due)),
  sw: (found, due) => String(found).startsWith(String(due)),
  ew: (found, due) => String(found).endsWith(String(due)),
  gt: (found, due) => found > due,
  ge: (found, due) => found >= due,
  lt: (found, due) => found < due,
  le: (found, due) => found <= due,
};

/** Null: it is of another type. */
function comparable({ type, caseExact }: Attribute, value: Value): Comparable | null {
  if (type === 'boolean') {
    if (typeof value === 'boolean') return value;
    const word = String(value).toLowerCase();
    return word === 'true' ? true : word === 'false' ? false : null;
  }
  if (type === 'dateTime') {
    const at = Date.parse(String(value));
    return Number.isNaN(at) ? null : at;
  }
  if (type === 'complex' || typeof value === 'boolean' || value === null) return null;
  return caseExact ? String(value) : String(value).toLowerCase();
}

/** What the database can look for. It may find more than fits, never less. */
export function narrowingOf(type: ResourceType, filter: Filter): ScimNarrowing {
  const nothing = { id: null, name: null, externalId: null, email: null, member: null };
  if (filter.op === 'and') {
    return Object.assign(nothing, ...filter.of.map((it) => withoutNulls(narrowingOf(type, it))));
  }
  if (filter.op === 'one') {
    const value = equalities(filter.of).find((it) => it.path.toLowerCase() === 'value')?.value;
    return value === undefined
      ? nothing
      : narrowingOf(type, { op: 'eq', path: `${filter.path}.value`, value });
  }
  if (filter.op !== 'eq' || typeof filter.value !== 'string') return nothing;
  const place = placeOf(type, filter.path);
  if (!place || place.extension !== null) return nothing;
  const isValue = place.sub === null || place.sub.name === 'value';
  switch (place.attribute.name) {
    case 'id':
      return { ...nothing, id: idIn(filter.value) };
    case 'members':
      return isValue ? { ...nothing, member: idIn(filter.value) } : nothing;
    case 'externalId':
      return { ...nothing, externalId: filter.value };
    case 'userName':
      return { ...nothing, name: filter.value.toLowerCase() };
    case 'displayName':
      return type.name === 'Group' ? { ...nothing, name: filter.value.toLowerCase() } : nothing;
    case 'emails':
      return isValue && filter.value.includes('@')
        ? { ...nothing, email: filter.value.toLowerCase() }
        : nothing;
    default:
      return nothing;
  }
}

const withoutNulls = (it: ScimNarrowing): Partial<ScimNarrowing> =>
  Object.fromEntries(Object.entries(it).filter(([, value]) => value !== null));

/** The comparisons by `eq` that must all hold. */
export function equalities(filter: Filter): { path: string; value: Value }[] {
  if (filter.op === 'eq') return [filter];
  return filter.op === 'and' ? filter.of.flatMap(equalities) : [];
}

/** Ids are of this form; nothing else can be one of ours. */
export const isUuid = (text: string): boolean =>
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);

const idIn = (text: string): string => (isUuid(text) ? text : nobody);
const nobody = '00000000-0000-0000-0000-000000000000';
