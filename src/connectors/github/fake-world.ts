import { type fakeService, json } from '#connector-kit/testing/fake-service.ts';

export interface FakeUser {
  readonly id: number;
  login: string;
  /** Left out: no member. */
  role?: 'admin' | 'member';
  isOutside?: boolean;
  isInvited?: boolean;
  /** Teams of the enterprise that make them a member, whatever else. */
  readonly enterpriseTeams?: readonly string[];
  /** What the identity provider calls them. */
  readonly saml?: { readonly nameId: string; readonly emails?: readonly string[] };
  readonly verifiedEmails?: readonly string[];
  seat?: { endsOn: string | null; throughTeam?: string } | null;
}

export interface FakeTeam {
  readonly slug: string;
  readonly name: string;
  readonly members: { id: number; role: 'member' | 'maintainer' }[];
  /** The group of the identity provider that fills it. */
  readonly group?: string;
  /** Synchronised with an identity provider, which an app is told only when it changes something. */
  readonly isSynchronised?: true;
}

export interface FakeGitHubOptions {
  readonly organisation?: string;
  readonly users: FakeUser[];
  readonly teams?: FakeTeam[];
  readonly invitations?: { id: number; login: string | null; email: string | null; role: string }[];
  readonly roles?: {
    id: number;
    name: string;
    holders: number[];
    throughTeams?: readonly string[];
  }[];
  readonly credentials?: { id: number; login: string; type: string }[];
  readonly tokens?: { id: number; owner: number; name: string }[];
  readonly repositories?: { name: string; keys: { id: number; title: string; by: string }[] }[];
  readonly apps?: { slug: string; name: string; owner: number }[];
  /** No SAML single sign-on. */
  readonly withoutSaml?: true;
  /** No Copilot. */
  readonly withoutCopilot?: true;
  /** People accept at once what they are invited to. */
  readonly acceptingAtOnce?: true;
  /** A seat that is cancelled ends on this day. Left out: at once. */
  readonly monthEndsOn?: string;
  /** Tokens stay until `settle`. */
  readonly slowly?: true;
  readonly permissions?: Readonly<Record<string, string>>;
  /** What `Authorization` must be for a token. */
  readonly token?: string;
  readonly pageSize?: number;
}

const installationToken = 'ghs_of_the_installation';

type Answer = (
  params: Record<string, string>,
  url: URL,
  body: unknown,
  isApp: boolean,
) => Response | Promise<Response>;
type Routes = Parameters<typeof fakeService>[0];

/** What an organisation holds, and who is let in to see it. */
export function openWorld(options: FakeGitHubOptions) {
  const { users, organisation = 'meadow', pageSize = 100, permissions = everything } = options;
  const data = {
    users,
    teams: options.teams ?? [],
    invitations: options.invitations ?? [],
    roles: options.roles ?? [],
    credentials: options.credentials ?? [],
    tokens: options.tokens ?? [],
    repositories: options.repositories ?? [],
    apps: options.apps ?? [],
  };
  const byId = (id: number) => users.find((it) => it.id === id);
  const byLogin = (login = '') =>
    users.find((it) => it.login.toLowerCase() === login.toLowerCase());

  return {
    ...data,
    ...{ options, organisation, permissions, pageSize, org: `/orgs/${organisation}` },
    ...{ byId, byLogin, installationToken, guarded, asApp, withUser, paged },
  };

  function guarded(answer: Answer): Routes[string] {
    return (params, { url, headers, body }) => {
      const given = headers.get('authorization');
      const isApp = given === `Bearer ${installationToken}`;
      return isApp || (options.token !== undefined && given === `Bearer ${options.token}`)
        ? answer(params, url, body, isApp)
        : json(401, { message: 'Bad credentials', documentation_url: 'x' });
    };
  }

  function asApp(answer: () => Response): Routes[string] {
    return (_, { headers }) =>
      /^Bearer ey[\w-]+\.[\w-]+\.[\w-]+$/.test(headers.get('authorization') ?? '')
        ? answer()
        : json(401, { message: 'A JSON web token could not be decoded' });
  }

  function withUser(
    answer: (it: FakeUser, params: Record<string, string>, url: URL, body: unknown) => Response,
  ): Answer {
    return (params, url, body) => {
      const it = byLogin(params['login']);
      return it ? answer(it, params, url, body) : missing();
    };
  }

  function paged(all: readonly unknown[] | { installations: unknown[] }, url: URL): Response {
    if (!Array.isArray(all)) return json(200, all);
    const size = Math.min(Number(url.searchParams.get('per_page') ?? 30), pageSize);
    const page = Number(url.searchParams.get('page') ?? 1);
    const next = new URL(url);
    next.searchParams.set('page', String(page + 1));
    const link = page * size < all.length ? { link: `<${next}>; rel="next"` } : undefined;
    return Response.json(all.slice((page - 1) * size, page * size), link ? { headers: link } : {});
  }
}
export type World = ReturnType<typeof openWorld>;

export const isMember = (it: FakeUser) =>
  it.role !== undefined || (it.enterpriseTeams ?? []).length > 0;
export const isAnOwner = (it: FakeUser) => it.role === 'admin';

const everything = {
  ...{ members: 'write', organization_administration: 'write', administration: 'write' },
  ...{ organization_personal_access_tokens: 'write', organization_custom_org_roles: 'read' },
  organization_copilot_seat_management: 'write',
};

export function gone(all: { id: number }[], id: number): Response {
  const at = all.findIndex((it) => it.id === id);
  if (at < 0) return missing();
  all.splice(at, 1);
  return empty();
}

export const empty = () => new Response(null, { status: 204 });
export const missing = () => json(404, { message: 'Not Found', documentation_url: 'x' });
export const refused = (message: string) => json(422, { message, documentation_url: 'x' });
