// What a small Slack in memory holds, and how the real one shows it.

export interface FakeSlackUser {
  readonly id: string;
  readonly email?: string;
  readonly name?: string;
  deleted?: boolean;
  /** In an organisation: there; elsewhere in the workspace. */
  rank?: Rank;
  readonly guest?: 'multi-channel' | 'single-channel';
  readonly bot?: true;
  /** Of another company. */
  readonly stranger?: true;
  /** What they are in each workspace of an organisation. */
  workspaces?: Record<string, Rank>;
  sessions?: number[];
  externalId?: string;
}
export type Rank = 'member' | 'admin' | 'owner' | 'primary owner';

export interface FakeUserGroup {
  readonly id: string;
  readonly name: string;
  readonly workspace?: string;
  members: string[];
  readonly auto?: 'admin' | 'owner';
  /** Kept by an identity provider: the web API does not change it. */
  readonly byScim?: true;
}

export interface FakeIntegrationChange {
  readonly user: string;
  readonly change: string;
  readonly date: number;
  readonly app?: string;
  readonly service?: string;
  readonly type?: string;
  readonly workspace?: string;
}

export const organisation = 'E0MEADOW';
export const onlyWorkspace = 'T0MEADOW';

/** A deactivated person is shown without any role. */
export function shownUser(it: FakeSlackUser, isOrganisation: boolean) {
  const is = (rank: Rank) => it.rank === rank || (rank === 'owner' && it.rank === 'primary owner');
  const flags = it.deleted
    ? {}
    : {
        is_admin: is('admin') || is('owner'),
        ...{ is_owner: is('owner'), is_primary_owner: is('primary owner') },
        is_restricted: it.guest !== undefined,
        is_ultra_restricted: it.guest === 'single-channel',
      };
  const enterprise_user = {
    ...{ id: it.id, enterprise_id: organisation, enterprise_name: 'Meadow & Co' },
    ...{ is_admin: !it.deleted && is('admin'), is_owner: !it.deleted && is('owner') },
    teams: Object.keys(it.workspaces ?? {}),
  };
  return {
    ...{ id: it.id, name: it.name ?? it.id.toLowerCase(), deleted: it.deleted ?? false },
    ...{ is_bot: it.bot ?? false, is_app_user: false, updated: 1_764_400_000, ...flags },
    profile: it.email === undefined ? {} : { email: it.email },
    ...(it.stranger ? { is_stranger: true } : {}),
    ...(isOrganisation ? { enterprise_user } : {}),
  };
}

export function shownInOrganisation(it: FakeSlackUser) {
  const { id, name, profile, is_bot, deleted, ...flags } = shownUser(it, true);
  const {
    is_admin = false,
    is_owner = false,
    is_primary_owner = false,
  } = flags as {
    is_admin?: boolean;
    is_owner?: boolean;
    is_primary_owner?: boolean;
  };
  return {
    ...{ id, username: name, is_bot, is_active: !deleted, is_admin, is_owner, is_primary_owner },
    email: it.email ?? '',
  };
}

export const shownGroup = (it: FakeUserGroup) => ({
  ...{ id: it.id, team_id: it.workspace ?? onlyWorkspace, name: it.name, is_usergroup: true },
  ...{ auto_type: it.auto ?? null, is_idp_group: it.byScim ?? false, date_delete: 0 },
  users: it.members,
});

export const shownChange = (it: FakeIntegrationChange) => ({
  ...{ user_id: it.user, user_name: 'somebody', date: `${it.date}`, change_type: it.change },
  ...(it.app === undefined ? {} : { app_id: it.app, app_type: it.type ?? 'An app', scope: 'bot' }),
  ...(it.service === undefined
    ? {}
    : { service_id: it.service, service_type: it.type ?? 'Incoming WebHooks' }),
});
