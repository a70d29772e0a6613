import { generateKeyPairSync } from 'node:crypto';
import type { UploadedList } from '#connector-kit/contract.ts';
import { conforming } from '#connector-kit/testing/conforming.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { ConnectorError } from '#core/failure.ts';
import { openGitHub } from './api.ts';
import { fakeGitHub } from './fake.ts';
import type { FakeGitHubOptions, FakeUser } from './fake-world.ts';
import { permissions } from './permissions.ts';
import { settings } from './settings.ts';
import spec from './spec.json' with { type: 'json' };

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** As GitHub gives keys of apps out. */
export const pem = privateKey.export({ type: 'pkcs1', format: 'pem' });

/**
 * What each operation asks of an app. It stands in the documentation only
 * (github/docs, src/github-apps/data/ghec-2022-11-28/server-to-server-permissions.json).
 */
const asked: readonly [RegExp, read: string | null, write: string][] = [
  [/installation$|access_tokens$|^\/user|^\/apps\//, null, ''],
  [/external-groups$/, permissions.manageMembers, ''],
  [/organization-roles$/, permissions.readRoles, ''],
  [/credential-authorizations/, permissions.readAdministration, permissions.manageAdministration],
  [/installations$/, permissions.readAdministration, ''],
  [/personal-access-tokens/, permissions.readTokens, permissions.manageTokens],
  [/\/copilot/, permissions.readSeats, permissions.manageSeats],
  [/\/keys/, permissions.readKeys, permissions.manageKeys],
  [/^\/orgs\//, permissions.readMembers, permissions.manageMembers],
];

const withPermissions = {
  ...spec,
  paths: Object.fromEntries(
    Object.entries(spec.paths).map(([path, item]) => {
      const [, read, write] = asked.find(([pattern]) => pattern.test(path)) ?? [null, null, ''];
      const operations = Object.entries(item).map(([method, operation]) => {
        const needed = method === 'get' ? read : read === null ? null : write;
        return [method, { ...operation, security: needed === null ? [] : [{ app: [needed] }] }];
      });
      return [path, Object.fromEntries(operations)];
    }),
  ),
};

/** GraphQL stands in another document, by which the fake itself answers. */
const graphQlScope = permissions.readMembers;

/** Holds both sides to the document: the connector in what it asks, the fake in what it answers. */
export function held(fetch: typeof globalThis.fetch, declared: readonly string[]) {
  const strict = conforming(fetch, withPermissions, declared);
  return (async (input, init) => {
    const request = new Request(input, init);
    if (!request.url.endsWith('/graphql')) return strict(request);
    if (declared.includes(graphQlScope)) return fetch(request);
    const detail = `GraphQL needs a scope that is not declared: ${graphQlScope}`;
    throw new ConnectorError({ kind: 'unexpected', detail });
  }) satisfies typeof globalThis.fetch;
}

export const owner: FakeUser = { id: 1, login: 'gatehouse-bot', role: 'admin' };

export interface World {
  readonly priya?: Partial<FakeUser>;
  readonly more?: Omit<Partial<FakeGitHubOptions>, 'users'> & { users?: FakeUser[] };
  readonly declared?: readonly string[];
  readonly findBy?: readonly string[];
  readonly list?: UploadedList;
  /** A token in place of the app. */
  readonly token?: string;
}

/** Priya in the organisation Meadow, as an app sees her. */
export function setUp({ priya = {}, more = {}, declared, findBy, list, token }: World = {}) {
  const user: FakeUser = { id: 1042, login: 'pri-codes', role: 'member', ...priya };
  const { users = [], ...rest } = more;
  const options = { ...rest, ...(token === undefined ? {} : { token }) };
  const service = fakeGitHub({ ...options, users: [{ ...owner }, ...users, user] });
  const connection = settings.parse({
    organisation: 'meadow',
    ...(token === undefined ? { clientId: 'Iv1.gatehouse', privateKey: pem } : { token }),
    findBy: findBy ?? ['saml'],
  });
  const fetch = held(service.fetch, declared ?? Object.values(permissions));
  const client = openGitHub(connection, { ...loopbackIo, fetch, ...(list ? { list } : {}) });
  return { ...service, client, user, data: service.users, accountId: '1042', connection };
}

/** What a list says that was uploaded. */
export const listOf = (
  rows: readonly { login: string; personId: string | null; email: string | null }[],
  refusedRows = 0,
): UploadedList => {
  const all = rows.map(({ login, ...whose }) => ({
    ...{ key: login, name: login, serial: null, isOpen: true, privileged: false, ...whose },
  }));
  return {
    upload: async () => ({ uploadedAt: new Date(), rows: rows.length, refusedRows }),
    rowsOf: async ({ personId, email }) =>
      all.filter((it) => it.personId === personId || it.email === email),
    row: async (key) => all.find((it) => it.key === key) ?? null,
    all: async () => all,
  };
};

export const keysOf = (email: string, employeeNumber: string | null = null) => ({
  ...{ email, employeeNumber, name: 'Priya Nair' },
});
