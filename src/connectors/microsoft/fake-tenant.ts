import { json } from '#connector-kit/testing/fake-service.ts';

/** What the fake knows. Times are ISO. */
export interface FakeTenant {
  readonly users: FakeUser[];
  readonly deleted: FakeUser[];
  readonly groups: FakeGroup[];
  readonly roles: FakeRole[];
  readonly eligible: FakeRole[];
  readonly consents: FakeConsent[];
  readonly appRoles: FakeAppRole[];
  readonly apps: FakeApp[];
}

export interface FakeUser {
  readonly id: string;
  readonly userPrincipalName: string;
  readonly displayName?: string;
  readonly mail?: string;
  readonly proxyAddresses?: string[];
  readonly employeeId?: string;
  accountEnabled?: boolean;
  /** Kept by an Active Directory. */
  readonly synced?: true;
  validFrom?: string;
  passwordChanged?: string;
  methods?: FakeMethod[];
  manager?: string;
  /** Given to the user itself; those of groups come with the groups. */
  licences?: { readonly product: string; readonly disabledPlans?: string[] }[];
  mailbox?: FakeMailbox;
  /** Who may write in the OneDrive; left out: there is none. */
  drive?: { readonly id: string; readonly user: string }[];
  devices?: FakeDevice[];
}

export interface FakeMailbox {
  purpose: 'user' | 'shared' | 'room';
  reply?: string;
  rules?: { readonly id: string; readonly forwardTo?: string[]; readonly redirectTo?: string[] }[];
}

export interface FakeDevice {
  readonly id: string;
  readonly name: string;
  readonly owner: 'company' | 'personal' | 'unknown';
  management?: string;
  actions?: { readonly name: string; state: string; readonly at: string }[];
}

export interface FakeMethod {
  readonly id: string;
  /** Such as phone. */
  readonly type: string;
  readonly isDefault?: true;
  readonly phoneType?: 'mobile' | 'alternateMobile' | 'office';
}

export interface FakeGroup {
  readonly id: string;
  readonly name: string;
  readonly members: string[];
  readonly types?: ('Unified' | 'DynamicMembership')[];
  readonly mailEnabled?: true;
  readonly synced?: true;
  readonly givesRoles?: true;
  readonly owners?: string[];
  /** Ids of the products that its members get. */
  readonly licences?: string[];
}

export interface FakeRole {
  readonly id: string;
  readonly principalId: string;
  readonly roleId: string;
  readonly name: string;
  readonly scope?: string;
}

export interface FakeConsent {
  readonly id: string;
  readonly clientId: string;
  readonly principalId: string;
  readonly resourceId: string;
  readonly scope: string;
}

export interface FakeAppRole {
  readonly id: string;
  readonly principalId: string;
  readonly resourceId: string;
  readonly appRoleId: string;
}

/** An app registration or, as servicePrincipal, an app that is used in the tenant. */
export interface FakeApp {
  readonly id: string;
  readonly name: string;
  readonly type: 'application' | 'servicePrincipal';
  readonly owners?: string[];
}

export interface Asked {
  readonly url: URL;
  readonly body: unknown;
}
export type Answer = (params: Record<string, string>, asked: Asked) => Response;
export type Routes = Record<string, Answer>;

export const none = () => new Response(null, { status: 204 });
export const refused = (message: string, code = 'Request_BadRequest', status = 400) =>
  json(status, { error: { code, message } });
export const missing = (id: string) =>
  refused(`Resource '${id}' does not exist.`, 'Request_ResourceNotFound', 404);

/** The id in the `@odata.id` of a body. */
export const idIn = (body: unknown): string => {
  const { '@odata.id': url = '' } = body as { '@odata.id'?: string };
  return url.split('/').at(-1) ?? '';
};

/** One page of a list, and the address of the next. */
export function paged(all: readonly unknown[], url: URL, pageSize: number): Response {
  const size = Math.min(Number(url.searchParams.get('$top') ?? pageSize), pageSize);
  const from = Number(/^p(\d+)$/.exec(url.searchParams.get('$skiptoken') ?? '')?.[1] ?? 0);
  const next = new URL(url);
  next.searchParams.set('$skiptoken', `p${from + size}`);
  return json(200, {
    value: all.slice(from, from + size),
    ...(from + size < all.length ? { '@odata.nextLink': next.href } : {}),
  });
}

/** Graph shows only some properties unless others are asked for, and then only those. */
export function selected(it: object, url: URL, usual: readonly string[]): object {
  const wanted = url.searchParams.get('$select')?.split(',') ?? usual;
  return Object.fromEntries(
    Object.entries(it).filter(
      ([key]) => key === 'id' || key.startsWith('@') || wanted.includes(key),
    ),
  );
}

export const userShown = (it: FakeUser) => ({
  '@odata.type': '#microsoft.graph.user',
  id: it.id,
  displayName: it.displayName ?? it.userPrincipalName,
  userPrincipalName: it.userPrincipalName,
  mail: it.mail ?? null,
  proxyAddresses: it.proxyAddresses ?? [],
  employeeId: it.employeeId ?? null,
  accountEnabled: it.accountEnabled ?? true,
  onPremisesSyncEnabled: it.synced ?? null,
  signInSessionsValidFromDateTime: it.validFrom ?? '2026-01-05T08:00:00Z',
  lastPasswordChangeDateTime: it.passwordChanged ?? '2026-01-05T08:00:00Z',
});

export const groupShown = (it: FakeGroup) => ({
  '@odata.type': '#microsoft.graph.group',
  id: it.id,
  displayName: it.name,
  groupTypes: it.types ?? [],
  mailEnabled: it.mailEnabled ?? it.types?.includes('Unified') === true,
  onPremisesSyncEnabled: it.synced ?? null,
  isAssignableToRole: it.givesRoles ?? null,
  assignedLicenses: (it.licences ?? []).map((skuId) => ({ skuId, disabledPlans: [] })),
});
