import type { Account, PersonKeys } from '#connector-kit/contract.ts';
import { ConnectorError } from '#core/failure.ts';
import type { Scim } from './api.ts';
import type { User } from './resources.ts';
import type { Key, Settings } from './settings.ts';

interface Clue {
  readonly key: Key;
  readonly value: string;
}

/** Every account of the person, by each declared attribute, each account once. */
export async function findAccounts(scim: Scim, person: PersonKeys): Promise<Account[]> {
  const clues = scim.settings.findBy.flatMap((key) => cluesIn(person, key));
  const found = new Map<string, User>();

  if (scim.settings.filters) {
    for (const clue of clues) {
      for await (const user of scim.usersWhere(clue.key, clue.value)) {
        if (!fits(user, clue)) throw filterIgnored(clue.key);
        found.set(user.id, user);
      }
    }
  } else {
    for await (const user of scim.allUsers()) {
      if (clues.some((clue) => fits(user, clue))) found.set(user.id, user);
    }
  }
  return [...found.values()].map((user) => toAccount(user, scim.settings));
}

/**
 * What to look for in one attribute.
 *
 * Names and addresses should match whatever their case, but some servers compare to the
 * letter; most store lower case, so that spelling is asked for as well.
 */
function cluesIn({ email, employeeNumber }: PersonKeys, key: Key): Clue[] {
  if (key === 'externalId') return employeeNumber ? [{ key, value: employeeNumber }] : [];
  return [...new Set([email, email.toLowerCase()])].map((value) => ({ key, value }));
}

function fits(user: User, { key, value }: Clue): boolean {
  const shown = valuesOf(user, key);
  if (key === 'externalId') return shown.includes(value);
  return shown.some((it) => it.toLowerCase() === value.toLowerCase());
}

/** What a user shows in an attribute by which people are found. */
export function valuesOf(user: User, key: Key): string[] {
  const emails = user.emails.map((it) => it.value);
  const shown = { userName: [user.userName], externalId: [user.externalId] };
  const values = key === 'userName' || key === 'externalId' ? shown[key] : emails;
  return values.filter((it) => it !== null);
}

/** Servers that do not understand a filter may answer everybody; nobody else must be touched. */
export const filterIgnored = (attribute: string) =>
  new ConnectorError({
    kind: 'unexpected',
    detail:
      `A search by ${attribute} answered something that does not have it, so the server does ` +
      'not search by it. Take it out of the settings, or switch search off',
  });

export function toAccount(user: User, settings: Settings): Account {
  const gone = settings.deactivation === 'deletes' ? 'deleted' : 'suspended';
  return {
    id: user.id,
    login: user.userName ?? user.emails[0]?.value ?? user.id,
    status: user.active === false ? gone : 'active',
    privileged: namesOn(user).some((name) => settings.administrators.includes(name)),
    lastSeenAt: null, // SCIM knows no sign-ins
  };
}

/** Everything that tells what a user may do there. */
function namesOn({ userType, roles, entitlements, groups }: User): string[] {
  const labels = [...roles, ...entitlements, ...groups].flatMap((it) =>
    typeof it === 'string' ? [it] : [it.value, it.display],
  );
  return [userType, ...labels].filter((it) => it !== null);
}
