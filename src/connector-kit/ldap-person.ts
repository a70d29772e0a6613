import { EqualityFilter, type Filter, OrFilter } from 'ldapts';
import { z } from 'zod';
import type { PersonKeys } from './contract.ts';
import { loginDomain } from './login-names.ts';

// How a directory is told to look for a person. Filters are built as objects, never as text, so
// that no name, however odd, can become part of a filter.

/** An attribute's name or number (RFC 4512, 1.4). */
export const attributeName = z
  .string()
  .trim()
  .regex(/^([A-Za-z][A-Za-z0-9-]*|\d+(\.\d+)+)$/, 'An attribute has a name such as mail.');

/** Settings of every directory: which attributes tell whose an entry is. */
export const personAttributes = (email: readonly string[], employeeNumber: readonly string[]) => ({
  emailAttributes: z
    .array(attributeName)
    .min(1)
    .default([...email])
    .meta({
      title: 'Attributes that hold the e-mail address',
      description: 'The account is found when one of them equals the address of the person.',
    }),
  employeeNumberAttributes: z
    .array(attributeName)
    .default([...employeeNumber])
    .meta({
      title: 'Attributes that hold the person number of the HR system',
      description: 'Leave empty if there is none.',
    }),
  loginDomain: loginDomain.optional().meta({
    title: 'Login names come from addresses of this domain',
    description:
      'Fill in, for example, acme.com only if ada@acme.com always has the login name ada.',
  }),
});

export interface PersonAttributes {
  readonly emailAttributes: readonly string[];
  readonly employeeNumberAttributes: readonly string[];
  readonly loginDomain?: string | undefined;
}

export const equals = (attribute: string, value: string | Buffer): Filter =>
  new EqualityFilter({ attribute, value });

export const anyOf = (filters: readonly Filter[]): Filter =>
  new OrFilter({ filters: [...filters] });

/** Whatever belongs to a person by one of the attributes. The name is never one: it is not unique. */
export function personFilter(
  person: PersonKeys,
  loginAttribute: string,
  by: PersonAttributes,
): Filter {
  const { email, employeeNumber } = person;
  const filters = by.emailAttributes.map((it) => equals(it, addressIn(it, email)));
  if (employeeNumber !== null) {
    filters.push(...by.employeeNumberAttributes.map((it) => equals(it, employeeNumber)));
  }
  const [login = '', domain = ''] = email.split('@');
  if (by.loginDomain !== undefined && domain.toLowerCase() === by.loginDomain.toLowerCase()) {
    filters.push(equals(loginAttribute, login));
  }
  return anyOf(filters);
}

/** Exchange writes each address with its kind in front, such as `smtp:ada@acme.com`. */
const addressIn = (attribute: string, email: string): string =>
  attribute.toLowerCase() === 'proxyaddresses' ? `smtp:${email}` : email;
