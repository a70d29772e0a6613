import type { Account, ListRow, PersonKeys } from '#connector-kit/contract.ts';
import { ConnectorError } from '#core/failure.ts';
import type { GitHub, User } from './api.ts';
import type { Identity } from './graphql.ts';
import { invitationsIn, ofInvitation } from './invitations.ts';
import type { Settings } from './settings.ts';

const isSame = (a: string, b: string | null | undefined) => a.toLowerCase() === b?.toLowerCase();

/**
 * The accounts of one person. A login on GitHub is nobody's name and no address, so it is never guessed: it
 * counts only if one of the ways that the connection names says whose it is.
 */
export async function find(client: GitHub, person: PersonKeys): Promise<Account[]> {
  const users = new Map<number, User>();
  for (const way of client.settings.findBy) {
    for (const user of await found[way](client, person)) users.set(user.id, user);
  }
  const accounts: Account[] = [];
  for (const user of users.values()) accounts.push(...(await accountOf(client, user)));
  for await (const it of invitationsIn(client)) {
    const isHere = [...users.values()].some(({ login }) => isSame(login, it.login));
    if (isSame(person.email, it.email) && !isHere) accounts.push(ofInvitation(it));
  }
  return accounts;
}

/** Everybody with access: owners, members, outside collaborators, and who is invited. */
export async function* list(client: GitHub): AsyncIterable<Account> {
  for await (const user of client.membersWho('admin')) yield account(user, true);
  for await (const user of client.membersWho('member')) yield account(user, false);
  for await (const user of client.outsiders()) yield account(user, false);
  for await (const it of invitationsIn(client)) yield ofInvitation(it);
}

const account = ({ id, login }: User, privileged: boolean): Account => ({
  ...{ id: String(id), login, status: 'active', privileged, lastSeenAt: null },
});

/** None, if the user has no access: identities and lists may be older than the organisation. */
async function accountOf(client: GitHub, user: User): Promise<Account[]> {
  const membership = await client.membership(user.login);
  if (membership) return [account(user, membership.role === 'admin')];
  for await (const { id } of client.outsiders()) if (id === user.id) return [account(user, false)];
  return [];
}

type Way = Settings['findBy'][number];
const found: Record<Way, (client: GitHub, person: PersonKeys) => Promise<User[]>> = {
  saml: bySaml,
  'verified domain': byVerifiedDomain,
  list: byList,
};

/** Asked for by the name they sign in with; and where that is no address, all are looked through. */
async function bySaml(client: GitHub, { email }: PersonKeys): Promise<User[]> {
  const users: User[] = [];
  const take = async (identities: AsyncIterable<Identity>) => {
    for await (const it of identities) {
      const id = it.user?.databaseId;
      if (it.user && id && namesOf(it).some((name) => isSame(email, name))) {
        users.push({ id, login: it.user.login });
      }
    }
  };
  await take(client.identities(email));
  if (users.length === 0) await take(client.identities(null));
  return users;
}

const namesOf = ({ samlIdentity, scimIdentity }: Identity) => [
  ...[samlIdentity?.nameId, samlIdentity?.username, scimIdentity?.username],
  ...[...(samlIdentity?.emails ?? []), ...(scimIdentity?.emails ?? [])].map(({ value }) => value),
];

async function byVerifiedDomain(client: GitHub, { email }: PersonKeys): Promise<User[]> {
  const users: User[] = [];
  let areTold = false;
  for await (const {
    databaseId,
    login,
    organizationVerifiedDomainEmails: own,
  } of client.members()) {
    areTold ||= own.length > 0;
    if (databaseId && own.some((it) => isSame(email, it))) users.push({ id: databaseId, login });
  }
  if (areTold) return users;
  throw new ConnectorError({
    kind: 'rejected',
    detail:
      'GitHub shows no address of any member. The organisation has to verify its domain first: settings → ' +
      'Verified and approved domains.',
  });
}

/** By id first; the address only where a row has no id, since addresses are given anew. */
async function byList(
  { list: io, userCalled, settings }: GitHub,
  person: PersonKeys,
): Promise<User[]> {
  const upload = await io?.upload();
  const unfit = !upload
    ? 'No list that says whose login is whose was uploaded yet.'
    : upload.refusedRows > 0
      ? `The list had rows that could not be read (${upload.refusedRows}), and one of them may be of this person.`
      : null;
  if (unfit !== null) {
    const detail = `${unfit} Upload one for ${settings.organisation}: gatehouse import list`;
    throw new ConnectorError({ kind: 'unavailable', detail });
  }
  const { employeeNumber: personId, email } = person;
  const rows = (await io?.rowsOf({ personId, email })) ?? [];
  const isTheirs = (it: ListRow) =>
    personId === null || it.personId === null || it.personId === personId;
  const users = await Promise.all(rows.filter(isTheirs).map(({ name }) => userCalled(name)));
  return users.filter((it) => it !== null);
}
