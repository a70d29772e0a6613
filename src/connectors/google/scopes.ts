const auth = 'https://www.googleapis.com/auth/';

/** What domain-wide delegation has to allow, by Google's names. Each action says which of them it needs. */
export const scopes = {
  users: `${auth}admin.directory.user`,
  security: `${auth}admin.directory.user.security`,
  groups: `${auth}admin.directory.group`,
  roles: `${auth}admin.directory.rolemanagement`,
  transfers: `${auth}admin.datatransfer`,
  mailboxes: `${auth}gmail.settings.basic`,
  mailSharing: `${auth}gmail.settings.sharing`,
  devices: `${auth}cloud-identity.devices`,
  licences: `${auth}apps.licensing`,
  vault: `${auth}ediscovery`,
  units: `${auth}admin.directory.orgunit.readonly`,
} as const;
export type Scope = (typeof scopes)[keyof typeof scopes];
