import type { Account, PersonKeys } from '#connector-kit/contract.ts';
import type { Slack } from './api.ts';
import { isOrganisation } from './settings.ts';
import type { OrganisationUser, SlackUser } from './shapes.ts';

/**
 * The accounts with the address, guests as well. SCIM also knows those that are deactivated; without it
 * Slack finds an address only while its account is active.
 */
export async function findPeople(slack: Slack, { email }: PersonKeys): Promise<Account[]> {
  const found = slack.scim
    ? await Promise.all((await slack.scim.usersWith(email)).map(({ id }) => slack.user(id)))
    : [await slack.userWith(email)].filter((it) => it !== null);
  return found.filter((it) => isPerson(it) && hasAddress(it, email)).map(ofUser);
}

/** Every account of a person, active or not. Bots are no one’s sign-in and are left out. */
export async function* listPeople(slack: Slack): AsyncIterable<Account> {
  if (!isOrganisation(slack.settings)) {
    for await (const user of slack.allUsers()) if (isPerson(user)) yield ofUser(user);
    return;
  }
  for (const active of [true, false]) {
    for await (const user of slack.allInOrganisation(active)) {
      if (!user.is_bot && user.id !== slackbot) yield ofOrganisation(user, active);
    }
  }
}

/** Slack does not call it a bot. */
const slackbot = 'USLACKBOT';
const isPerson = ({ id, is_bot, is_stranger }: SlackUser) =>
  !is_bot && !is_stranger && id !== slackbot;

/** A deactivated account may be shown without one; SCIM found it by the address. */
const hasAddress = ({ profile }: SlackUser, email: string): boolean =>
  !profile?.email || profile.email.toLowerCase() === email.toLowerCase();

const ofUser = (it: SlackUser): Account => ({
  id: it.id,
  login: it.profile?.email ?? it.name ?? it.id,
  status: it.deleted ? 'suspended' : 'active',
  privileged:
    isPrivileged(it) ||
    it.enterprise_user?.is_admin === true ||
    it.enterprise_user?.is_owner === true,
  lastSeenAt: null,
});

const ofOrganisation = (it: OrganisationUser, active: boolean): Account => ({
  id: it.id,
  login: it.email ?? it.username ?? it.id,
  status: active ? 'active' : 'suspended',
  privileged: isPrivileged(it),
  lastSeenAt: null,
});

const isPrivileged = (it: { is_admin: boolean; is_owner: boolean; is_primary_owner: boolean }) =>
  it.is_admin || it.is_owner || it.is_primary_owner;
