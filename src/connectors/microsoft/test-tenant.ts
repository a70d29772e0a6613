import type { AnyTransition, Io } from '#connector-kit/contract.ts';
import { type ApiSpec, conforming } from '#connector-kit/testing/conforming.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { openMicrosoft } from './api.ts';
import { type FakeMicrosoftOptions, fakeMicrosoft } from './fake.ts';
import type { FakeUser } from './fake-tenant.ts';
import { scopes } from './scopes.ts';
import { settings } from './settings.ts';
import spec from './spec.json' with { type: 'json' };

// What the tests of this connector begin with: a tenant whose requests and answers are held to the document.

const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
export const [priyaId, samId, groupId, appId, graphAppId, productId] = [
  ...[id(1), id(2), id(3), id(4), id(5), id(6)],
] as [string, string, string, string, string, string];
export const globalAdministrator = '62e90394-69f5-4237-9190-012177145e10';

export const connection = settings.parse({
  tenantId: 'meadow.example',
  clientId: 'app',
  clientSecret: 'a secret',
});

export type World = Partial<FakeMicrosoftOptions> & { readonly priya?: Partial<FakeUser> };

/** `declared`: what may be asked of Graph; default: all that the connector names. */
export function setUp(
  world: World = {},
  declared: readonly string[] = Object.values(scopes),
  io: Partial<Io> = {},
) {
  // What happens in one tenant must not be seen in the next.
  const { priya = {}, ...options } = structuredClone(world);
  const user: FakeUser = {
    ...{ id: priyaId, userPrincipalName: 'Priya.Nair@meadow.example', ...priya },
  };
  const others = options.users ?? [{ id: samId, userPrincipalName: 'sam@meadow.example' }];
  const service = fakeMicrosoft({ ...options, users: [user, ...others] });
  const strict = conforming(service.fetch, spec as ApiSpec, declared);
  const fetch: Io['fetch'] = (input, init) =>
    new URL(new Request(input, init).url).host === 'graph.microsoft.com'
      ? strict(input, init)
      : service.fetch(input, init);
  const client = openMicrosoft(connection, { ...loopbackIo, fetch, ...io });
  const { fetch: _, failNext: __, settle: ___, ...data } = service;
  return { ...service, client, user, data, accountId: priyaId };
}

/** Reads, plans and carries out once, and tells what shows afterwards. */
export async function carryOut(
  action: unknown,
  { client }: ReturnType<typeof setUp>,
  params: unknown = {},
) {
  const it = action as AnyTransition;
  const before = await it.read(client, priyaId, { params, before: null });
  const planned = it.plan(before, params);
  if (planned.kind !== 'change') return { planned, after: planned };
  await it.apply(client, priyaId, planned.change);
  const now = await it.read(client, priyaId, { params, before });
  return { planned, after: it.plan(now, params) };
}
