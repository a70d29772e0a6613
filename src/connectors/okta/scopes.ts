/** What an app has to be granted, by Okta's names. Each action says which of them it needs. */
export const scopes = {
  readUsers: 'okta.users.read',
  manageUsers: 'okta.users.manage',
  readGroups: 'okta.groups.read',
  manageGroups: 'okta.groups.manage',
  readRoles: 'okta.roles.read',
  manageRoles: 'okta.roles.manage',
  readApps: 'okta.apps.read',
  readLogs: 'okta.logs.read',
  readApiTokens: 'okta.apiTokens.read',
  manageApiTokens: 'okta.apiTokens.manage',
} as const;
