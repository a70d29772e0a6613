import { byId } from '#connector-kit/by-id.ts';
import type { Account, PersonKeys } from '#connector-kit/contract.ts';
import type { Microsoft, User } from './api.ts';
import { everyPrivileged, isPrivileged } from './privileged.ts';
import type { Key } from './settings.ts';

/** The users with exactly one of the keys that people are known by. */
export async function usersOf(
  microsoft: Microsoft,
  { email, employeeNumber }: Pick<PersonKeys, 'email' | 'employeeNumber'>,
): Promise<User[]> {
  const found = new Map<string, User>();
  for (const key of microsoft.settings.findBy) {
    const value = key === 'employeeNumber' ? employeeNumber : email;
    if (value === null) continue;
    for (const user of await microsoft.usersWith(key, value)) {
      if (valuesOf[key](user).some((it) => isSame(it, value))) found.set(user.id, user);
    }
  }
  return [...found.values()].sort(byId);
}

export async function findAccounts(microsoft: Microsoft, person: PersonKeys): Promise<Account[]> {
  const users = await usersOf(microsoft, person);
  return Promise.all(users.map(async (it) => toAccount(it, await isPrivileged(microsoft, it.id))));
}

export async function* listAccounts(microsoft: Microsoft): AsyncIterable<Account> {
  const privileged = await everyPrivileged(microsoft);
  for await (const user of microsoft.allUsers()) yield toAccount(user, privileged.has(user.id));
}

/** The one user with this address; null: there is none, or one alone cannot be told. */
export async function userCalled(microsoft: Microsoft, email: string): Promise<User | null> {
  const [user, second] = await usersOf(microsoft, { email, employeeNumber: null });
  return user && !second ? user : null;
}

/** Somebody of another organisation, who signs in there (learn.microsoft.com, B2B user properties). */
export const isExternal = ({ userPrincipalName }: User) => /#EXT#/i.test(userPrincipalName);

const valuesOf: Readonly<Record<Key, (user: User) => readonly string[]>> = {
  email: ({ mail }) => [mail ?? ''],
  login: ({ userPrincipalName }) => [userPrincipalName],
  alias: ({ proxyAddresses }) => proxyAddresses.map((it) => it.replace(/^smtp:/i, '')),
  employeeNumber: ({ employeeId }) => [employeeId ?? ''],
};
const isSame = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

const toAccount = (user: User, privileged: boolean): Account => ({
  id: user.id,
  login: user.userPrincipalName,
  status: user.accountEnabled === false ? 'suspended' : 'active',
  privileged,
  // Last sign-ins need a licence and a permission more.
  lastSeenAt: null,
});
