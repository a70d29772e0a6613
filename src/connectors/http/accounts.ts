import type { Account, PersonKeys } from '#connector-kit/contract.ts';
import { ConnectorError } from '#core/failure.ts';
import type { Client } from './client.ts';
import type { AccountMapping } from './description.ts';
import { itemsOf } from './paging.ts';
import { type Json, required, textAt, unexpected, valueAt } from './pointer.ts';
import type { Values } from './request.ts';

/** The accounts of one person. Nothing found counts only if the known account can be found. */
export async function findAccounts(client: Client, person: PersonKeys): Promise<Account[]> {
  const found = await search(client, person);
  const { knownAccount: known } = client;
  if (found.length > 0 || !known) return found;

  const keys = { email: known.email, employeeNumber: known.employeeNumber ?? null, name: '' };
  const again = await search(client, keys);
  if (!again.some(({ id }) => id === known.id)) throw unseen(client, 'is not found either');
  return [];
}

async function search(client: Client, person: PersonKeys): Promise<Account[]> {
  const { find, account, system } = client.description;
  const values = valuesOf(person);
  const match = find.match && { at: find.match.at, wanted: values[find.match.equals] };
  if (find.match && match?.wanted === undefined) {
    const detail = `${system} looks people up by employee number, and this person has none`;
    throw new ConnectorError({ kind: 'rejected', detail });
  }

  const found: Account[] = [];
  let items = 0;
  let comparable = 0;
  try {
    for await (const item of itemsOf(client, find, values)) {
      items += 1;
      const key = match && valueAt(item, match.at);
      comparable += key === undefined ? 0 : 1;
      if (match && (key === undefined || !isSame(key, match.wanted))) continue;
      found.push(toAccount(item, account, system));
    }
  } catch (error) {
    if (!find.notFoundMeansNone || !isNotFound(error)) throw error;
    return [];
  }
  if (match && items > 0 && comparable === 0) {
    throw unexpected(`None of ${items} accounts of ${system} has anything at "${match.at}"`);
  }
  if (!match && found.length > 1) {
    // What a search answers that does not understand our question: everybody.
    throw unexpected(`${system} found ${found.length} accounts for one person: describe \`match\``);
  }
  return found;
}

/** Every account. The known account has to be among them, or the list is not whole. */
export async function* listAccounts(client: Client): AsyncIterable<Account> {
  const { list, account, system } = client.description;
  if (!list) {
    const detail = `The description of ${system} does not say how to list accounts: add \`list\``;
    throw new ConnectorError({ kind: 'rejected', detail });
  }
  let isKnownSeen = false;
  for await (const item of itemsOf(client, list, {})) {
    const it = toAccount(item, account, system);
    isKnownSeen ||= it.id === client.knownAccount?.id;
    yield it;
  }
  if (client.knownAccount && !isKnownSeen) throw unseen(client, 'is not in the list');
}

/** The login of an account by its id, for requests that use `{account.login}`. */
export async function loginOf(client: Client, accountId: string): Promise<string> {
  const { one, account, system } = client.description;
  if (!one) throw unexpected(`The description of ${system} does not say how to read one account`);
  const { body = null, summary } = await client.ask(one.request, { 'account.id': accountId });
  return textAt(required(body, one.at, summary), account.login, system);
}

const valuesOf = ({ email, employeeNumber }: PersonKeys): Values => ({
  'person.email': email,
  'person.emailName': email.split('@')[0] ?? email,
  ...(employeeNumber === null ? {} : { 'person.employeeNumber': employeeNumber }),
});

function toAccount(item: Json, mapping: AccountMapping, system: string): Account {
  const status = required(item, mapping.status.at, system);
  const { privileged, lastSeenAt } = mapping;
  return {
    id: textAt(item, mapping.id, system),
    login: textAt(item, mapping.login, system),
    // A word that nobody described may well be one that lets people in.
    status: mapping.status.values[String(status)] ?? mapping.status.otherwise ?? 'active',
    privileged: privileged
      ? [valueAt(item, privileged.at)]
          .flat()
          .some((it) => privileged.isOneOf.some((one) => one === it))
      : false,
    lastSeenAt: lastSeenAt === undefined ? null : momentOf(valueAt(item, lastSeenAt)),
  };
}

function momentOf(value: Json | undefined): Date | null {
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? null : new Date(at);
}

const isSame = (value: Json, wanted: Json | undefined): boolean =>
  String(value).trim().toLowerCase() === String(wanted).trim().toLowerCase();

export const isNotFound = (error: unknown): boolean =>
  error instanceof ConnectorError && error.failure.kind === 'not-found';

/** Our credential does not see what is there, so what it does not see proves nothing. */
export function unseen({ description, knownAccount }: Client, how: string): ConnectorError {
  const detail =
    `The known account ${knownAccount?.id} of ${description.system} ${how}, so an empty answer ` +
    'says nothing: the credential may not see all accounts, or the known account is gone';
  return new ConnectorError({ kind: 'forbidden', detail });
}
