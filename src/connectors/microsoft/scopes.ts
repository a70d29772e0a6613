/**
 * What the app has to be granted: application permissions of Microsoft Graph, by Microsoft's names. Each action
 * says which of them it needs; they are the least that its requests can do with.
 */
export const scopes = {
  readDirectory: 'Directory.Read.All',
  readUsers: 'User.Read.All',
  enableUsers: 'User.EnableDisableAccount.All',
  endSessions: 'User.RevokeSessions.All',
  setPasswords: 'User-PasswordProfile.ReadWrite.All',
  manageMethods: 'UserAuthenticationMethod.ReadWrite.All',
  manageMembers: 'GroupMember.ReadWrite.All',
  manageRoles: 'RoleManagement.ReadWrite.Directory',
  manageConsents: 'DelegatedPermissionGrant.ReadWrite.All',
  manageAppRoles: 'AppRoleAssignment.ReadWrite.All',
  manageUsers: 'User.ReadWrite.All',
  deleteUsers: 'User.DeleteRestore.All',
  manageGroups: 'Group.ReadWrite.All',
  manageApps: 'Application.ReadWrite.All',
  manageLicences: 'LicenseAssignment.ReadWrite.All',
  readMailboxes: 'MailboxSettings.Read',
  manageMailboxes: 'MailboxSettings.ReadWrite',
  manageFiles: 'Files.ReadWrite.All',
  readDevices: 'DeviceManagementManagedDevices.Read.All',
  commandDevices: 'DeviceManagementManagedDevices.PrivilegedOperations.All',
} as const;
