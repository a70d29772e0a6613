/** What the app has to be granted, by Zoom's names (granular scopes). */
export const scopes = {
  readUser: 'user:read:user:admin',
  listUsers: 'user:read:list_users:admin',
  updateUser: 'user:update:user:admin',
  updateStatus: 'user:update:status:admin',
  deleteUser: 'user:delete:user:admin',
  deleteToken: 'user:delete:token:admin',
  takeRole: 'role:delete:member:admin',
  giveRole: 'role:write:member:admin',
  listGroups: 'group:read:list_groups:admin',
  leaveGroup: 'group:delete:member:admin',
  joinGroup: 'group:write:member:admin',
  listMeetings: 'meeting:read:list_meetings:admin',
} as const;
