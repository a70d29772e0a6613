import { personIdAttributes } from '#core/provisioned.ts';

/** One attribute as RFC 7643, 7 describes it: what we read, patch, search and show all follow from it. */
export interface Attribute {
  readonly name: string;
  readonly description: string;
  readonly type: 'string' | 'boolean' | 'reference' | 'dateTime' | 'complex';
  readonly multiValued: boolean;
  readonly required: boolean;
  readonly caseExact: boolean;
  readonly mutability: 'readWrite' | 'readOnly' | 'writeOnly' | 'immutable';
  readonly returned: 'always' | 'default' | 'never';
  readonly uniqueness: 'none' | 'server';
  readonly subAttributes: readonly Attribute[];
}

export interface ResourceType {
  readonly name: 'User' | 'Group';
  readonly endpoint: 'Users' | 'Groups';
  readonly description: string;
  readonly schema: string;
  readonly attributes: readonly Attribute[];
  readonly extension: { readonly schema: string; readonly attributes: readonly Attribute[] } | null;
}

const attribute = (
  name: string,
  description: string,
  more: Partial<Omit<Attribute, 'name' | 'description'>> = {},
): Attribute => ({
  name,
  description,
  type: more.subAttributes ? 'complex' : 'string',
  multiValued: false,
  required: false,
  caseExact: false,
  mutability: 'readWrite',
  returned: 'default',
  uniqueness: 'none',
  subAttributes: [],
  ...more,
});

const flag = { type: 'boolean' } as const;
const readOnly = { mutability: 'readOnly' } as const;
const exact = { caseExact: true } as const;

/** Values of one kind, such as addresses or roles. */
const many = (name: string, description: string, value = attribute('value', 'The value')) =>
  attribute(name, description, {
    multiValued: true,
    subAttributes: [
      value,
      attribute('display', 'A name for people'),
      attribute('type', 'Such as work or home'),
      attribute('primary', 'Whether it is the preferred one', flag),
    ],
  });

const reference = (name: string, description: string) =>
  attribute(name, description, { type: 'reference', ...exact, ...readOnly });

/** What every resource has; the schemas do not list it (RFC 7643, 3.1). */
export const commonAttributes: readonly Attribute[] = [
  attribute('schemas', 'What it is', {
    multiValued: true,
    ...exact,
    returned: 'always',
    ...readOnly,
  }),
  attribute('id', 'Ours; it never changes', { ...exact, ...readOnly, returned: 'always' }),
  attribute('externalId', 'The id at the provider', exact),
  attribute('meta', 'Made by us', {
    ...readOnly,
    subAttributes: [
      attribute('resourceType', 'User or Group', { ...exact, ...readOnly }),
      attribute('created', 'When it was made', { type: 'dateTime', ...readOnly }),
      attribute('lastModified', 'When it changed last', { type: 'dateTime', ...readOnly }),
      reference('location', 'Its address'),
      attribute('version', 'Its ETag', { ...exact, ...readOnly }),
    ],
  }),
];

const userAttributes: readonly Attribute[] = [
  attribute('userName', 'What they sign in with; unique, whatever its case', {
    required: true,
    uniqueness: 'server',
  }),
  attribute('name', 'The parts of the name', {
    subAttributes: [
      attribute('formatted', 'The whole name'),
      attribute('familyName', 'The family name'),
      attribute('givenName', 'The given name'),
      attribute('middleName', 'The middle name'),
      attribute('honorificPrefix', 'Such as Dr.'),
      attribute('honorificSuffix', 'Such as III'),
    ],
  }),
  attribute('displayName', 'The name as people see it'),
  attribute('nickName', 'What they are called'),
  attribute('profileUrl', 'A page about them', { type: 'reference' }),
  attribute('title', 'The job title'),
  attribute('userType', 'Such as employee, contractor, temporary or intern'),
  attribute('preferredLanguage', 'Such as en'),
  attribute('locale', 'Such as en-US'),
  attribute('timezone', 'Such as Europe/Berlin'),
  attribute(
    'active',
    'Set to false, people are asked whether they leave; nothing else happens',
    flag,
  ),
  attribute('password', 'Taken and forgotten: nobody signs in here with it', {
    ...exact,
    mutability: 'writeOnly',
    returned: 'never',
  }),
  many('emails', 'E-mail addresses; the one for work is how they are found in other systems'),
  many('phoneNumbers', 'Telephone numbers'),
  many('entitlements', 'What they may'),
  many('roles', 'Their roles'),
  attribute('addresses', 'Where they work and live', {
    multiValued: true,
    subAttributes: [
      attribute('formatted', 'The whole address'),
      attribute('streetAddress', 'The street'),
      attribute('locality', 'The city'),
      attribute('region', 'The state or region'),
      attribute('postalCode', 'The postal code'),
      attribute('country', 'ISO 3166-1, two letters'),
      attribute('type', 'Such as work or home'),
      attribute('primary', 'Whether it is the preferred one', flag),
    ],
  }),
  attribute('groups', 'The groups they are in; changed by way of these', {
    multiValued: true,
    ...readOnly,
    subAttributes: [
      attribute('value', 'The id of the group', { ...exact, ...readOnly }),
      reference('$ref', 'The address of the group'),
      attribute('display', 'Its name', readOnly),
      attribute('type', 'Always direct', readOnly),
    ],
  }),
];

