import { z } from 'zod';
import {
  type Reading,
  readCountry,
  readEmail,
  readId,
  readText,
  readWord,
  readZone,
} from '#connector-kit/facts.ts';
import { employmentTypes } from '#core/person.ts';
import type { PersonIdAttribute, ProvisionedAccount } from '#core/provisioned.ts';

export const enterpriseUser = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

const word = z.string().nullish();
const many = <T extends z.ZodType>(shape: T) => z.array(shape).nullish();

/** The attributes of a SCIM user of which we make facts about a person; all were read by their schema before. */
const Attributes = z.object({
  userName: z.string(),
  externalId: word,
  active: z.boolean().nullish(),
  displayName: word,
  name: z.object({ formatted: word, givenName: word, familyName: word }).nullish(),
  emails: many(z.object({ value: word, type: word, primary: z.boolean().nullish() })),
  addresses: many(
    z.object({
      locality: word,
      region: word,
      country: word,
      type: word,
      primary: z.boolean().nullish(),
    }),
  ),
  title: word,
  userType: word,
  timezone: word,
  [enterpriseUser]: z
    .object({
      employeeNumber: word,
      department: word,
      manager: z.object({ value: word }).nullish(),
    })
    .nullish(),
});

/** What is known of an account but when and why it changed. */
export interface AccountFacts extends Pick<ProvisionedAccount, 'login' | 'personId' | 'person'> {
  readonly active: boolean;
  readonly externalId: string | null;
  /** Of the manager's account, as the provider named it; `person.managerId` is for the caller to fill in. */
  readonly manager: string | null;
}

/** Or what the account lacks to be that of a person, in a sentence for the provider's log. */
export function accountFacts(
  attributes: Readonly<Record<string, unknown>>,
  personIdFrom: PersonIdAttribute,
): AccountFacts | { readonly because: string } {
  const it = Attributes.parse(attributes);
  const extension = it[enterpriseUser];
  const emails = it.emails ?? [];
  const work = emails.filter((one) => one.type?.toLowerCase() !== 'home');
  const email = first(readEmail, [chosen(work)?.value, it.userName, chosen(emails)?.value]);
  if (email === null) {
    return { because: 'An account needs an e-mail address: send emails, or one as the userName.' };
  }
  const personId = {
    employeeNumber: extension?.employeeNumber,
    externalId: it.externalId,
    userName: it.userName,
  }[personIdFrom];
  const full = [it.name?.givenName, it.name?.familyName].filter((part) => part).join(' ');
  const address = chosen(it.addresses ?? []);
  const home = emails.find((one) => one.type?.toLowerCase() === 'home')?.value;
  return {
    login: it.userName,
    active: it.active ?? true,
    externalId: it.externalId ?? null,
    manager: extension?.manager?.value ?? null,
    personId: first(readId, [personId]),
    person: {
      name: first(readText, [it.displayName, it.name?.formatted, full, it.userName]) ?? it.userName,
      email,
      personalEmail: first(readEmail, [home === email ? null : home]),
      department: first(readText, [extension?.department]),
      title: first(readText, [it.title]),
      managerId: null,
      location: first(readText, [address?.locality]),
      country: first(readCountry, [address?.country]),
      region: first(readText, [address?.region]),
      zone: first(readZone, [it.timezone]),
      employmentType: first(readWord(employmentTypes), [it.userType]),
      tags: [],
      startDate: null,
    },
  };
}

/** All addresses by which an account may be looked for, in lower case. */
export const emailsOf = (attributes: Readonly<Record<string, unknown>>): readonly string[] => {
  const { emails, userName } = Attributes.parse(attributes);
  const all = [userName, ...(emails ?? []).map((it) => it.value ?? '')];
  return [
    ...new Set(
      all.filter((it) => it.includes('@') && it.length <= 320).map((it) => it.toLowerCase()),
    ),
  ];
};

/** The primary one, else the first. */
const chosen = <T extends { primary?: boolean | null | undefined }>(
  all: readonly T[],
): T | undefined => all.find((it) => it.primary) ?? all[0];

/** The first that can be read. What cannot is a matter of the directory, and no reason to know nobody. */
function first<T>(
  read: (text: string) => Reading<T>,
  texts: readonly (string | null | undefined)[],
): T | null {
  for (const text of texts) {
    if (!text?.trim()) continue;
    const reading = read(text);
    if (reading.kind === 'value') return reading.value;
  }
  return null;
}
