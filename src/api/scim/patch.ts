import { badRequest } from './error.ts';
import { equalities, testOfValues } from './filter.ts';
import { type Filter, readPath } from './filter-text.ts';
import {
  type Attribute,
  isExtension,
  named,
  type Place,
  placeOf,
  type ResourceType,
} from './schema.ts';
import { type Attributes, demandRequired, objectIn, onlyOnePrimary, readValue } from './values.ts';

const messageSchema = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const mostOperations = 1_000;

type Op = 'add' | 'replace' | 'remove';

interface Operation {
  readonly op: Op;
  readonly path: string | null;
  readonly value: unknown;
}

type Entries = Record<string, unknown>;

/**
 * What becomes of a resource by a PATCH (RFC 7644, 3.5.2), all of it or nothing. Reads the dialects of Okta (no
 * path, an object of attributes) and Entra ID (`Replace`, "False", names with dots and schemas as keys, members to
 * remove as a value). Throws a ScimError.
 */
export function patched(type: ResourceType, before: Attributes, body: unknown): Attributes {
  const after: Entries = structuredClone({ ...before });
  for (const it of operationsIn(body)) {
    if (it.path !== null) applyTo(type, after, { ...it, path: it.path });
    else if (it.op === 'remove') throw badRequest('noTarget', 'What is removed needs a path.');
    else applyAll(type, after, it.op, objectIn(it.value, 'A value without a path'), '');
  }
  demandRequired(type, after);
  return after;
}

function operationsIn(body: unknown): Operation[] {
  const message = objectIn(body, 'The body');
  const { schemas, Operations: operations } = message;
  if (!Array.isArray(schemas) || !schemas.includes(messageSchema)) {
    throw badRequest('invalidSyntax', `schemas has to name ${messageSchema}.`);
  }
  if (!Array.isArray(operations) || operations.length === 0 || operations.length > mostOperations) {
    throw badRequest('invalidSyntax', `Operations is a list of 1 to ${mostOperations}.`);
  }
  return operations.map((it) => {
    const { op, path, value } = objectIn(it, 'An operation');
    const word = String(op).toLowerCase();
    if (word !== 'add' && word !== 'replace' && word !== 'remove') {
      throw badRequest('invalidSyntax', 'op is add, replace or remove.');
    }
    if (path !== undefined && path !== null && typeof path !== 'string') {
      throw badRequest('invalidPath', 'path is text.');
    }
    if (word !== 'remove' && value === undefined) {
      throw badRequest('invalidValue', `${word} needs a value.`);
    }
    return { op: word, path: path || null, value };
  });
}

/** Each attribute of an object by itself; what we do not know, or only we may write, is left as it is. */
function applyAll(
  type: ResourceType,
  after: Entries,
  op: Op,
  values: Attributes,
  prefix: string,
): void {
  for (const [name, value] of Object.entries(values)) {
    if (prefix === '' && isExtension(type, name)) {
      applyAll(type, after, op, objectIn(value, name), `${type.extension!.schema}:`);
      continue;
    }
    const place = placeOf(type, `${prefix}${name}`);
    if (place && mayWrite(place)) setPlain(after, op, place, value);
  }
}

const mayWrite = ({ attribute, sub }: Place): boolean =>
  [attribute, sub].every((it) => it?.mutability !== 'readOnly' && it?.mutability !== 'writeOnly');

function applyTo(
  type: ResourceType,
  after: Entries,
  { op, path, value }: Operation & { path: string },
): void {
  if (isExtension(type, path)) {
    if (op === 'remove') delete after[type.extension!.schema];
    else applyAll(type, after, op, objectIn(value, path), `${type.extension!.schema}:`);
    return;
  }
  const read = readPath(path);
  const place = placeOf(type, read.path);
  if (!place) throw badRequest('invalidPath', `There is no attribute ${read.path}.`);
  const { attribute } = place;
  if (attribute.mutability === 'writeOnly') return;
  if (!mayWrite(place))
    throw badRequest('mutability', `${read.path} is not for a provider to write.`);
  if (read.filter === null) {
    if (op === 'remove') removePlain(after, place, value);
    else setPlain(after, op, place, value);
    return;
  }
  if (!attribute.multiValued || place.sub) {
    throw badRequest('invalidPath', `${read.path} has no values to choose from.`);
  }
  const sub = read.sub === null ? null : named(attribute.subAttributes, read.sub);
  if (read.sub !== null && !sub) {
    throw badRequest('invalidPath', `${attribute.name} has no ${read.sub}.`);
  }
  const holder = holderOf(after, place);
  const values = valuesOf(holder, attribute);
  keep(holder, attribute, chosen({ attribute, sub, filter: read.filter, values }, { op, value }));
}

