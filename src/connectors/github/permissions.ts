/**
 * What the app has to be granted, by the names of GitHub's own interface, and for reading or for
 * writing. Each action says which of them it needs.
 * https://docs.github.com/rest/authentication/permissions-required-for-github-apps
 */
export const permissions = {
  readMembers: 'members: read',
  manageMembers: 'members: write',
  readRoles: 'organization_custom_org_roles: read',
  readAdministration: 'organization_administration: read',
  manageAdministration: 'organization_administration: write',
  readTokens: 'organization_personal_access_tokens: read',
  manageTokens: 'organization_personal_access_tokens: write',
  readSeats: 'organization_copilot_seat_management: read',
  manageSeats: 'organization_copilot_seat_management: write',
  readKeys: 'administration: read',
  manageKeys: 'administration: write',
} as const;

/** What an app holds, in the same words. Who may write may read. */
export const held = (granted: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(granted).flatMap(([name, access]) =>
    access === 'read' ? [`${name}: read`] : [`${name}: read`, `${name}: ${access}`],
  );
