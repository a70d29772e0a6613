/** What the app has to be granted, by Slack's names, as scopes of a user token. */
export const scopes = {
  readUsers: 'users:read',
  readAddresses: 'users:read.email',
  readGroups: 'usergroups:read',
  writeGroups: 'usergroups:write',
  /** SCIM, and the log of integrations. */
  admin: 'admin',
  adminReadUsers: 'admin.users:read',
  adminWriteUsers: 'admin.users:write',
  adminReadWorkspaces: 'admin.teams:read',
} as const;

/** As scopes of the bot token, for messages to people and channels. */
export const botScopes = {
  readAddresses: 'users:read.email',
  openConversations: 'im:write',
  write: 'chat:write',
} as const;
