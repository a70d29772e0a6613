import type { Account, ListRow, PersonKeys } from '#connector-kit/contract.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import { ConnectorError } from '#core/failure.ts';
import type { GitLab, Profile } from './api.ts';
import { levels, membershipsOf } from './memberships.ts';
import type { Settings } from './settings.ts';
import type { Top } from './top-group.ts';

const isSame = (a: string, b: string | null) => a.toLowerCase() === b?.toLowerCase();

/**
 * The accounts of one person in a group. Owners see no address of who is no enterprise user, and a username is
 * nobody's name: it counts only if one of the ways that the connection names says whose it is.
 */
export async function findInGroup(
  client: GitLab,
  top: Top,
  person: PersonKeys,
): Promise<Account[]> {
  const users = new Map<number, Profile>();
  for (const way of client.settings.findBy ?? []) {
    for (const user of await found[way](client, top, person)) users.set(user.id, user);
  }
  const accounts: Account[] = [];
  for (const { id, username, state } of users.values()) {
    const memberships = await membershipsOf(client, String(id));
    const opens =
      state === 'active' && (memberships.length > 0 || (await isLetIn(client, top, id)));
    accounts.push({
      ...{ id: String(id), login: username, status: opens ? 'active' : 'suspended' },
      privileged: memberships.some(({ level }) => level === levels.owner),
      lastSeenAt: null,
    });
  }
  return accounts;
}

/** By a group from elsewhere that was invited. */
const isLetIn = async (client: GitLab, top: Top, id: number) =>
  (await unlessMissing(client.memberThrough((await top.self()).id, String(id)))) !== null;

/** Members of the group itself, and those who take a seat somewhere below it. */
export async function* listGroup(client: GitLab, top: Top): AsyncIterable<Account> {
  const seen = new Set<number>();
  for await (const { access_level: level, ...it } of client.membersOf((await top.self()).id)) {
    seen.add(it.id);
    yield { ...account(it), privileged: level === levels.owner };
  }
  for await (const it of top.billed()) {
    if (!seen.has(it.id)) yield { ...account(it), lastSeenAt: it.last_activity_on ?? null };
  }
}

const account = ({ id, username, state }: Profile): Account => ({
  ...{ id: String(id), login: username, status: state === 'active' ? 'active' : 'suspended' },
  ...{ privileged: false, lastSeenAt: null },
});

type Way = NonNullable<Settings['findBy']>[number];
const found: Record<Way, (client: GitLab, top: Top, person: PersonKeys) => Promise<Profile[]>> = {
  enterprise: byAddress,
  saml: bySaml,
  list: byList,
};

/** The search finds parts as well; only the whole address counts. */
async function byAddress(_: GitLab, top: Top, { email }: PersonKeys): Promise<Profile[]> {
  const users: Profile[] = [];
  for await (const it of top.enterpriseUsersLike(email))
    if (isSame(email, it.email)) users.push(it);
  return users;
}

async function bySaml(client: GitLab, top: Top, person: PersonKeys): Promise<Profile[]> {
  const { email, employeeNumber } = person;
  const users: Profile[] = [];
  for await (const { extern_uid: name, user_id: id } of top.samlIdentities()) {
    if (isSame(name, email) || name === employeeNumber)
      users.push(await client.profile(String(id)));
  }
  return users;
}

/** By id first; the address only where a row has no id, since addresses are given anew. */
async function byList(client: GitLab, { path }: Top, person: PersonKeys): Promise<Profile[]> {
  const upload = await client.list?.upload();
  const unfit = !upload
    ? 'No list that says whose username is whose was uploaded yet.'
    : upload.refusedRows > 0
      ? `The list had rows that could not be read (${upload.refusedRows}), and one of them may be of this person.`
      : null;
  if (unfit !== null) {
    const detail = `${unfit} Upload one for ${path}: gatehouse import list`;
    throw new ConnectorError({ kind: 'unavailable', detail });
  }
  const { employeeNumber: personId, email } = person;
  const rows = (await client.list?.rowsOf({ personId, email })) ?? [];
  const isTheirs = (it: ListRow) =>
    personId === null || it.personId === null || it.personId === personId;
  const users: Profile[] = [];
  for (const { name } of rows.filter(isTheirs)) {
    const user = await client.profileOf(name);
    if (user) users.push(user);
  }
  return users;
}
