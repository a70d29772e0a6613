// The fields that GitHub's document demands and nobody here reads.

const api = 'https://api.github.com/x';

export const fullUser = ({ id, login }: { readonly id: number; readonly login: string }) => ({
  ...{ id, login, node_id: 'x', type: 'User', site_admin: false, gravatar_id: '' },
  ...{ avatar_url: api, events_url: 'x', followers_url: api, following_url: 'x', gists_url: 'x' },
  ...{ html_url: api, organizations_url: api, received_events_url: api, repos_url: api },
  ...{ starred_url: 'x', subscriptions_url: api, url: api },
});

export const organisationOf = (login: string) => ({
  ...{ id: 1, login, node_id: 'x', url: api, repos_url: api, events_url: api, hooks_url: 'x' },
  ...{ issues_url: 'x', members_url: 'x', public_members_url: 'x', avatar_url: 'x' },
  description: null,
});

export const fullInstallation = (login: string, permissions: Readonly<Record<string, string>>) => ({
  ...{ id: 42, app_id: 1, app_slug: 'gatehouse', target_id: 1, target_type: 'Organization' },
  ...{ account: fullUser({ id: 1, login }), permissions, events: [], single_file_name: null },
  ...{ repository_selection: 'all', access_tokens_url: api, html_url: api, repositories_url: api },
  ...{ created_at: '2026-01-01T00:00:00Z', updated_at: '2026-01-01T00:00:00Z' },
  ...{ suspended_by: null, suspended_at: null },
});

export const fullApp = ({ slug, name }: { slug: string; name: string }, owner: object) => ({
  ...{ id: 5, slug, name, owner, node_id: 'x', description: null, external_url: api },
  ...{ html_url: api, permissions: {}, events: [] },
  ...{ created_at: '2026-01-01T00:00:00Z', updated_at: '2026-01-01T00:00:00Z' },
});

export const profile = {
  ...{ bio: null, blog: null, company: null, email: null, followers: 0, following: 0 },
  ...{ hireable: null, location: null, name: null, public_gists: 0, public_repos: 0 },
  ...{ created_at: '2020-01-01T00:00:00Z', updated_at: '2026-01-01T00:00:00Z' },
};

export const teamMembership = (role: string) => ({
  role,
  state: 'active',
  url: 'https://api.github.com/x',
});
export const namedTeam = (name: string) => ({ slug: name.toLowerCase(), name, members: [] });
export const simpleTeam = (name: string) => {
  const { parent: _, ...simple } = fullTeam(namedTeam(name));
  return simple;
};
export const fullTeam = ({ slug, name }: { readonly slug: string; readonly name: string }) => ({
  ...{ id: 1, node_id: 'x', url: 'https://api.github.com/x', members_url: 'x', name, slug },
  ...{ description: null, permission: 'pull', html_url: 'https://github.com/x', parent: null },
  ...{ repositories_url: 'https://api.github.com/x', type: 'organization' },
});
export const deployKey = ({ id, title, by }: { id: number; title: string; by: string }) => ({
  ...{ id, title, added_by: by, key: 'ssh-ed25519 AAAA', url: 'x', verified: true },
  ...{ created_at: '2026-01-01T00:00:00Z', read_only: false },
});

export const grantOf = (
  { id, name }: { readonly id: number; readonly name: string },
  owner: { readonly id: number; readonly login: string },
) => ({
  ...{ id, owner: fullUser(owner), repository_selection: 'all', token_id: id },
  ...{ repositories_url: 'x', permissions: {}, access_granted_at: '2026-01-01T00:00:00Z' },
  ...{ token_name: name, token_expired: false, token_expires_at: null },
  token_last_used_at: null,
});

export const invitationBy =
  (inviter: { readonly id: number; readonly login: string }) => (it: object) => ({
    ...it,
    ...{ created_at: '2026-11-01T00:00:00Z', inviter: fullUser(inviter), team_count: 0 },
    ...{ node_id: 'x', invitation_teams_url: api },
  });