/** What becomes of values of which a filter chooses some. */
function chosen(
  it: { attribute: Attribute; sub: Attribute | null; filter: Filter; values: readonly Part[] },
  { op, value }: { op: Op; value: unknown },
): readonly unknown[] {
  const { attribute, sub, filter, values } = it;
  const fits = testOfValues(attribute, filter);
  if (op === 'remove') {
    return values.flatMap((one) => (!fits(one) ? one : sub ? (without(one, sub) ?? []) : []));
  }
  const change = changeOf(attribute, sub, value);
  if (values.some(fits)) {
    // What is said to be the primary one takes that from the others.
    const others = change['primary'] === true ? { primary: false } : {};
    return values.map((one) => (fits(one) ? { ...one, ...change } : { ...one, ...others }));
  }
  if (op === 'replace') throw badRequest('noTarget', 'Nothing fits the path.');
  const described = equalities(filter).flatMap(({ path: name, value: due }) => {
    const part = named(attribute.subAttributes, name);
    return part ? [[part.name, readValue(part, due)] as const] : [];
  });
  return [...values, { ...Object.fromEntries(described), ...change }];
}

/** The same for values whose parts are the same, in whichever order. */
const textOf = ({ subAttributes }: Attribute, it: unknown): string =>
  JSON.stringify(subAttributes.map(({ name }) => (it as Part)[name] ?? null));

/** What is to be different about values that were chosen. */
function changeOf(attribute: Attribute, sub: Attribute | null, value: unknown): Entries {
  if (sub) return { [sub.name]: readValue(sub, value) };
  const read = readValue({ ...attribute, multiValued: false }, value);
  return { ...(read as object | undefined) };
}

type Part = Readonly<Record<string, unknown>>;

/** The object an attribute stands in, made where it is missing. */
function holderOf(after: Entries, { extension }: Place): Entries {
  if (extension === null) return after;
  const holder = (after[extension] ?? {}) as Entries;
  after[extension] = holder;
  return holder;
}

const valuesOf = (holder: Entries, attribute: Attribute): readonly Part[] =>
  (holder[attribute.name] ?? []) as readonly Part[];

function keep(holder: Entries, attribute: Attribute, values: readonly unknown[]): void {
  if (values.length === 0) delete holder[attribute.name];
  else holder[attribute.name] = onlyOnePrimary(values.map(tidy));
}

const tidy = (it: unknown): unknown =>
  typeof it === 'object' && it !== null
    ? Object.fromEntries(Object.entries(it).filter(([, value]) => value !== undefined))
    : it;

/** Null: nothing is left of it. */
function without(it: Part, sub: Attribute): Part | null {
  const { [sub.name]: _, ...rest } = it;
  return Object.keys(rest).length === 0 ? null : rest;
}

function setPlain(after: Entries, op: Op, place: Place, value: unknown): void {
  const { attribute, sub, extension } = place;
  const holder = holderOf(after, place);
  const now = holder[attribute.name];
  if (attribute.multiValued) {
    const values = valuesOf(holder, attribute);
    if (sub) {
      const part = { [sub.name]: readValue(sub, value) };
      keep(
        holder,
        attribute,
        values.length === 0 ? [part] : values.map((it) => ({ ...it, ...part })),
      );
    } else {
      const given = (readValue(attribute, value) ?? []) as readonly unknown[];
      const known = new Set(values.map((it) => textOf(attribute, it)));
      const more = given.filter((it) => !known.has(textOf(attribute, it)));
      keep(holder, attribute, op === 'add' ? [...values, ...more] : given);
    }
  } else {
    const made = sub ? { [sub.name]: readValue(sub, value) } : readValue(attribute, value);
    const isMerged = sub !== null || (attribute.type === 'complex' && made !== undefined);
    const merged = isMerged ? tidy({ ...(now as object | undefined), ...(made as object) }) : made;
    put(holder, attribute.name, merged);
  }
  if (extension !== null) put(after, extension, holder);
}

/** Undefined and empty objects are no values. */
function put(holder: Entries, name: string, value: unknown): void {
  const isEmpty = typeof value === 'object' && value !== null && Object.keys(value).length === 0;
  if (value === undefined || isEmpty) delete holder[name];
  else holder[name] = value;
}

function removePlain(after: Entries, place: Place, value: unknown): void {
  const { attribute, sub, extension } = place;
  const holder = holderOf(after, place);
  if (attribute.multiValued) {
    const values = valuesOf(holder, attribute);
    keep(
      holder,
      attribute,
      sub ? values.flatMap((it) => without(it, sub) ?? []) : remaining(attribute, values, value),
    );
  } else if (sub) {
    put(holder, attribute.name, without((holder[attribute.name] ?? {}) as Part, sub) ?? undefined);
  } else {
    delete holder[attribute.name];
  }
  if (extension !== null) put(after, extension, holder);
}

/** Entra ID and others name the values that go, by what each says as its value; the standard removes all. */
function remaining(attribute: Attribute, values: readonly Part[], value: unknown): readonly Part[] {
  if (value === undefined || value === null) return [];
  const named = (readValue(attribute, value) ?? []) as readonly Part[];
  const word = (it: Part) => String(it['value']).toLowerCase();
  const gone = new Set(named.map(word));
  return values.filter((it) => !gone.has(word(it)));
}
