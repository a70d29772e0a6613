/** What the service account has to hold: roles of Keycloak’s own admin client. */
export const scopes = {
  /** Comes with looking at users, and at groups. */
  manageUsers: 'manage-users',
  /** Only for people from a directory behind Keycloak: whether it may be written to. */
  viewRealm: 'view-realm',
  /** All roles in one. Keycloak lets nobody take away an administrator role that they do not hold. */
  realmAdmin: 'realm-admin',
} as const;