const enterpriseAttributes: readonly Attribute[] = [
  attribute(
    'employeeNumber',
    `The person id of the HR system, unless the connection says ${personIdAttributes.slice(1).join(' or ')}`,
  ),
  attribute('costCenter', 'The cost centre'),
  attribute('organization', 'The organisation'),
  attribute('division', 'The division'),
  attribute('department', 'The department'),
  attribute('manager', 'Whom they report to', {
    subAttributes: [
      attribute('value', 'The id of the manager’s user', exact),
      reference('$ref', 'The address of the manager’s user'),
      attribute('displayName', 'The name of the manager', readOnly),
    ],
  }),
];

export const userType: ResourceType = {
  name: 'User',
  endpoint: 'Users',
  description: 'An account of somebody',
  schema: 'urn:ietf:params:scim:schemas:core:2.0:User',
  attributes: userAttributes,
  extension: {
    schema: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
    attributes: enterpriseAttributes,
  },
};

export const groupType: ResourceType = {
  name: 'Group',
  endpoint: 'Groups',
  description: 'A group of users',
  schema: 'urn:ietf:params:scim:schemas:core:2.0:Group',
  attributes: [
    attribute('displayName', 'Its name', { required: true }),
    attribute('members', 'Who is in it', {
      multiValued: true,
      subAttributes: [
        attribute('value', 'The id of the user or group', { ...exact, mutability: 'immutable' }),
        reference('$ref', 'The address of the member'),
        attribute('display', 'The name of the member', readOnly),
        attribute('type', 'User or Group', { mutability: 'immutable' }),
      ],
    }),
  ],
  extension: null,
};

export const resourceTypes: readonly ResourceType[] = [userType, groupType];

/** Where an attribute stands: in the extension or not, and in another one or not. */
export interface Place {
  /** The schema of the extension, which is the name that it stands under; null: at the top. */
  readonly extension: string | null;
  readonly attribute: Attribute;
  readonly sub: Attribute | null;
}

const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

export const named = (all: readonly Attribute[], name: string): Attribute | null =>
  all.find((it) => sameName(it.name, name)) ?? null;

/** What begins with the name of a schema and a colon, without either; null: it does not. */
function behind(schema: string, text: string): string | null {
  const start = `${schema}:`;
  return sameName(text.slice(0, start.length), start) ? text.slice(start.length) : null;
}

/**
 * Finds what a path names, such as `userName`, `name.givenName`, or either of them behind the schema it belongs
 * to. Names may be of any case. Null: there is no such attribute.
 */
export function placeOf(type: ResourceType, path: string): Place | null {
  const inExtension = type.extension && behind(type.extension.schema, path);
  const extension = inExtension === null ? null : type.extension;
  const [name = '', subName, ...rest] = (inExtension ?? behind(type.schema, path) ?? path).split(
    '.',
  );
  const attribute = named(extension?.attributes ?? [...commonAttributes, ...type.attributes], name);
  if (attribute === null || rest.length > 0) return null;
  const sub = subName === undefined ? null : named(attribute.subAttributes, subName);
  if (subName !== undefined && sub === null) return null;
  return { extension: extension?.schema ?? null, attribute, sub };
}

export const isExtension = (type: ResourceType, name: string): boolean =>
  type.extension !== null && sameName(type.extension.schema, name);
